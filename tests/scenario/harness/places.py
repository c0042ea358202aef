# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the programs are that the scenarios run."""
import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("SM_BUILD") or SOURCE / "build").resolve()

SMSERVER = BUILD / "server" / "smserver"
SMD = BUILD / "daemon" / "smd"
SMCTL = BUILD / "cli" / "smctl"
PEER = BUILD / "tests" / "vectors" / "interop-peer"
WINDOW = BUILD / "gtk-ui" / "secure-messenger"
