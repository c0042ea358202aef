# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's pages about a contact: making sure of their key, and what holds for the conversation with them."""
import pytest

from harness.screen import lacking, on_screen
from harness.terminal import Terminal
from harness.user import path_encode
from harness.waiting import until

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


def acquaint(alice, bob):
    bob.send(alice, "Shall we compare?")
    alice.wait_text(bob, "Shall we compare?")
    alice.send(bob, "Call me")
    bob.wait_text(alice, "Call me")


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage):
    return shared_stage.member("alice-at-window", shared_server)


@pytest.fixture(scope="module")
def bob(shared_server, shared_stage, alice):
    bob = shared_stage.member("bob", shared_server)
    acquaint(alice, bob)
    return bob


@pytest.fixture(scope="module")
def screen(alice, bob):
    with on_screen(alice, never=("CRITICAL", "WARNING")) as screen:
        screen.open()
        screen.action("open-conversation", bob.name)
        screen.see("label", "Shall we compare?")
        yield screen


class Phone:
    """What a call is good for: bob reads aloud what his terminal shows."""

    def __init__(self, user):
        self.user = user
        self.terminal = None

    def compare(self, other):
        self.terminal = Terminal(self.user, "verify", "--emoji", other.name)

    def names(self):
        """Of the emoji, as the terminal has them."""
        self.terminal.wait_for("(yes/no)")
        return [line.split(maxsplit=1)[1].strip() for line in self.terminal.seen.splitlines()
                if line.startswith("    ") and len(line.split()) > 1]

    def say(self, answer, code):
        self.terminal.type(answer)
        assert self.terminal.wait_end() == code, self.terminal.seen


@pytest.fixture
def phone(bob):
    return Phone(bob)


def path_of(contact):
    return f"/org/securemessenger/Messenger1/contact/{path_encode(contact.name)}"


def begin(alice, bob):
    """Nobody is verified, and nothing is under way."""
    for one, other in ((alice, bob), (bob, alice)):
        one.bus.call("Contact.Unverify", "(a{sv})", ({},), path=path_of(other))


def test_safety_number(screen, alice, bob):
    """It is the one that bob has; saying so verifies him, and can be taken back."""
    number = bob.contact(alice, "SafetyNumber")
    screen.click("push button", "Details")
    screen.see("label", "Not verified yet")
    screen.click("push button", "Verify")
    shown = screen.see("label", number[:5]).get_name()
    assert "".join(shown.split()) == number
    assert [len(group) for line in shown.splitlines() for group in line.split()] == [5] * 12
    assert screen.see("image", "safety number as a QR code").get_extents().width >= 160
    screen.click("push button", "Mark as Verified")
    until("bob is verified", lambda: alice.contact(bob, "VerifiedHow") == "safety-number")
    screen.see("label", "Verified by the safety number")
    screen.click("push button", "Remove Verification")
    until("bob is not verified", lambda: not alice.contact(bob, "Verified"))
    screen.see("push button", "Mark as Verified")
    screen.click("frame", "Verify", "window.close")
    screen.click("frame", "Contact", "window.close")


def test_bob_asks(screen, alice, bob, phone):
    """The conversation offers it; both see the same; both are verified."""
    begin(alice, bob)
    phone.compare(alice)
    screen.see("label", "wants to compare emoji with you")
    screen.click("push button", "Compare")
    names = phone.names()
    assert len(names) == 7
    for name in names:
        screen.see("label", name)
    screen.click("push button", "They Are the Same")
    screen.see("label", "to say so, too")
    phone.say("yes\n", 0)
    screen.see("label", "nobody stands between you")
    assert alice.contact(bob, "VerifiedHow") == "emoji" and bob.contact(alice, "Verified")
    screen.click("push button", "Done")


def test_alice_asks_and_they_differ(screen, alice, bob, phone):
    begin(alice, bob)
    screen.click("push button", "Details")
    screen.click("push button", "Verify")
    screen.click("push button", "Compare Emoji")
    screen.see("label", "has to agree on their side")
    phone.compare(alice)
    phone.names()
    screen.click("push button", "They Differ")
    screen.see("label", "The Emoji Differ")
    phone.say("yes\n", 35)
    assert not alice.contact(bob, "Verified") and not bob.contact(alice, "Verified")
    assert "verification-mismatch" in [m["kind"] for m in bob.history(alice)]
    screen.click("push button", "Done")
    screen.click("frame", "Contact", "window.close")


def test_bob_gives_up(screen, alice, bob, phone):
    """A question that is taken back goes from the conversation; emoji of a comparison that is over can be confirmed no more; one can begin anew."""
    phone.compare(alice)
    screen.see("label", "wants to compare emoji with you")
    screen.click("push button", "Compare")
    phone.names()
    phone.say("\x03", 130)
    screen.see("label", "was cancelled")
    screen.see_no("push button", "They Are the Same")
    screen.click("push button", "Compare Again")
    screen.click("push button", "Compare Emoji")
    screen.see("label", "has to agree on their side")
    phone.compare(alice)
    phone.names()
    screen.click("push button", "They Are the Same")
    phone.say("\x03", 130)
    screen.see("label", "was cancelled")
    screen.click("push button", "Done")
    screen.see_no("label", "wants to compare emoji with you")
    assert not alice.contact(bob, "Verified")


def chosen(screen, name):
    """What a combo box shows before its list is opened."""
    item = next(node for node, role, _ in screen.walk(screen.see("combo box", name)) if role == "list item")
    return next(words for _, role, words in screen.walk(item) if role == "label")


