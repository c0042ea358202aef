# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bus starts as the window in tests: writes its first call into the file that is named, and ends."""
import sys

from gi.repository import Gio, GLib

INTERFACE = """<node><interface name="org.freedesktop.Application">
  <method name="Activate"><arg type="a{sv}" direction="in"/></method>
  <method name="ActivateAction">
    <arg type="s" direction="in"/><arg type="av" direction="in"/><arg type="a{sv}" direction="in"/>
  </method>
</interface></node>"""


def main():
    loop = GLib.MainLoop()

    def on_call(connection, sender, path, interface, method, arguments, invocation):
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            file.write(f"{method} {arguments.unpack()}\n")
        loop.quit()

    def on_bus(connection, name):
        connection.register_object("/org/securemessenger/SecureMessenger",
                                   Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], on_call)

    Gio.bus_own_name(Gio.BusType.SESSION, "org.securemessenger.SecureMessenger", Gio.BusNameOwnerFlags.NONE, on_bus, None,
                     lambda *_: loop.quit())
    loop.run()


main()
