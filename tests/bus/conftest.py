# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a daemon on a private bus, with and without an account at a real server."""
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))

from harness.bus import NAME, Bus, DBusError, in_memory  # noqa: E402
from harness.process import Process, environment, sanitizer_reports  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.waiting import until  # noqa: E402
from harness import places  # noqa: E402

PASSWORD = b"correct horse battery staple"
UNLIMITED = {"limits": {key: "off" for key in (
    "registrations-per-address", "wrong-passwords-per-account", "wrong-passwords-per-address",
    "salt-queries-per-address", "authentications-per-address", "bundles-per-account", "bundles-per-address",
    "sends-per-account")}}


class Daemon:
    """An smd with a bus of its own."""

    def __init__(self, folder, **more):
        self.folder = folder
        self.state = folder / "state"
        self.bus = Bus(folder)
        self.env = environment(folder, HOME=str(folder), XDG_STATE_HOME=str(self.state),
                               DBUS_SESSION_BUS_ADDRESS=self.bus.address, **more)
        self.process = Process("smd", folder, [places.SMD, "--foreground"], self.env)

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
    from gi.repository import GLib
    kinds = {bool: "b", str: "s", int: "u"}
    return {key: value if isinstance(value, GLib.Variant) else GLib.Variant(kinds[type(value)], value)
            for key, value in options.items()}


@pytest.fixture(scope="session")
def ground():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sm-bus-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(ground):
    server = Server(ground / "server", UNLIMITED).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def make_daemon(ground):
    """Makes daemons that end with the file's last test."""
    made = []

    def make(**more):
        folder = pathlib.Path(tempfile.mkdtemp(dir=ground))
        daemon = Daemon(folder, **more).start()
        made.append(daemon)
        return daemon

    yield make
    for daemon in made:
        daemon.end()
        assert not sanitizer_reports(daemon.folder)


_names = iter(range(1, 10000))


@pytest.fixture(scope="session")
def new_name():
    """User names that nobody has yet."""
    return lambda: f"user{next(_names)}"


@pytest.fixture(scope="module")
def fresh(make_daemon):
    """Without an account."""
    return make_daemon()


@pytest.fixture(scope="module")
def pair(make_daemon, server, new_name):
    """Two accounts that have exchanged a message: [(daemon, name), (daemon, name)]."""
    people = [(make_daemon(), new_name()) for _ in range(2)]
    for daemon, name in people:
        daemon.register(server, name)
    (alice, _), (bob, bob_name) = people
    _, state, reason = alice.send(bob_name, "Hello, Bob", wait=True)
    assert (state, reason) == ("sent", "")
    until("the message arrives", lambda: bob.account("LastEvent") > 1)
    return people


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and (folder := item.funcargs.get("ground")):
        for log in sorted(folder.rglob("*.log")):
            if tail := log.read_text(errors="replace")[-3000:]:
                report.sections.append((str(log.relative_to(folder)), tail))
        if found := sanitizer_reports(folder):
            report.sections.append(("sanitizer", found[:20000]))
