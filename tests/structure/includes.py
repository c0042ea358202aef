#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that each folder uses only the folders and libraries that docs/architecture.md allows it.

The include lines are the evidence: "folder/file.h" names a folder of ours, <lib/file.h> a library.
"""
import pathlib
import re
import sys

# folder: (folders of ours, prefixes of library headers). libc and POSIX headers are always allowed.
RULES = {
    "wire": ({"wire"}, {"sodium", "protobuf-c/"}),
    "e2ee": ({"e2ee"}, {"sodium", "protobuf-c/"}),
    "storage": ({"storage"}, {"sodium", "sqlite3"}),
    "client": ({"client"}, {"glib", "gio/", "qrencode"}),
    "thumbnail": ({"thumbnail"}, {"jpeglib", "png.h", "seccomp"}),
    "daemon": ({"daemon", "wire", "e2ee", "storage"},
               {"sodium", "systemd/", "glib", "gio/", "libsoup/", "libsecret/", "protobuf-c/", "libintl"}),
    "server": ({"server", "wire", "storage"},
               {"sodium", "libwebsockets", "ev.h", "openssl/", "ini.h", "systemd/", "protobuf-c/", "libintl"}),
    "cli": ({"cli", "client"}, {"sodium", "glib", "gio/", "readline/", "libintl"}),
    "gtk-ui": ({"gtk-ui", "client"}, {"glib", "gio/", "gtk/", "adwaita", "libintl"}),
}
LIBRARIES = {"sodium", "protobuf-c/", "sqlite3", "glib", "gio/", "systemd/", "libsoup/", "libsecret/", "libwebsockets", "ev.h",
             "openssl/", "ini.h", "readline/", "qrencode", "gtk/", "adwaita", "libintl", "jpeglib", "png.h", "seccomp"}
# What would make libe2ee impure: it gets its bytes, its time and its randomness handed in.
IMPURE = {"time.h", "stdio.h", "unistd.h", "fcntl.h", "syslog.h", "sys/socket.h", "sys/stat.h", "sys/random.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def problems(root):
    for folder, (ours, libraries) in RULES.items():
        for path in sorted((root / folder).rglob("*.[ch]")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                quoted, angled = match.groups()
                where = f"{path.relative_to(root)}:{number}"
                if quoted and "/" not in quoted:
                    yield f'{where}: "{quoted}" does not name its folder'
                elif quoted and quoted.split("/")[0] not in ours:
                    yield f'{where}: {folder}/ may not use "{quoted}"'
                elif angled and any(angled.startswith(name) for name in LIBRARIES) \
                        and not any(angled.startswith(name) for name in libraries):
                    yield f"{where}: {folder}/ may not use <{angled}>"
                elif angled and folder == "e2ee" and angled in IMPURE:
                    yield f"{where}: e2ee/ is pure: no <{angled}>"


def main():
    found = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every include is allowed")
    return bool(found)


sys.exit(main())
