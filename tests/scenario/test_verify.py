# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing emoji: both are verified, or both hear why not, whatever happens on the way."""
import contextlib

import pytest

from harness.bus import DBusError
from harness.terminal import Terminal
from harness.user import path_encode
from harness.waiting import until


class View:
    """What one person's daemon says about comparing with another."""

    def __init__(self, user, other):
        self.user, self.other = user, other
        self.path = f"/org/securemessenger/Messenger1/contact/{path_encode(other.name)}"

    def get(self, name):
        return self.user.bus.property("Verification", name, path=self.path)

    def start(self):
        exchange, = self.user.bus.call("Verification.Start", "(a{sv})", ({},), path=self.path)
        return exchange

    def act(self, method, exchange=None):
        self.user.bus.call(f"Verification.{method}", "(sa{sv})", (exchange or self.get("Exchange"), {}), path=self.path)

    def emoji(self):
        return self.get("Emoji")

    def wait(self, state):
        until(f"{self.user.name}: {state}", lambda: self.user.knows(self.other) and self.get("State") == state)

    @property
    def verified(self):
        return self.user.contact(self.other, "Verified")

    def kinds(self):
        return [m["kind"] for m in self.user.history(self.other, 500)]

    def count(self, kind):
        return self.kinds().count(kind)


def meet(one, other, text="shall we compare?"):
    """They know each other, and have accepted each other."""
    one.send(other, text)
    other.wait_text(one, text)
    other.smctl("accept", one.name, expect=0)


@pytest.fixture
def views(alice, bob):
    """Of two who know each other, neither verified, with nothing under way."""
    meet(alice, bob)
    a, b = View(alice, bob), View(bob, alice)
    for view in (a, b):
        if view.get("State") in ("started", "offered", "accepted", "comparing", "confirmed"):
            with contextlib.suppress(DBusError):  # the other side's may have come meanwhile
                view.act("Cancel")
        view.user.bus.call("Contact.Unverify", "(a{sv})", ({},), path=view.path)
    return a, b


def until_comparing(a, b):
    exchange = a.start()
    b.wait("offered")
    assert b.get("Exchange") == exchange
    b.act("Accept")
    a.wait("comparing")
    b.wait("comparing")


def test_both_see_the_same(views):
    a, b = views
    notices = a.count("verified")
    until_comparing(a, b)
    assert a.get("StartedHere") and not b.get("StartedHere")
    assert len(a.emoji()) == 7 and a.emoji() == b.emoji()
    assert a.get("Expires") > 0
    b.act("Confirm")
    b.wait("confirmed")
    assert not a.verified and not b.verified
    a.act("Confirm")
    for view in (a, b):
        view.wait("verified")
        assert view.verified and view.user.contact(view.other, "VerifiedHow") == "emoji"
        assert view.user.contact(view.other, "VerifiedTime") > 0
        assert view.emoji() == [] and view.get("Expires") == 0
    assert a.count("verified") == notices + 1
    assert [c["verified"] for c in a.user.smctl("--json", "contacts", expect=0).lines if c["name"] == b.user.name] == [True]


def test_emoji_differ_each_time(views):
    a, b = views
    seen = []
    for _ in range(2):
        until_comparing(a, b)
        seen.append(a.emoji())
        a.act("Cancel")
        b.wait("cancelled")
    assert seen[0] != seen[1]
    assert not a.verified and not b.verified


@pytest.mark.parametrize("who", [0, 1])
def test_mismatch(views, who):
    """Loud on both sides, whoever saw it; and it takes away what was verified before."""
    a, b = views
    for view in views:
        view.user.bus.call("Contact.MarkVerified", "(aya{sv})", (view.user.contact(view.other, "IdentityKey"), {}),
                           path=view.path)
        assert view.verified and view.user.contact(view.other, "VerifiedHow") == "safety-number"
    notices = [view.count("verification-mismatch") for view in views]
    until_comparing(a, b)
    views[1 - who].act("Confirm")
    views[who].act("Mismatch")
    for view, before in zip(views, notices):
        view.wait("mismatch")
        assert not view.verified
        assert view.count("verification-mismatch") == before + 1


