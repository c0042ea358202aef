# SPDX-License-Identifier: GPL-3.0-or-later
"""smd as a service of a real user manager: started by the bus, restarted on demand, after a crash, and when it hangs."""
import json
import os
import pathlib
import shutil
import signal
import tempfile

import pytest

from harness import places, waiting
from user_systemd import UNIT, UserSystemd, install, option

SMCTL = f"{option('prefix')}/bin/smctl"
pytestmark = pytest.mark.skipif(option("b_sanitize") != "none", reason="the sanitizers do not work inside the sandbox")


@pytest.fixture(scope="module")
def systemd():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="user-systemd-"))
    folder.chmod(0o755)
    manager = UserSystemd(folder)
    install(folder / "installed")
    try:
        manager.start()
        manager.systemctl("enable", UNIT)  # and so the manager remembers how it ended
        yield manager
    finally:
        manager.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def stopped(systemd):
    """Each story begins with a service that is not running, and has never failed."""
    systemd.systemctl("stop", UNIT)
    systemd.systemctl("reset-failed", UNIT, check=False)


def facts(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def running_again(systemd, before):
    """Waits for another process; returns its number once it has the name."""
    waiting.until("a restart", lambda: systemd.pid() not in (0, before) and systemd.show("ActiveState") == "active")
    assert systemd.owner_pid() == systemd.pid()
    return systemd.pid()


def test_activated_by_the_bus(systemd):
    assert systemd.show("ActiveState") == "inactive"
    systemd.ping()
    assert systemd.show("ActiveState") == "active"
    assert systemd.owner_pid() == systemd.pid()


def test_restarted_on_demand(systemd):
    systemd.ping()
    before = systemd.pid()
    systemd.systemctl("restart", UNIT)
    assert running_again(systemd, before) != before


def test_stops_cleanly(systemd):
    systemd.ping()
    systemd.systemctl("stop", UNIT)
    assert systemd.show("ActiveState") == "inactive"
    assert systemd.show("Result") == "success"
    assert systemd.show("ExecMainStatus") == "0"
    assert systemd.show("ExecMainCode") == "1"  # exited, not killed


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_restarted_after_a_crash(systemd, number):
    systemd.ping()
    before = systemd.pid()
    os.kill(before, number)
    running_again(systemd, before)
    assert systemd.show("NRestarts") == "1"


def test_restarted_when_it_hangs(systemd):
    """The watchdog, at a shorter time than the unit's."""
    systemd.drop_in("watchdog", "[Service]\nWatchdogSec=5s\nTimeoutAbortSec=1s\n")
    try:
        systemd.ping()
        before = systemd.pid()
        os.kill(before, signal.SIGSTOP)
        running_again(systemd, before)
        assert systemd.show("NRestarts") == "1"
        systemd.ping()
    finally:
        systemd.remove_drop_in("watchdog")


def test_one_at_a_time(systemd):
    """A second one beside it, started by hand, leaves the first one alone."""
    systemd.ping()
    before = systemd.pid()
    systemd.run(systemd.show("ExecStart").split("path=")[1].split(" ;")[0], check=False)
    systemd.ping()
    assert systemd.pid() == before


def test_facts(systemd):
    systemd.ping()
    expected = {
        "Type": "dbus", "BusName": "org.securemessenger.Messenger1", "Restart": "on-failure", "WatchdogUSec": "1min",
        "LimitCORE": "0", "MemorySwapMax": "0", "MemoryMax": "infinity", "NoNewPrivileges": "yes", "UMask": "0077",
        "NotifyAccess": "main",
    }
    assert {name: systemd.show(name) for name in expected} == expected
    pid = systemd.pid()
    status = facts(pid)
    assert status["Seccomp"] == "2"
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split() == [str(systemd.user.pw_uid)] * 4
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    assert "Max core file size        0                    0 " in limits
    state = systemd.home / ".local" / "state" / "secure-messenger"
    assert state.stat().st_mode & 0o7777 == 0o700


def test_account_inside_the_sandboxes(systemd):
    """Argon2id, TLS, the encrypted store and the server's writer, each with what their units leave them."""
    url, pin = systemd.start_server()
    password = systemd.home / "password"
    password.write_text("a password for the sandbox\n")
    os.chown(password, systemd.user.pw_uid, systemd.user.pw_gid)
    systemd.run(SMCTL, "register", "--server", url, "--server-pin", pin, "--password-file", password, "alice")
    waiting.until("the account online", lambda: systemd.account("Connection") == "online")
    assert systemd.show("ActiveState") == "active"

    # A picture is made small in a sandbox inside this one.
    picture = shutil.copy(places.SOURCE / "tests/fuzz/corpus/thumbnail-picture/baseline.jpg", systemd.home)
    os.chown(picture, systemd.user.pw_uid, systemd.user.pw_gid)
    systemd.run(SMCTL, "send", "--no-wait", "--file", picture, "bob")

    def last():
        return json.loads(systemd.run(SMCTL, "--json", "history", "--limit", "1", "bob"))
    waiting.until("it is ready", lambda: last()["transfer"] != "preparing")
    assert last()["thumbnail"] is True

    systemd.systemctl("restart", UNIT)
    assert systemd.account("State") == "locked"
    handed_down = shutil.copy(password, systemd.credentials / "secure-messenger.password")
    os.chown(handed_down, systemd.user.pw_uid, systemd.user.pw_gid)
    systemd.systemctl("restart", UNIT)
    waiting.until("the account online by itself", lambda: systemd.account("Connection") == "online")
    os.unlink(handed_down)
    systemd.drop_in("credential", f"[Service]\nLoadCredential=secure-messenger.password:{password}\n")
    try:
        systemd.systemctl("restart", UNIT)
        waiting.until("the account online by itself", lambda: systemd.account("Connection") == "online")
    finally:
        systemd.remove_drop_in("credential")
    systemd.systemctl("stop", "smserver.service")
    assert systemd.systemctl("show", "--value", "--property=Result", "smserver.service") == "success"