def test_asked_while_somebody_else_is_open(screen, alice, bob, shared_server, shared_stage, phone):
    """Whoever asks is seen, whichever conversation is open, and can be turned down."""
    carol = shared_stage.member("carol", shared_server)
    carol.send(alice, "Lunch?")
    alice.wait_text(carol, "Lunch?")
    alice.smctl("accept", carol.name, expect=0)
    screen.action("open-conversation", carol.name)
    screen.see("label", "Lunch?")
    phone.compare(alice)
    screen.see("label", "wants to compare emoji with you")
    assert not screen.find("push button", "Not now")
    screen.click("push button", "Show")
    screen.see("label", "Shall we compare?")
    screen.click("push button", "Not now")
    assert phone.terminal.wait_end() == 36, phone.terminal.seen
    screen.see_no("push button", "Not now")


def test_what_holds_for_the_conversation(screen, alice, bob):
    """Timer, mute, pin and privacy reach the daemon, and the window sees what others set."""
    screen.click("push button", "Details")
    screen.go_to("combo box", "Disappearing Messages")
    for key in "Return", "Down", "Down", "Return":
        screen.press(key)
    until("bob's daemon has the timer", lambda: bob.contact(alice, "Timer") == 3600)
    bob.smctl("timer", alice.name, "90s", expect=0)
    until("the window shows it", lambda: chosen(screen, "Disappearing Messages") == "90 seconds")
    bob.smctl("timer", alice.name, "off", expect=0)
    until("the window shows it", lambda: chosen(screen, "Disappearing Messages") == "Off")
    for name, property in (("Mute", "Muted"), ("Pin", "Pinned")):
        screen.click("check box", name, "toggle")
        until(name, lambda: alice.contact(bob, property))
    screen.go_to("combo box", "What You Have Read")
    for key in "Return", "Down", "Down", "Return":
        screen.press(key)
    until("no receipts", lambda: alice.contact(bob, "SendReadReceipts") == "no")
    assert alice.contact(bob, "SendDeliveryReceipts") == "default"
    screen.click("frame", "Contact", "window.close")


def test_session(screen, alice, bob):
    screen.click("push button", "Details")
    screen.go_to("list item", "Encryption Session")
    screen.press("Return")
    screen.see("label", "Double Ratchet")
    screen.click("push button", "Renew")
    until("it has begun", lambda: "session-renewed" in [event["kind"] for event in alice.events()])
    screen.click("frame", "Contact", "window.close")


def test_block(screen, alice, bob):
    screen.click("push button", "Details")
    screen.click("push button", "Block…")
    screen.see("label", "Nothing that they write")
    screen.click("push button", "Block")
    until("bob is blocked", lambda: alice.contact(bob, "Relation") == "blocked")
    screen.see("label", "Blocked")
    screen.click("push button", "Unblock")
    until("bob is back", lambda: alice.contact(bob, "Relation") == "accepted")
    screen.click("frame", "Contact", "window.close")


def test_new_key(screen, alice, bob, shared_server, shared_stage):
    """Bob has lost his device, and registers anew: nothing leaves until somebody has looked at the new number."""
    screen.click("push button", "Details")
    screen.click("push button", "Verify")
    old = bob.contact(alice, "SafetyNumber")
    screen.see("label", old[:5])
    again = shared_stage.user(bob.name, bob.password)
    again.login(shared_server)
    again.send(alice, "I have a new device")
    alice.wait_text(bob, "I have a new device")
    new = again.contact(alice, "SafetyNumber")
    assert new != old
    screen.see("label", "has changed while you were looking")
    screen.see_no("push button", "Mark as Verified")
    screen.click("push button", "Show the New Number")
    screen.see("label", new[:5])
    screen.click("frame", "Verify", "window.close")
    screen.click("frame", "Contact", "window.close")
    screen.see("label", "The security key has changed, and nothing is sent until")
    alice.smctl("send", "--no-wait", bob.name, "Is it you?")
    screen.click("push button", "Compare…")
    shown = screen.see("label", new[:5]).get_name()
    assert "".join(shown.split()) == new
    assert alice.contact(bob, "KeyChanged")
    screen.click("push button", "Accept Without Comparing")
    screen.see("label", "If somebody stands between you")
    screen.click("push button", "Accept")
    until("the key is accepted", lambda: not alice.contact(bob, "KeyChanged"))
    assert not alice.contact(bob, "Verified")
    again.wait_text(alice, "Is it you?")
    screen.click("frame", "Verify", "window.close")
    screen.see_no("label", "The security key has changed, and nothing is sent until")


def test_notes(screen, alice):
    """Nobody is at the other end: there is nobody to verify, to block, or to agree about a timer with."""
    alice.send(alice, "Buy rope")
    screen.action("open-conversation", alice.name)
    screen.see("label", "Buy rope")
    screen.click("push button", "Details")
    screen.see("label", "Notes to yourself")
    screen.see("check box", "Pin")
    shown = {name for _, _, name in screen.walk(screen.see("frame", "Contact"))}
    assert not {"Verification", "Disappearing Messages", "What They Learn", "Block…"} & shown
    screen.click("frame", "Contact", "window.close")


def test_locked_while_it_is_open(screen, alice, bob):
    """Nothing about anybody is left on the screen."""
    screen.action("open-conversation", bob.name)
    screen.see("label", "Call me")
    screen.click("push button", "Details")
    screen.click("push button", "Verify")
    screen.see("push button", "Mark as Verified")
    alice.lock()
    screen.see("label", "Locked")
    screen.see_no("frame", "Verify")
    screen.see_no("frame", "Contact")
    screen.quit()
