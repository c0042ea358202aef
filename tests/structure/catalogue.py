#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that po/secure-messenger.pot has the words of the sources, no more and no fewer, and that each translation has
all of them, with valid format strings.

To bring it up to date: meson compile -C build secure-messenger-pot
"""
import os
import pathlib
import re
import subprocess
import sys


def messages(template):
    entries = re.split(r"\n\s*\n", template)[1:]  # the first is the header
    return {"\n".join(line for line in entry.splitlines() if not line.startswith("#")) for entry in entries} - {""}


def check_translation(folder, language):
    """1 if it is not complete and sound."""
    checks = [["msgfmt", "--check", "--statistics", "--output-file=/dev/null", folder / f"{language}.po"],
              ["msgcmp", folder / f"{language}.po", folder / "secure-messenger.pot"]]
    bad = 0
    for command in checks:
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
        print(f"{language}: {run.stderr.strip()}")
        bad |= run.returncode != 0 or "untranslated" in run.stderr or "fuzzy" in run.stderr
    return int(bad)


def main():
    root = pathlib.Path(sys.argv[1])
    arguments = re.findall(r"'(--[^']*)'", (root / "po" / "meson.build").read_text())
    fresh = subprocess.run(
        ["xgettext", "--files-from=po/POTFILES", "--directory=.", "--keyword=_", *arguments, "--output=-"],
        cwd=root, check=True, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"}).stdout
    kept = (root / "po" / "secure-messenger.pot").read_text()
    missing, stale = messages(fresh) - messages(kept), messages(kept) - messages(fresh)
    for entry in sorted(missing):
        print(f"not in po/secure-messenger.pot:\n{entry}\n")
    for entry in sorted(stale):
        print(f"no longer in the sources:\n{entry}\n")
    if not missing and not stale:
        print(f"{len(messages(kept))} messages")
    return bool(missing or stale) + sum(check_translation(root / "po", language)
                                        for language in (root / "po" / "LINGUAS").read_text().split())


sys.exit(1 if main() else 0)
