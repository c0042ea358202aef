# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sets in the window: preferences that follow the daemon, the password, the end of the account."""
import pytest

from harness.screen import Screen, lacking
from harness.waiting import until

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage):
    return shared_stage.member("alice", shared_server)


@pytest.fixture(scope="module")
def screen(alice):
    screen = Screen(alice)
    try:
        screen.open()
        screen.see("label", "Nobody yet")
        yield screen
        screen.quit()
    finally:
        screen.end()
    said = screen.window.log()
    assert "CRITICAL" not in said, said


def setting(user, name):
    return user.smctl("settings", name, expect=0).out.strip()


def is_on(screen, name):
    return screen.see("check box", name).get_state_set().contains(screen.atspi.StateType.CHECKED)


@pytest.fixture
def preferences(screen):
    screen.click("frame", "Secure Messenger", "win.preferences")
    screen.see("label", "What Others Learn")
    yield screen
    if screen.find("frame", "Preferences"):
        screen.click("frame", "Preferences", "window.close")
    screen.see_no("frame", "Preferences")


def test_switches(preferences, alice):
    """They set what smctl sees, and show what smctl sets."""
    for page, name, shown in [("General", "notifications", "Notifications"),
                              ("Privacy", "send-read-receipts", "When You Have Read"),
                              ("Privacy", "show-presence", "When You Are Online"),
                              ("Privacy", "lock-on-session-lock", "With the Screen")]:
        preferences.click("page tab", page)
        was = setting(alice, name) == "yes"
        until(f"{shown} is shown", lambda: is_on(preferences, shown) == was)
        preferences.click("check box", shown, "toggle")
        until(f"{name} is set", lambda: setting(alice, name) == ("no" if was else "yes"))
        alice.smctl("settings", name, "yes" if was else "no", expect=0)
        until(f"{shown} follows", lambda: is_on(preferences, shown) == was)


def test_choices(preferences, alice):
    """Those that are offered and those that are not."""
    for seconds, shown in ("900", "15 minutes"), ("5", "5 seconds"), ("7200", "2 hours"), ("0", "Never"):
        alice.smctl("settings", "lock-after-idle", seconds, expect=0)
        preferences.see("label", shown)
    alice.smctl("settings", "notification-content", "none", expect=0)
    preferences.see("label", "Neither")


def test_facts(preferences, alice, shared_server):
    preferences.see("label", shared_server.pin)
    preferences.see("label", f"{shared_server.url}#{shared_server.pin}")
    key = bytes(alice.account("IdentityKey")).hex()
    preferences.see("label", " ".join(key[i:i + 4] for i in range(0, len(key), 4)))
