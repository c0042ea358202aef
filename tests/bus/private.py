# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon on a private bus, and what it says there."""
import contextlib
import os

import pytest
from gi.repository import Gio, GLib
from harness import places
from harness.bus import NAME, Bus, DBusError, in_memory
from harness.process import Process, environment
from harness.waiting import until

PASSWORD = b"correct horse battery staple"


class Daemon:
    """An smd with a bus of its own."""

    def __init__(self, folder, **more):
        self.folder = folder
        self.state = folder / "state"
        self.bus = Bus(folder)
        self.env = environment(folder, HOME=str(folder), XDG_STATE_HOME=str(self.state),
                               DBUS_SESSION_BUS_ADDRESS=self.bus.address, **more)
        self.process = Process("smd", folder, [*places.SMD_COMMAND, "--foreground"], self.env)

    def start(self):
        self.process.start()
        until("smd on the bus", lambda: self.process.check_running() and self.bus.has(NAME))
        return self

    def restart(self):
        assert self.process.stop() == 0
        until("the bus notices", lambda: not self.bus.has(NAME))
        return self.start()

    def end(self):
        code = self.process.stop()
        self.bus.stop()
        assert code == 0, self.process.log()[-4000:]

    def call(self, member, signature="()", *arguments, fds=(), path=None):
        return self.bus.call(member, signature, arguments, fds, **({"path": path} if path else {}))

    def account(self, name):
        return self.bus.property("Account", name)

    def register(self, server, name, method="Register", password=PASSWORD, options=None):
        with handed_over(password) as fd:
            self.call(f"Account.{method}", "(ssha{sv})", server.url, name, 0,
                      variants({"pin": server.pin} if options is None else options), fds=[fd])

    def unlock(self, password=PASSWORD):
        with handed_over(password) as fd:
            self.call("Account.Unlock", "(ha{sv})", 0, {}, fds=[fd])

    def lock(self):
        self.call("Account.Lock", "(a{sv})", {})

    def send(self, to, text, **options):
        return self.call("Messages.Send", "(ssa{sv})", to, text, variants(options))

    def history(self, name, **options):
        messages, = self.call("Messages.History", "(sa{sv})", name, variants(options))
        return messages

    def refuses(self, error, member, signature="()", *arguments, fds=(), path=None):
        """The call must end with this error, and a sentence."""
        with pytest.raises(DBusError) as info:
            self.call(member, signature, *arguments, fds=fds, path=path)
        assert info.value.name == error
        assert len(info.value.text) > 10 and info.value.text.endswith(".") or "." in error


@contextlib.contextmanager
def handed_over(data):
    """bytes, in a memory file; or a descriptor, which stays the caller's."""
    if isinstance(data, int):
        yield data
        return
    fd = in_memory(data)
    try:
        yield fd
    finally:
        os.close(fd)


def variants(options):
    kinds = {bool: "b", str: "s", int: "u"}
    return {key: value if isinstance(value, GLib.Variant) else GLib.Variant(kinds[type(value)], value)
            for key, value in options.items()}


class Signals:
    """Collects the signals of a daemon."""

    def __init__(self, daemon):
        self.daemon, self.found = daemon, []
        self.connection = daemon.bus.connection
        self.subscription = self.connection.signal_subscribe(
            NAME, None, None, None, None, Gio.DBusSignalFlags.NONE,
            lambda c, sender, path, interface, member, arguments:
            self.found.append((path, interface, member, arguments.unpack())))

    def __enter__(self):
        self.daemon.account("State")  # the bus has the match by now
        return self

    def __exit__(self, *_):
        self.connection.signal_unsubscribe(self.subscription)

    def until(self, what, condition):
        def turn():
            while GLib.MainContext.default().iteration(False):
                pass
            return condition(self)
        return until(what, turn)

    def changed(self, interface):
        """All changed properties with their last values."""
        values = {}
        for _, _, member, arguments in self.found:
            if member == "PropertiesChanged" and arguments[0] == f"{NAME}.{interface}":
                values |= arguments[1]
                assert not arguments[2], "a value was left out"
        return values

    def members(self):
        return [member for _, _, member, _ in self.found]
