# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sets in the window: preferences that follow the daemon, the password, the end of the account."""
import pytest

from harness.screen import lacking, on_screen
from harness.waiting import until

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage):
    return shared_stage.member("alice", shared_server)


@pytest.fixture(scope="module")
def screen(alice):
    with on_screen(alice) as screen:
        screen.open()
        screen.see("label", "Nobody yet")
        yield screen
        screen.quit()


def setting(user, name):
    return user.smctl("settings", name, expect=0).out.strip()


def is_on(screen, name):
    return screen.see("check box", name).has(screen.atspi.StateType.CHECKED)


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
    for seconds, shown in ("900", "15 minutes"), ("4500", "75 minutes"), ("7200", "2 hours"), ("0", "Never"):
        alice.smctl("settings", "lock-after-idle", seconds, expect=0)
        preferences.see("label", shown)
    alice.smctl("settings", "notification-content", "none", expect=0)
    preferences.see("label", "Neither")


def test_facts(preferences, alice, shared_server):
    preferences.see("label", shared_server.pin)
    preferences.see("label", f"{shared_server.url}#{shared_server.pin}")
    key = bytes(alice.account("IdentityKey")).hex()
    preferences.see("label", " ".join(key[i:i + 4] for i in range(0, len(key), 4)))


def ask(preferences, button):
    preferences.click("page tab", "Account")
    preferences.click("push button", button)


def test_server(preferences, alice):
    """The pin of another certificate, which is not there, and the right one again."""
    link = f"{alice.account('Server')}#{alice.account('ServerPin')}"
    another = f"{alice.account('Server')}#sha256:{'5a' * 32}"
    preferences.click("page tab", "Account")
    for written, what in (another, "offline"), (link, "online"):
        preferences.click("push button", "Change Server…")
        preferences.see("frame", "Change Server")
        preferences.write("text", "Address or link", "nowhere")
        preferences.click("push button", "Change")
        preferences.see("label", "There is no address in it.")
        preferences.write("text", "Address or link", written)
        preferences.click("push button", "Change")
        preferences.see_no("frame", "Change Server")
        until(f"{what}", lambda: alice.account("Connection") == what)
        assert f"{alice.account('Server')}#{alice.account('ServerPin')}" == written


def test_password(preferences, alice):
    """What cannot be one is said before, what is wrong afterwards; then the new one opens the account."""
    new = "another password of alice"
    ask(preferences, "Change…")
    preferences.write("password text", "Password now", "not this one")
    preferences.write("password text", "New password", "short")
    preferences.see("label", "At least 8 characters")
    preferences.write("password text", "New password", new)
    preferences.write("password text", "The same again", new[1:])
    preferences.see("label", "The two passwords differ")
    assert not preferences.is_sensitive("push button", "C_hange Change")
    preferences.write("password text", "The same again", new)
    preferences.click("push button", "C_hange Change")
    preferences.see("label", "password is wrong")
    preferences.write("password text", "Password now", alice.password)
    for name in "New password", "The same again":
        preferences.write("password text", name, new)
    preferences.click("push button", "C_hange Change")
    preferences.see_no("frame", "Change Password")
    alice.write_password(new)
    alice.lock()
    preferences.see_no("frame", "Preferences")  # there is nothing to set while it is locked
    preferences.write("password text", "Password", new)
    preferences.click("push button", "Unlock")
    until("the new one opens it", lambda: alice.account("State") == "unlocked")


def test_no_keyring(preferences, alice):
    """There is none here, which is said."""
    ask(preferences, "_Remember…")
    preferences.write("password text", "Password", alice.password_file.read_text().strip())
    preferences.click("push button", "_Remember Remember")
    preferences.see("label", "keyring does not help")
    assert not alice.account("Remembered")
    preferences.click("push button", "Cancel")
    preferences.see("push button", "_Remember…")


def test_end_and_beginning(preferences, screen, alice, shared_server):
    """The account goes only by its name and password; then there is a first run, and a link says where."""
    ask(preferences, "_Delete…")
    preferences.write("password text", "Password", alice.password_file.read_text().strip())
    preferences.write("text", "Your user name", "somebody")
    assert not preferences.is_sensitive("push button", "_Delete Delete")
    preferences.write("text", "Your user name", alice.name)
    preferences.click("push button", "_Delete Delete")
    until("it is deleted", lambda: alice.account("State") == "no-account")
    screen.see("label", "Welcome")
    screen.see_no("frame", "Preferences")
    screen.write("text", "Address or link", f"Join us: {shared_server.url}#{shared_server.pin}")
    pin = screen.see("text", "Pin")
    until("the link is read", lambda: pin.get_text(0, len(shared_server.pin)) == shared_server.pin)
    screen.write("text", "User name", alice.name)
    screen.click("push button", "I Have One")
    screen.write("password text", "Password", "of nobody at all")
    screen.click("push button", "Log In")
    screen.see("label", "password is wrong")
    screen.write("text", "User name", f"{alice.name}.again")
    screen.click("push button", "New Account")
    screen.write("password text", "Password", "of somebody new")
    screen.write("password text", "The same again", "of somebody new")
    screen.click("push button", "Register")
    screen.see("label", "Nobody yet")
