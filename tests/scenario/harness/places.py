# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the programs are that the scenarios run."""
import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("SM_BUILD") or SOURCE / "build").resolve()

SMSERVER = BUILD / "server" / "smserver"
SMD = BUILD / "daemon" / "smd"
# As a person with a small machine would have it: tests make many passwords, and one test is about their cost.
SMD_COMMAND = [SMD, "--password-memory", "64"]
SMCTL = BUILD / "cli" / "smctl"
PEER = BUILD / "tests" / "vectors" / "interop-peer"
INSIDER = BUILD / "tests" / "scenario" / "group-insider"
WINDOW = BUILD / "gtk-ui" / "secure-messenger"
WINDOW_PROBE = BUILD / "tests" / "scenario" / "window-probe"
STORE_FILLER = BUILD / "tests" / "scenario" / "store-filler"
