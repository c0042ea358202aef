# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's program that has copied something, and offers it until it is ended.

usage: clipboard.py MEDIA-TYPE FILE
"""
import pathlib
import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402


def main():
    Gtk.init()
    clipboard = Gdk.Display.get_default().get_clipboard()
    data = GLib.Bytes.new(pathlib.Path(sys.argv[2]).read_bytes())
    clipboard.set_content(Gdk.ContentProvider.new_for_bytes(sys.argv[1], data))
    print("copied", flush=True)
    GLib.MainLoop().run()


main()