def test_both_start(server, views):
    """Surely crossing: each starts before it hears of the other's. One exchange goes on, without a further word."""
    a, b = views
    server.stop()
    a.user.wait_offline()
    b.user.wait_offline()
    first, second = a.start(), b.start()
    assert first != second
    server.start()
    a.wait("comparing")
    b.wait("comparing")
    assert a.get("Exchange") == b.get("Exchange") == min(first, second)
    assert a.emoji() == b.emoji()
    a.act("Confirm")
    b.act("Confirm")
    a.wait("verified")
    b.wait("verified")


def test_one_is_away(views):
    """Each step waits for whoever is not there."""
    a, b = views
    b.user.stop()
    a.start()
    assert a.get("State") == "started"
    b.user.start()
    b.user.unlock()
    b.wait("offered")
    a.user.stop()
    b.act("Accept")
    b.act("Accept")  # said twice
    a.user.start()
    a.user.unlock()
    a.wait("comparing")
    b.wait("comparing")
    assert a.emoji() == b.emoji()
    a.act("Cancel")
    b.wait("cancelled")


def test_killed_in_between(views):
    """kill -9 after each step: what was said stays said, and the exchange goes on."""
    a, b = views
    a.start()
    a.user.kill()
    a.user.start()
    a.user.unlock()
    b.wait("offered")
    b.act("Accept")
    b.user.kill()
    b.user.start()
    b.user.unlock()
    b.wait("comparing")
    a.wait("comparing")
    emoji = a.emoji()
    assert emoji == b.emoji()
    a.user.kill()
    a.user.start()
    a.user.unlock()
    assert a.emoji() == emoji
    a.act("Confirm")
    a.user.kill()
    a.user.start()
    a.user.unlock()
    b.act("Confirm")
    a.wait("verified")
    b.wait("verified")


def test_steps_that_make_no_sense(views):
    a, b = views
    exchange = a.start()
    assert a.start() == exchange, "one at a time"
    for method, which in (("Confirm", exchange), ("Mismatch", exchange), ("Confirm", "00" * 16), ("Cancel", "00" * 16),
                          ("Accept", "not hexadecimal"), ("Accept", "")):
        with pytest.raises(DBusError) as refused:
            a.act(method, which or "-")
        assert refused.value.name == "NoVerification"
    b.wait("offered")
    a.act("Cancel")
    b.wait("cancelled")
    with pytest.raises(DBusError) as refused:
        b.act("Accept", exchange)
    assert refused.value.name == "NoVerification"
    with pytest.raises(DBusError) as refused:
        a.user.bus.call("Contact.MarkVerified", "(aya{sv})", (bytes(32), {}), path=a.path)
    assert refused.value.name == "KeyChanged"
    assert not a.verified and not b.verified


def test_a_stranger_cannot_ask(server, stage):
    """Before they are accepted, an offer to compare shows nobody anything."""
    mallory, bob = stage.member("mallory", server), stage.member("bob", server)
    mallory.send(bob, "hello")
    bob.wait_text(mallory, "hello")
    m, b = View(mallory, bob), View(bob, mallory)
    m.start()
    mallory.send(bob, "did you see that?")
    bob.wait_text(mallory, "did you see that?")
    assert b.get("State") == "none" and b.kinds() == ["text", "text"]
    with pytest.raises(DBusError) as refused:
        b.start()
    assert refused.value.name == "NoVerification"


