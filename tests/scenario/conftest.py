# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures: one server and two people for a whole file where tests can share them, fresh ones where they cannot."""
import itertools
import os
import pathlib
import shutil
import tempfile

import pytest

from harness import places
from harness.peer import Peer
from harness.process import sanitizer_reports
from harness.server import Server
from harness.user import User

# Everybody in the tests comes from one address; what limits strangers is tested where it is switched on. And a server hashes
# so many passwords here that it does it as cheaply as it can be told to.
UNLIMITED = {"passwords": {"passes": 1, "memory": "8M"}, "limits": {"wrong-password-pause": "0s"} | {key: "off" for key in (
    "registrations-per-address", "wrong-passwords-per-account", "wrong-passwords-per-address",
    "salt-queries-per-address", "authentications-per-address", "bundles-per-account", "bundles-per-address",
    "one-time-prekeys-per-account", "logins-per-address", "uploads-per-account", "password-changes-per-account",
    "key-packages-per-account", "key-packages-per-address", "one-time-key-packages-per-account",
    "group-changes-per-account", "group-fetches-per-account",
    "presence-per-account", "directory-per-account", "blob-puts-per-account", "blob-gets-per-account",
    "sends-per-account", "sends-per-recipient")}}


class Stage:
    """Makes servers and people below one temporary folder, and ends them all."""

    numbers = itertools.count(1)  # of all stages, for they share servers

    def __init__(self, folder):
        self.folder = folder
        self.ends = []

    def server(self, config=None, folder=None, start=True):
        """config: {section: {key: value}}, on top of no limits on strangers."""
        merged = {section: UNLIMITED.get(section, {}) | (config or {}).get(section, {})
                  for section in {*UNLIMITED, *(config or {})}}
        server = Server(folder or self.folder / f"server{next(self.numbers)}", merged)
        self.ends.append(lambda: server.stop() if server.running else None)
        return server.start() if start else server

    def user(self, name, password=None, start=True):
        """A person at a fresh machine. The name in lower-case letters; a second machine of a name is another folder."""
        folder = self.folder / f"{name[:16]}{next(self.numbers)}"
        folder.mkdir(mode=0o700)
        user = User(folder, name, password)
        self.ends.append(user.end)
        return user.start() if start else user

    def member(self, name, server):
        user = self.user(f"{name}{next(self.numbers)}")
        user.register(server)
        return user

    def peer(self, name, server):
        """Somebody whose program says whatever the test wants; writes nothing before it was written to."""
        peer = Peer(server, f"{name}{next(self.numbers)}")
        self.ends.append(peer.end)
        return peer

    def end(self):
        problems = []
        for end in reversed(self.ends):
            try:
                end()
            except Exception as problem:  # the others have to end too
                problems.append(problem)
        self.ends.clear()
        if problems:
            raise problems[0]


def acquaint(alice, bob):
    """They have talked: neither is a request to the other."""
    alice.send(bob, "Hello, it is me")
    bob.wait_text(alice, "Hello, it is me")
    bob.send(alice, "Nice to meet you")
    alice.wait_text(bob, "Nice to meet you")
    return [alice, bob]


@pytest.fixture(scope="session")
def ground():
    """A short path: sockets live below it."""
    for program in (places.SMSERVER, places.SMD, places.SMCTL):
        if not program.exists():
            pytest.fail(f"{program} is not built")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sm-", dir=os.environ.get("SM_TMP", "/tmp")))
    yield folder
    if os.environ.get("SM_KEEP"):
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_stage(ground):
    folder = ground / "shared"
    folder.mkdir()
    stage = Stage(folder)
    yield stage
    stage.end()
    assert not sanitizer_reports(folder)


@pytest.fixture
def stage(ground):
    """Servers and people of one test alone."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=ground))
    stage = Stage(folder)
    yield stage
    stage.end()
    assert not sanitizer_reports(folder)


@pytest.fixture(scope="session")
def shared_server(shared_stage):
    return shared_stage.server()


@pytest.fixture(scope="session")
def shared_people(shared_server, shared_stage):
    return acquaint(*[shared_stage.member(name, shared_server) for name in ("alice", "bob")])


# What one test left stopped or locked is put right for the next, so that one failure stays one.

@pytest.fixture
def server(shared_server):
    if not shared_server.running:
        shared_server.start()
    return shared_server


@pytest.fixture
def alice(server, shared_people):
    return ready(shared_people[0])


@pytest.fixture
def bob(server, shared_people):
    return ready(shared_people[1])


def ready(user):
    """Running, unlocked, online."""
    user.write_password(user.password)
    if not user.daemon.running:
        user.start()
    if user.account("State") == "locked":
        user.unlock()
    if user.account("Connection") != "online":
        user.smctl("reconnect", expect=0)
    user.wait_online()
    return user


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the logs of everything that ran."""
    report = (yield).get_result()
    if report.failed and (folder := item.funcargs.get("ground")):
        for log in sorted(folder.rglob("*.log")):
            if tail := log.read_text(errors="replace")[-3000:]:
                report.sections.append((str(log.relative_to(folder)), tail))
        if found := sanitizer_reports(folder):
            report.sections.append(("sanitizer", found[:20000]))
