# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's desktop: a notification service that records what it is to show, and a window that the bus can start."""
import os
import pathlib

import gi

from harness.bus import NAME as MESSENGER, ROOT as MESSENGER_ROOT
from harness.waiting import until

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
WINDOW = "org.securemessenger.SecureMessenger"
EXPIRED, DISMISSED, CALLED = 1, 2, 3  # why one is closed

INTERFACE = """<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/>
    <arg type="i" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="NotificationReplied"><arg type="u"/><arg type="s"/></signal>
  <signal name="ActivationToken"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""


def private(user):
    """Another connection to the person's bus."""
    connection = Gio.DBusConnection.new_for_address_sync(
        user.bus.address,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    connection.set_exit_on_close(False)
    return connection


def own(connection, name):
    def is_ours():
        answer = connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                      "RequestName", GLib.Variant("(su)", (name, 4)), None, Gio.DBusCallFlags.NONE, -1,
                                      None)
        return answer.unpack()[0] in (1, 4)
    until(f"{name} is free", is_ours)


class Shown:
    def __init__(self, replaces, summary, body, actions, hints):
        self.replaces, self.summary, self.body, self.hints = replaces, summary, body, hints
        self.actions = dict(zip(actions[::2], actions[1::2]))


class Desktop:
    def __init__(self, user, capabilities=("body", "actions")):
        self.user = user
        self.capabilities = list(capabilities)
        self.shown = {}  # what a person sees: {number: Shown}
        self.told = []   # and all that was ever asked for
        self.connection = private(user)
        self.connection.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], self._called)
        own(self.connection, NAME)

    def _called(self, connection, sender, path, interface, method, arguments, invocation):
        if method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (self.capabilities,)))
        elif method == "Notify":
            _, replaces, _, summary, body, actions, hints, _ = arguments.unpack()
            number = replaces or len(self.told) + 1
            self.shown[number] = Shown(replaces, summary, body, actions, hints)
            self.told.append(self.shown[number])
            invocation.return_value(GLib.Variant("(u)", (number,)))
        else:
            self._close(arguments.unpack()[0], CALLED)
            invocation.return_value(None)

    def _emit(self, signal, *arguments):
        kinds = {int: "u", str: "s"}
        signature = "(" + "".join(kinds[type(a)] for a in arguments) + ")"
        self.connection.emit_signal(None, PATH, NAME, signal, GLib.Variant(signature, arguments))

    def _close(self, number, why):
        if self.shown.pop(number, None):
            self._emit("NotificationClosed", number, why)

    def _wait_heard(self):
        """Until smd has dealt with what was emitted: the bus keeps the order in which one connection says things."""
        self.connection.call_sync(MESSENGER, MESSENGER_ROOT, "org.freedesktop.DBus.Peer", "Ping", None, None,
                                  Gio.DBusCallFlags.NO_AUTO_START, 120_000, None)

    def emit(self, signal, *arguments):
        """What a person does with a notification. smd has done what it does because of that."""
        self._emit(signal, *arguments)
        self._wait_heard()

    def close(self, number):
        """By a person."""
        self._close(number, DISMISSED)
        self._wait_heard()

    def see(self, what, condition):
        """Until the condition holds of all that is shown, a list."""
        def turn():
            while GLib.MainContext.default().iteration(False):
                pass
            return condition(list(self.shown.values()))
        try:
            until(what, turn)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; told: {[(s.summary, s.body) for s in self.told]}") from None

    def see_one(self, summary, body):
        """That alone. Returns its number."""
        self.see(f"{summary}: {body}", lambda shown: [(s.summary, s.body) for s in shown] == [(summary, body)])
        return next(iter(self.shown))

    def see_none(self):
        self.see("nothing is shown", lambda shown: not shown)

    def end(self):
        self.connection.close_sync(None)
        until("the bus notices", lambda: not self.user.bus.has(NAME))
        self.user.wait_heard()


class OpenWindow:
    """Somebody has the window open."""

    def __init__(self, user):
        self.user = user

    def __enter__(self):
        self.connection = private(self.user)
        own(self.connection, WINDOW)
        return self

    def __exit__(self, *_):
        self.connection.close_sync(None)
        until("the window is closed", lambda: not self.user.bus.has(WINDOW))
        self.user.wait_heard()


class InstalledWindow:
    """The bus starts it when it is called; then it writes down how, and ends."""

    def __init__(self, user):
        self.user, self.calls = user, user.folder / "window-calls"
        self.calls.unlink(missing_ok=True)
        script = pathlib.Path(__file__).with_name("window.py")
        service = user.folder / "services" / f"{WINDOW}.service"
        service.write_text(f"[D-BUS Service]\nName={WINDOW}\nExec=/usr/bin/python3 -B {script} {self.calls}\n")
        user.bus.call("org.freedesktop.DBus.ReloadConfig", path="/org/freedesktop/DBus", name="org.freedesktop.DBus")

    def called(self):
        """How it was: one line."""
        def written():
            return os.path.exists(self.calls) and self.calls.read_text().endswith("\n")
        until("the window is called", written)
        until("the window is closed", lambda: not self.user.bus.has(WINDOW))
        self.user.wait_heard()
        line = self.calls.read_text()
        self.calls.unlink()
        return line.strip()
