# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's program with files to drag out of it, in a small window in the corner. Says how far it is: shown, dragged, welcome.

usage: dragged.py FILE...
"""
import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402


def say(word):
    print(word, flush=True)


def on_begin(source, drag):
    say("dragged")
    drag.connect("notify::selected-action", lambda drag, _: drag.get_selected_action() == Gdk.DragAction.COPY and say("welcome"))


def main():
    Gtk.init()
    window = Gtk.Window(title="Files", decorated=False, default_width=60, default_height=60)
    source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
    files = Gdk.FileList.new_from_list([Gio.File.new_for_path(path) for path in sys.argv[1:]])
    source.connect("prepare", lambda *_: Gdk.ContentProvider.new_for_value(files))
    source.connect("drag-begin", on_begin)
    window.add_controller(source)
    window.present()
    window.get_frame_clock().connect_after("after-paint", lambda *_: say("shown"))
    GLib.MainLoop().run()


main()