def test_somebody_between(stage):
    """
    A server that gave each of them its own keys as the other's: two daemons of the one who listens, each with the name of the
    one whom it plays. Words pass; the emoji differ, and saying so is on record.
    """
    here, there = stage.server(), stage.server()
    alice, bob = stage.member("alice", here), stage.member("bob", there)
    as_bob, as_alice = stage.user(bob.name), stage.user(alice.name)
    as_bob.register(here)
    as_alice.register(there)
    meet(alice, as_bob)
    meet(as_alice, bob)

    a, b = View(alice, bob), View(bob, alice)
    towards_alice, towards_bob = View(as_bob, alice), View(as_alice, bob)
    a.start()
    towards_alice.wait("offered")
    towards_bob.start()
    b.wait("offered")
    b.act("Accept")
    towards_bob.wait("comparing")
    b.wait("comparing")
    towards_alice.act("Accept")
    a.wait("comparing")
    assert a.emoji() != b.emoji()
    assert alice.contact(bob, "SafetyNumber") != bob.contact(alice, "SafetyNumber")
    towards_alice.wait("comparing")
    towards_alice.act("Confirm")
    towards_bob.act("Confirm")
    a.act("Mismatch")
    b.act("Mismatch")
    for view in (a, b, towards_alice, towards_bob):
        view.wait("mismatch")
        assert not view.verified and view.count("verification-mismatch") == 1


def test_key_changes(server, stage):
    """A verified contact on a new machine is loudly not verified; comparing again accepts the new key."""
    old, bob = stage.member("alice", server), stage.member("bob", server)
    meet(old, bob, "hello")
    b = View(bob, old)
    bob.bus.call("Contact.MarkVerified", "(aya{sv})", (bob.contact(old, "IdentityKey"), {}), path=b.path)
    a = View(old, bob)
    until_comparing(a, b)

    new = stage.user(old.name, old.password)
    new.login(server)
    bob.send(new, "is it you?", expect=21)
    assert bob.contact(new, "KeyChanged") and not b.verified and b.get("State") == "cancelled"
    assert b.count("key-change") == b.count("unverified") == 1
    new.send(bob, "a word before anybody has accepted me")
    bob.wait_text(new, "a word before anybody has accepted me")
    marks = {m["text"]: m.get("unaccepted_key", False) for m in bob.history(new) if m["kind"] == "text"}
    assert marks == {"hello": False, "is it you?": False, "a word before anybody has accepted me": True}
    shown = bob.smctl("history", new.name, expect=0).out
    assert f"{new.name} has a new identity key" in shown and f"{new.name} is NOT verified any more" in shown
    assert f"{new.name} (unaccepted key): a word before anybody has accepted me" in shown
    assert "has a new key, and is not verified" in bob.smctl("verify", new.name, expect=0).out
    assert bob.send(new, "and this?", expect=21).json["reason"] == "KeyChanged"

    b, a = View(bob, new), View(new, bob)
    until_comparing(b, a)
    assert a.emoji() == b.emoji()
    assert [t for _, t in new.texts(bob)] == ["a word before anybody has accepted me"], "nothing else has left"
    a.act("Confirm")
    b.act("Confirm")
    a.wait("verified")
    b.wait("verified")
    assert b.verified and a.verified and not bob.contact(new, "KeyChanged")
    new.wait_text(bob, "and this?")
    assert [t for s, t in new.texts(bob) if s == bob.name] == ["is it you?", "and this?"]
    new.send(bob, "here I am")
    bob.wait_text(new, "here I am")
    assert not [m for m in bob.history(new) if m.get("text") == "here I am" and m.get("unaccepted_key")]


# ---- smctl verify ----

def digits_of(user, other):
    return user.smctl("--json", "verify", other.name, expect=0).json["safety_number"]


