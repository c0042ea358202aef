# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop tells of messages: not twice, not in a flood, not more than the person allows, and not while the window does."""
import json
import shutil
import subprocess

import pytest

from harness.desktop import Desktop, InstalledWindow, OpenWindow
from harness.process import Process
from harness.user import path_encode
from harness.waiting import until

OURS = "Secure Messenger"


def set_to(user, name, value):
    user.smctl("settings", name, value, expect=0)


def desktop_of(user, *capabilities):
    desktop = Desktop(user, ("body", "actions", *capabilities))
    set_to(user, "notifications", "yes")  # and what there was to tell until now is told no more
    yield desktop
    desktop.end()


@pytest.fixture
def desktop(alice):
    yield from desktop_of(alice)


@pytest.fixture
def talkative(alice):
    """Can take an answer, and interprets markup."""
    yield from desktop_of(alice, "body-markup", "inline-reply")


def test_one_for_a_conversation(alice, bob, desktop):
    bob.send(alice, "Are you there?")
    number = desktop.see_one(bob.name, "Are you there?")
    assert desktop.told[0].actions.keys() == {"default"}
    assert desktop.told[0].hints["desktop-entry"] == "org.securemessenger.SecureMessenger"
    bob.send(alice, "Hello?")
    assert desktop.see_one(bob.name, "2 new messages\nHello?") == number
    desktop.close(number)
    bob.send(alice, "Well, then")
    desktop.see_one(bob.name, "Well, then")
    alice.send(bob, "I am")
    desktop.see_none()


def test_words_are_made_harmless(alice, bob, desktop):
    bob.send(alice, "<b>one</b> \u202etwo\u2066\n\n\tthree\x07\u200b " + "می\u200cروم " + "x" * 300)
    desktop.see_one(bob.name, "<b>one</b> two three می\u200cروم " + "x" * (200 - 28) + "…")


def test_a_file_has_its_name(alice, bob, desktop):
    (bob.folder / "the cat.txt").write_bytes(b"meow")
    bob.smctl("send", "--file", "the cat.txt", alice.name, expect=0)
    desktop.see_one(bob.name, "the cat.txt")
    bob.smctl("send", "--file", "the cat.txt", alice.name, "our cat", expect=0)
    desktop.see_one(bob.name, "2 new messages\nour cat")


def test_markup_is_escaped_where_it_would_count(alice, bob, talkative):
    bob.send(alice, "<b>one</b> & more")
    talkative.see_one(bob.name, "&lt;b&gt;one&lt;/b&gt; &amp; more")


def test_hidden_content(alice, bob, desktop):
    try:
        set_to(alice, "notification-content", "name")
        bob.send(alice, "secret one")
        desktop.see_one(bob.name, "1 new message")
        set_to(alice, "notification-content", "none")
        desktop.see_none()
        bob.send(alice, "secret two")
        desktop.see_one(OURS, "1 new message")
        bob.send(alice, "secret three")
        desktop.see_one(OURS, "2 new messages")
        set_to(alice, "notifications", "no")
        desktop.see_none()
        bob.send(alice, "not told")
        bob.send(alice, "nor this")
        alice.wait_text(bob, "nor this")
        set_to(alice, "notifications", "yes")
        bob.send(alice, "told")
        desktop.see_one(OURS, "1 new message")
    finally:
        set_to(alice, "notifications", "yes")
        set_to(alice, "notification-content", "full")
    assert not any("secret" in told.body for told in desktop.told)


def test_not_while_the_window_is_open(alice, bob, desktop):
    bob.send(alice, "before")
    desktop.see_one(bob.name, "before")
    with OpenWindow(alice):
        desktop.see_none()
        bob.send(alice, "meanwhile")
        alice.wait_text(bob, "meanwhile")
    bob.send(alice, "afterwards")
    desktop.see_one(bob.name, "afterwards")


def test_gone_when_it_is_read(alice, bob, desktop):
    """Wherever that is: up to the message that was seen, and no further."""
    for text in ("one", "two"):
        bob.send(alice, text)
    desktop.see_one(bob.name, "2 new messages\ntwo")
    alice.bus.call("Messages.MarkRead", "(sta{sv})", (bob.name, alice.history(bob)[-2]["number"], {}))
    bob.send(alice, "three")
    desktop.see_one(bob.name, "3 new messages\nthree")
    alice.bus.call("Messages.MarkRead", "(sta{sv})", (bob.name, alice.history(bob)[-1]["number"], {}))
    desktop.see_none()


def test_gone_with_a_lock_and_a_deletion(alice, bob, desktop):
    bob.send(alice, "before the lock")
    desktop.see_one(bob.name, "before the lock")
    alice.lock()
    desktop.see_none()
    alice.unlock()
    alice.wait_online()
    sent = bob.send(alice, "taken back").json["id"]
    desktop.see_one(bob.name, "taken back")
    bob.smctl("delete", "--yes", sent, expect=0)
    desktop.see_none()


