# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios are played with: real servers, real daemons on buses of their own, real command lines."""
