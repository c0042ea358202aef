#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what every source file owes: an SPDX line, a bearable length, and a place in po/POTFILES if a person reads it."""
import pathlib
import re
import sys

SOURCES = {".c", ".h", ".py", ".proto", ".sh"}
LINES_MAX = 700
TRANSLATED = re.compile(r'\b(?:_|N_|ngettext)\(\s*"')


def source_files(root):
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and path.suffix in SOURCES and not parts[0].startswith((".", "build")):
            yield path, str(path.relative_to(root))


def problems(root):
    listed = {line.strip() for line in (root / "po" / "POTFILES").read_text().splitlines()
              if line.strip() and not line.startswith("#")}
    for name in sorted(listed):
        if not (root / name).exists():
            yield f"po/POTFILES: {name} is not there"
    for path, name in source_files(root):
        text = path.read_text()
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in "\n".join(text.splitlines()[:3]):
            yield f"{name}: no SPDX line at its top"
        if len(text.splitlines()) > LINES_MAX:
            yield f"{name}: longer than {LINES_MAX} lines"
        if path.suffix == ".c" and not name.startswith("tests/") and TRANSLATED.search(text) and name not in listed:
            yield f"{name}: has words to translate, and is not in po/POTFILES"


def main():
    found = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "all sources are in order")
    return bool(found)


sys.exit(main())
