# SPDX-License-Identifier: GPL-3.0-or-later
"""What a daemon sees of logind, on a system bus of its own: sleep that it may delay, and sessions that are locked."""
import os
import threading

from harness.bus import Bus, Gio, GLib
from harness.waiting import DEADLINE, until

LOGIND = "org.freedesktop.login1"
INTERFACES = """<node>
  <interface name="org.freedesktop.login1.Manager">
    <method name="Inhibit">
      <arg type="s" name="what" direction="in"/><arg type="s" name="who" direction="in"/>
      <arg type="s" name="why" direction="in"/><arg type="s" name="mode" direction="in"/>
      <arg type="h" name="fd" direction="out"/>
    </method>
    <signal name="PrepareForSleep"><arg type="b" name="start"/></signal>
  </interface>
  <interface name="org.freedesktop.login1.Session">
    <property name="User" type="(uo)" access="read"/>
    <signal name="Lock"/>
  </interface>
</node>"""


class Logind:
    """address: of the bus. inhibitors: the read ends of what Inhibit() gave; they end with what holds them."""

    def __init__(self, folder):
        folder.mkdir()
        self.bus = Bus(folder)
        self.address = self.bus.address
        self.inhibitors, self.asked, self.caller = [], [], None
        self.owners = {"mine": os.getuid(), "theirs": os.getuid() + 1}
        self.connection = self.bus.connection
        ready = threading.Event()
        self.context = GLib.MainContext()
        self.loop = GLib.MainLoop(self.context)
        self.thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self.thread.start()
        assert ready.wait(30)

    def _serve(self, ready):
        self.context.push_thread_default()
        manager, session = Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces
        self.connection.register_object("/org/freedesktop/login1", manager, self._on_call, None, None)
        for name in self.owners:
            self.connection.register_object(self._path(name), session, None, self._on_get, None)
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (LOGIND, 0)), None, Gio.DBusCallFlags.NONE, -1, None)
        ready.set()
        self.loop.run()

    @staticmethod
    def _path(session):
        return f"/org/freedesktop/login1/session/{session}"

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        self.asked.append(arguments.unpack())
        self.caller = sender
        read, write = os.pipe()
        fds = Gio.UnixFDList.new()
        fds.append(write)
        os.close(write)
        os.set_blocking(read, False)
        self.inhibitors.append(read)
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), fds)

    def _on_get(self, connection, sender, path, interface, name):
        return GLib.Variant("(uo)", (self.owners[path.rpartition("/")[2]], "/org/freedesktop/login1/user/any"))

    def held(self):
        """How many inhibitors somebody still holds."""
        def is_held(fd):
            try:
                return os.read(fd, 1) != b""
            except BlockingIOError:
                return True
        return sum(map(is_held, self.inhibitors))

    def wait_heard(self):
        """Until whoever asked for an inhibitor has dealt with all that was announced before: a bus keeps the order."""
        until("somebody holds sleep back", lambda: self.caller)
        for _ in range(2):  # first with the signals, then with our answers to what was asked because of them
            self.bus.call("org.freedesktop.DBus.Peer.Ping", path="/", name=self.caller)
            answered = threading.Event()
            self.context.invoke_full(GLib.PRIORITY_LOW, lambda answered=answered: answered.set())
            assert answered.wait(DEADLINE)

    def sleep(self, begins):
        self.connection.emit_signal(None, "/org/freedesktop/login1", LOGIND + ".Manager", "PrepareForSleep",
                                    GLib.Variant("(b)", (begins,)))

    def lock_session(self, name="mine"):
        self.connection.emit_signal(None, self._path(name), LOGIND + ".Session", "Lock", None)

    def hint_locked(self, name="mine", locked=True):
        self.connection.emit_signal(
            None, self._path(name), "org.freedesktop.DBus.Properties", "PropertiesChanged",
            GLib.Variant("(sa{sv}as)", (LOGIND + ".Session", {"IdleHint": GLib.Variant("b", True),
                                                              "LockedHint": GLib.Variant("b", locked)}, [])))

    def end(self):
        self.loop.quit()
        self.thread.join()
        for fd in self.inhibitors:
            os.close(fd)
        self.bus.stop()
