#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bot over D-Bus: answers each text with what it says, turned around.

    docs/examples/bot.py STATE-FILE

It misses nothing: events have numbers, and the file has that of the last one that was dealt with. After a kill, the last
answer may be given twice. Needs python3-gi (Debian).
"""
import os
import pathlib
import sys

from gi.repository import Gio, GLib

NAME, ROOT = "org.securemessenger.Messenger1", "/org/securemessenger/Messenger1"


class Bot:
    def __init__(self, state):
        self.state = state
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.loop = GLib.MainLoop()
        # First the signal, then the list: so nothing falls between the two.
        self.bus.signal_subscribe(NAME, f"{NAME}.Events", "Added", ROOT, None, Gio.DBusSignalFlags.NONE,
                                  lambda *_: self.catch_up())
        self.bus.signal_subscribe("org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", None, NAME,
                                  Gio.DBusSignalFlags.NONE, lambda *_: self.loop.quit())

    def call(self, member, signature, *arguments):
        interface, method = member.split(".")
        return self.bus.call_sync(NAME, ROOT, f"{NAME}.{interface}", method, GLib.Variant(signature, arguments), None,
                                  Gio.DBusCallFlags.NONE, -1).unpack()

    def last(self):
        if self.state.exists():
            return int(self.state.read_text())
        number, = self.bus.call_sync(NAME, ROOT, "org.freedesktop.DBus.Properties", "Get",
                                     GLib.Variant("(ss)", (f"{NAME}.Account", "LastEvent")), None,
                                     Gio.DBusCallFlags.NONE, -1).unpack()
        self.remember(number)
        return number

    def remember(self, number):
        new = self.state.with_suffix(".new")
        with open(new, "w") as file:
            file.write(f"{number}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.state)

    def catch_up(self):
        try:
            while events := self.call("Events.List", "(ta{sv})", self.last(), {})[0]:
                for event in events:
                    self.deal_with(event)
                    self.remember(event["number"])
        except GLib.Error as error:  # locked, say: a new start goes on from here
            print(f"bot: {error.message}", file=sys.stderr)
            self.loop.quit()

    def deal_with(self, event):
        message = event.get("message", {})
        if event["kind"] == "message-received" and message.get("kind") == "text":
            self.call("Messages.Send", "(ssa{sv})", event["conversation"], message["text"][::-1], {})


def main():
    bot = Bot(pathlib.Path(sys.argv[1]))
    bot.catch_up()
    bot.loop.run()
    return 1


if __name__ == "__main__":
    sys.exit(main())