def test_a_stranger_is_told_of_without_their_words(alice, shared_stage, server, desktop):
    carol, dora = (shared_stage.member(name, server) for name in ("carol", "dora"))
    carol.send(alice, "you do not know me")
    number = desktop.see_one(OURS, f"{carol.name} wants to write to you")
    assert desktop.shown[number].actions.keys() == {"default"}
    carol.send(alice, "look here")  # and once they have asked, they are silent
    dora.send(alice, "nor me")
    desktop.see_one(OURS, "2 people want to write to you")
    alice.smctl("decline", dora.name, expect=0)
    desktop.see_none()
    alice.smctl("accept", carol.name, expect=0)
    carol.send(alice, "thank you")
    desktop.see_one(carol.name, "thank you")
    assert len(desktop.told) == 3


def test_one_after_a_long_absence(alice, bob, shared_stage, server, desktop):
    others = [shared_stage.member(name, server) for name in ("erin", "fred")]
    for other in others:
        alice.send(other, "Hello")
        other.wait_text(alice, "Hello")
    alice.lock()
    for i in range(6):
        for other in (bob, *others):
            other.send(alice, f"while you were away {i}")
    for other in (bob, *others):
        other.wait_state(alice, "while you were away 5", "sent")
    alice.unlock()
    desktop.see_one(OURS, "18 new messages")
    assert len(desktop.told) <= 4  # however the server's frames were cut


def test_opens_the_conversation(alice, bob, desktop):
    bob.send(alice, "Where is no window?")
    number = desktop.see_one(bob.name, "Where is no window?")
    desktop.emit("ActionInvoked", number, "default")  # nothing happens: there is no window that could be started
    desktop.emit("ActionInvoked", 4711, "default")
    window = InstalledWindow(alice)
    desktop.emit("ActivationToken", number, "a-token")
    desktop.emit("ActionInvoked", number, "default")
    method, arguments = window.called().split(" ", 1)
    assert method == "ActivateAction"
    assert arguments == str(("open-conversation", [bob.name], {"activation-token": "a-token",
                                                               "desktop-startup-id": "a-token"}))
    desktop.see_none()  # for the window was open


def test_answered_at_once(alice, bob, talkative):
    bob.send(alice, "Coming?")
    number = talkative.see_one(bob.name, "Coming?")
    assert talkative.shown[number].actions.keys() == {"default", "inline-reply"}
    talkative.emit("NotificationReplied", number, "Yes, at eight")
    bob.wait_text(alice, "Yes, at eight")
    talkative.see_none()
    bob.send(alice, "Fine")
    number = talkative.see_one(bob.name, "Fine")
    talkative.emit("NotificationReplied", number, "")
    talkative.see("the refusal", lambda shown: any("not sent" in s.body for s in shown))
    bob.send(alice, "Say something")
    talkative.see_one(bob.name, "Say something")


def test_the_service_comes_and_goes(alice, bob):
    bob.send(alice, "nobody shows this")
    alice.wait_text(bob, "nobody shows this")
    for _ in range(2):
        desktop = Desktop(alice)
        bob.send(alice, "now")
        desktop.see("the message", lambda shown: [s.body.splitlines()[-1] for s in shown] == ["now"])
        assert desktop.told[0].replaces == 0  # numbers are those of one service
        desktop.end()


@pytest.mark.skipif(not shutil.which("dunst") or not shutil.which("Xvfb"), reason="dunst or Xvfb is not there")
def test_with_dunst(alice, bob):
    """A service that people use."""
    def dunstctl(*words):
        done = subprocess.run(["dunstctl", *words], env=environment, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    screen = Process("Xvfb", alice.folder, ["Xvfb", "-displayfd", "1", "-nolisten", "tcp"], alice.env)
    screen.start(stdout=subprocess.PIPE)
    environment = alice.env | {"DISPLAY": ":" + screen.process.stdout.readline().decode().strip()}
    dunst = Process("dunst", alice.folder, ["dunst"], environment)
    try:
        dunst.start()
        until("dunst", lambda: dunst.check_running() and alice.bus.has("org.freedesktop.Notifications"))
        window = InstalledWindow(alice)
        bob.send(alice, "For <i>dunst</i>")
        until("it is shown", lambda: dunstctl("count", "displayed") == "1")
        dunstctl("action", "0")
        assert window.called().startswith(f"ActivateAction ('open-conversation', ['{bob.name}']")
        until("it is closed", lambda: dunstctl("count", "displayed") == "0")
        told = json.loads(dunstctl("history"))["data"][0][0]
        assert (told["summary"]["data"], told["body"]["data"]) == (bob.name, "For &lt;i&gt;dunst&lt;/i&gt;")
    finally:
        dunst.stop()
        screen.stop()
        screen.process.stdout.close()


def test_muted(alice, bob, desktop):
    bob.send(alice, "Before it is muted")
    desktop.see_one(bob.name, "Before it is muted")
    alice.smctl("mute", bob.name, expect=0)
    desktop.see_none()
    bob.send(alice, "Not to be heard")
    alice.wait_text(bob, "Not to be heard")
    alice.smctl("unmute", bob.name, expect=0)
    bob.send(alice, "To be heard")
    desktop.see_one(bob.name, "To be heard")


def test_an_offer_to_compare_emoji(alice, bob, desktop):
    path = f"/org/securemessenger/Messenger1/contact/{path_encode(alice.name)}"
    exchange, = bob.bus.call("Verification.Start", "(a{sv})", ({},), path=path)
    desktop.see_one(OURS, f"{bob.name} wants to compare emoji with you, to be sure of the keys")
    bob.bus.call("Verification.Cancel", "(sa{sv})", (exchange, {}), path=path)
    desktop.see_none()