def test_smctl_number(views):
    """By hand, by a code from elsewhere, and taken back."""
    a, b = views
    alice, bob = a.user, b.user
    digits = digits_of(bob, alice)
    assert digits_of(alice, bob) == digits == bob.contact(alice, "SafetyNumber")
    shown = alice.smctl("verify", bob.name, expect=0)
    assert digits in "".join(shown.out.split()) and "█" not in shown.out and not a.verified
    alice.smctl("verify", "--code", digits[:-1] + str(9 - int(digits[-1])), bob.name, expect=35)
    for wrong in (digits[:-1], digits + "0", "", "x" * 60):
        alice.smctl("verify", f"--code={wrong}", bob.name, expect=2)
    alice.smctl("verify", "--yes", "--code", digits, bob.name, expect=2)
    alice.smctl("verify", "nobody-at-all", expect=25)
    assert not a.verified
    # As it is printed on the other side, or comes from a camera.
    grouped = " ".join(digits[i:i + 5] for i in range(0, 60, 5))
    assert alice.smctl("--json", "verify", "--code", "-", bob.name, input=grouped + "\n", expect=0).json["verified"]
    assert a.verified
    assert "is verified, by the safety number" in alice.smctl("verify", bob.name, expect=0).out
    assert not alice.smctl("--json", "verify", "--remove", bob.name, expect=0).json["verified"]
    assert not a.verified


def test_smctl_number_at_a_terminal(views):
    """With a QR code; only "yes" is a yes."""
    a, b = views
    for word, code in (("no", 36), ("yes", 0)):
        terminal = Terminal(a.user, "verify", b.user.name)
        terminal.wait_for("(yes/no)")
        assert "▄" in terminal.seen and digits_of(b.user, a.user)[:5] in terminal.seen
        terminal.type(word + "\n")
        assert terminal.wait_end() == code and a.verified == (code == 0)


def shown_emoji(terminal):
    terminal.wait_for("(yes/no)")
    lines = terminal.seen.split("order?")[1].splitlines()[1:8]
    return [line.split() for line in lines]


@pytest.mark.parametrize("answers, codes", [(("yes", "yes"), (0, 0)), (("yes", "no"), (35, 35)), (("\x03", ""), (130, 36))])
def test_smctl_emoji(views, answers, codes):
    """Two people at two terminals, who start in any order."""
    a, b = views
    first = Terminal(a.user, "verify", "--emoji", b.user.name)
    first.wait_for("Waiting for")
    second = Terminal(b.user, "verify", "--emoji", a.user.name)
    seen = shown_emoji(first)
    assert seen == shown_emoji(second)
    assert seen == [[sign, *name.split()] for _, sign, name in a.emoji()]
    first.type(answers[0] + ("" if answers[0] == "\x03" else "\n"))
    if answers[1]:
        second.type(answers[1] + "\n")
    else:  # the first has left: what the second says is too late
        b.wait("cancelled")
        second.type("yes\n")
    assert (first.wait_end(), second.wait_end()) == codes, (first.seen, second.seen)
    assert a.verified == b.verified == (codes == (0, 0))


def test_smctl_emoji_at_once(views):
    """Neither waits for the other: one of the two comparisons goes on, and both follow it."""
    a, b = views
    for _ in range(3):
        first = Terminal(a.user, "verify", "--emoji", b.user.name)
        second = Terminal(b.user, "verify", "--emoji", a.user.name)
        assert shown_emoji(first) == shown_emoji(second)
        first.type("yes\n")
        second.type("yes\n")
        assert (first.wait_end(), second.wait_end()) == (0, 0), (first.seen, second.seen)


def test_smctl_emoji_nobody_answers(views):
    """Ctrl-C while waiting ends it on both sides; so does a lock."""
    a, b = views
    terminal = Terminal(a.user, "verify", "--emoji", b.user.name)
    terminal.wait_for("Waiting for")
    b.wait("offered")
    line, = [line for line in b.user.smctl("contacts", expect=0).out.splitlines() if line.startswith(a.user.name)]
    assert f"smctl verify --emoji {a.user.name}" in line
    terminal.type("\x03")
    assert terminal.wait_end() == 130
    b.wait("cancelled")
    terminal = Terminal(a.user, "verify", "--emoji", b.user.name)
    terminal.wait_for("Waiting for")
    b.wait("offered")
    a.user.lock()
    assert terminal.wait_end() == 5
