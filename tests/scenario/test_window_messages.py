# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with messages in the window: answered, changed, opened; by its names and actions, as a screen reader does."""
import pytest

from harness.screen import Screen, lacking
from harness.waiting import until

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage):
    return shared_stage.member("alice", shared_server)


@pytest.fixture(scope="module")
def bob(shared_server, shared_stage, alice):
    bob = shared_stage.member("bob", shared_server)
    alice.send(bob, "Is the boat ready?")
    bob.wait_text(alice, "Is the boat ready?")
    bob.send(alice, "Nearly")
    alice.wait_text(bob, "Nearly")
    return bob


@pytest.fixture(scope="module")
def screen(alice, bob):
    screen = Screen(alice)
    try:
        screen.open()
        screen.action("open-conversation", bob.name)
        yield screen
        screen.quit()
    finally:
        screen.end()
    said = screen.window.log()
    assert "CRITICAL" not in said, said


def choose(screen, text, *choices):
    """Opens the menu of the message that has this text, and chooses there, role and name."""
    screen.click("panel", text, "message.menu")
    for role, name in choices:
        screen.click(role, name)


def message(user, other, text):
    """The newest with this text, or None."""
    return next((m for m in reversed(user.history(other)) if m.get("text") == text), None)


def test_reply_and_quote(screen, alice, bob):
    """A reply of theirs leads to what it answers; ours comes there as one."""
    question = message(bob, alice, "Is the boat ready?")
    bob.smctl("reply", question["id"], "At nine", expect=0)
    screen.see("panel", "At nine")
    screen.see("push button", "Go to the Message")
    choose(screen, "Nearly", ("menu item", "Reply"))
    screen.write("text", "Message", "Then I come")
    screen.click("push button", "Send")
    bob.wait_text(alice, "Then I come")
    assert message(bob, alice, "Then I come")["reply_text"] == "Nearly"


def test_reactions(screen, alice, bob):
    """One from the menu, taken back by a click; theirs, joined by a click."""
    nearly = message(bob, alice, "Nearly")["id"]

    def reactions():
        return message(bob, alice, "Nearly").get("reactions", {})
    choose(screen, "Nearly", ("push button", "👍"))
    until("bob sees it", lambda: reactions() == {alice.name: "👍"})
    screen.click("push button", "👍")
    until("it is gone", lambda: not reactions())
    bob.smctl("react", nearly, "⛵", expect=0)
    screen.click("push button", "⛵")
    until("both", lambda: reactions() == {alice.name: "⛵", bob.name: "⛵"})
    screen.see("push button", "⛵ 2")


def test_edit_and_delete(screen, alice, bob):
    alice.send(bob, "We met at the peer")
    choose(screen, "We met at the peer", ("menu item", "Edit"))
    screen.write("text", "Message", "We met at the pier")
    screen.click("push button", "Send")
    bob.wait_text(alice, "We met at the pier")
    choose(screen, "We met at the pier", ("menu item", "Delete…"), ("push button", "Delete for Everyone"))
    until("it is gone at bob's", lambda: not message(bob, alice, "We met at the pier"))
    screen.see("label", "This message was deleted")
    bob.send(alice, "Only here")
    choose(screen, "Only here", ("menu item", "Delete…"))
    screen.see_no("push button", "Delete for Everyone")
    screen.click("push button", "Delete for Me")
    screen.see_no("panel", "Only here")
    assert message(bob, alice, "Only here")


def test_send_again(screen, alice, bob, shared_server, shared_stage):
    """What has failed says why, and leaves as a new message once it can."""
    alice.smctl("send", "carol-of-later", "Welcome", expect=9)
    screen.action("open-conversation", "carol-of-later")
    screen.see("label", "knows nobody of that name")
    carol = shared_stage.user("carol-of-later")
    carol.register(shared_server)
    screen.click("push button", "Send Again")
    carol.wait_text(alice, "Welcome")
    screen.see_no("push button", "Send Again")
    screen.action("open-conversation", bob.name)


def test_information(screen, alice, bob):
    choose(screen, "Then I come", ("menu item", "Information"))
    screen.see("label", "Has arrived")
    screen.click("frame", "Message", "window.close")
    screen.see_no("label", "Has arrived")
