#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Checks that the linked smserver holds no end-to-end code: neither a function of libe2ee, nor its schema's names, nor the
library on its link line. The daemon, which has to hold all that, shows that the check would find it.

usage: server-is-blind.py SMSERVER SMD LIBE2EE BUILD-ROOT
"""
import pathlib
import re
import subprocess
import sys


def symbols(path, *options):
    done = subprocess.run(["nm", "--defined-only", *options, path], check=True, capture_output=True, text=True)
    return {line.split()[-1] for line in done.stdout.splitlines() if len(line.split()) == 3}


def link_line(root, target):
    """What ninja hands to the linker for a target."""
    text = (root / "build.ninja").read_text()
    relative = target.resolve().relative_to(root.resolve())
    return re.search(rf"^build {re.escape(str(relative))}: .*?(?=\n\n)", text, re.M | re.S)[0]


def main():
    server, daemon, library, root = map(pathlib.Path, sys.argv[1:5])
    # Functions of the library that begin with a name of its own; what the compiler makes up is everywhere.
    end_to_end = {s for s in symbols(library, "--extern-only") if "." not in s}
    problems = []
    if len(end_to_end) < 50:
        problems.append(f"{library} has only {len(end_to_end)} functions: is it the right library?")
    if found := symbols(server) & end_to_end:
        problems.append(f"{server} holds end-to-end code: {', '.join(sorted(found))}")
    if not symbols(daemon) & end_to_end:
        problems.append(f"{daemon} holds none either: the check sees nothing")

    names = {s.encode() for s in re.findall(r"\be2ee\.[A-Za-z.]+", daemon.read_bytes().decode("latin-1"))}
    contents = server.read_bytes()
    if not names:
        problems.append(f"{daemon} names no message of the end-to-end schema: the check sees nothing")
    problems += [f"{server} knows {name.decode()}" for name in names if name in contents]

    for word in ("e2ee/", "libe2ee"):
        if word in link_line(root, server):
            problems.append(f"{word} is on the link line of {server}")
        if word not in link_line(root, daemon):
            problems.append(f"{word} is not on the link line of {daemon}: the check sees nothing")
    print("\n".join(problems) or f"none of {len(end_to_end)} functions and {len(names)} names is in {server.name}")
    return bool(problems)


sys.exit(main())
