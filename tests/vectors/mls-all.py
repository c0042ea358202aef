#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs mls-vectors over all published MLS vectors; exits with 77 where they are not.

usage: mls-all.py MLS-VECTORS
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = pathlib.Path(os.environ.get("SM_VECTORS") or ROOT.parent / "shared" / "vectors") / "mls"

files = sorted(FOLDER.glob("*.json"))
if not files:
    print(f"skipped: no vectors in {FOLDER}; SM_VECTORS can say where they are")
    sys.exit(77)
done = subprocess.run([sys.argv[1], *files], stdout=subprocess.PIPE, text=True, check=False)
print(done.stdout, end="")
if "passed" not in done.stdout:
    sys.exit("nothing was run")
sys.exit(done.returncode)
