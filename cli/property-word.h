/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* "LockAfterIdle" is called lock-after-idle. Newly allocated. */
char *property_word(const char *property);
