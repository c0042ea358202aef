# SPDX-License-Identifier: GPL-3.0-or-later
"""The account locks by itself: when nobody asks for anything, before the machine sleeps, and with the session."""
import pytest

from harness.logind import Logind
from harness.waiting import until


@pytest.fixture
def logind(stage):
    logind = Logind(stage.folder / "logind")
    stage.ends.append(logind.end)
    return logind


@pytest.fixture
def ivy(stage, server, logind):
    user = stage.user(f"ivy{next(stage.numbers)}", start=False)
    user.env["DBUS_SYSTEM_BUS_ADDRESS"] = logind.address
    user.start()
    user.register(server)
    return user


def locked(user):
    return user.account("State") == "locked"


def check_stays_open(user, logind):
    logind.wait_heard()
    assert not locked(user)


def test_before_sleep(ivy, logind):
    """Sleep waits for the lock, and for no longer; and while locked, nothing holds it back."""
    until("sleep is held back", lambda: logind.held() == 1)
    assert logind.asked[0][0] == "sleep" and logind.asked[0][3] == "delay"
    logind.sleep(True)
    until("sleep may go on", lambda: logind.held() == 0)
    assert locked(ivy)
    logind.sleep(False)
    assert locked(ivy)
    ivy.unlock()
    until("sleep is held back", lambda: logind.held() == 1)
    ivy.lock()
    until("nothing is left to lock", lambda: logind.held() == 0)


def test_not_before_sleep(ivy, logind):
    until("sleep is held back", lambda: logind.held() == 1)
    ivy.smctl("settings", "lock-on-suspend", "no", expect=0)
    until("sleep is not held back", lambda: logind.held() == 0)
    logind.sleep(True)
    logind.sleep(False)
    check_stays_open(ivy, logind)


@pytest.mark.parametrize("how", ["lock_session", "hint_locked"])
def test_with_the_session(ivy, logind, how):
    getattr(logind, how)()
    check_stays_open(ivy, logind)  # by default
    ivy.smctl("settings", "lock-on-session-lock", "yes", expect=0)
    getattr(logind, how)("theirs")
    logind.hint_locked("mine", False)
    check_stays_open(ivy, logind)
    getattr(logind, how)("mine")
    until("it is locked", lambda: locked(ivy))


def test_after_idle_time(ivy):
    ivy.smctl("settings", "lock-after-idle", "2", expect=0)
    until("it is locked", lambda: locked(ivy))  # asking for a property keeps nothing open
    ivy.unlock()
    until("it is locked again", lambda: locked(ivy))
    assert ivy.daemon.log().count("locked -> unlocked") == 1  # it was open in between


def test_without_a_system_bus(stage, server):
    judy = stage.user(f"judy{next(stage.numbers)}", start=False)
    judy.env["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={stage.folder}/nowhere"
    judy.start()
    judy.register(server)
    assert "no system bus" in judy.daemon.log()
    judy.lock()
    judy.unlock()
