# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: a daemon on a private bus, with and without an account at a real server."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))

from harness.bus import GLib, NAME, ROOT  # noqa: E402
from harness.process import sanitizer_reports  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.waiting import until  # noqa: E402
from private import Daemon  # noqa: E402

UNLIMITED = {"passwords": {"passes": 1, "memory": "8M"}, "limits": {key: "off" for key in (
    "registrations-per-address", "wrong-passwords-per-account", "wrong-passwords-per-address",
    "salt-queries-per-address", "authentications-per-address", "bundles-per-account", "bundles-per-address",
    "sends-per-account")}}


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
    """Two accounts that have exchanged a message, and send no receipts: [(daemon, name), (daemon, name)]."""
    people = [(make_daemon(), new_name()) for _ in range(2)]
    for daemon, name in people:
        daemon.register(server, name)
        daemon.call("org.freedesktop.DBus.Properties.Set", "(ssv)", f"{NAME}.Settings", "SendDeliveryReceipts",
                    GLib.Variant("b", False))
    (alice, _), (bob, bob_name) = people
    _, state, reason = alice.send(bob_name, "Hello, Bob", wait=True)
    assert (state, reason) == ("sent", "")
    until("the message arrives", lambda: bob.account("LastEvent") > 2)
    bob.call("Contact.Accept", "(a{sv})", {}, path=f"{ROOT}/contact/{people[0][1]}")
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
