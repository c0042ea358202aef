# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers ask first, and nobody learns from the answer whether anybody is there."""
import itertools

import pytest

from conftest import ready
from harness.terminal import Terminal
from harness.waiting import until

MESSAGES_MAX = 20  # of one request
BYTES_MAX = 128 * 1024


@pytest.fixture(scope="module")
def ben(shared_server, shared_stage):
    return shared_stage.member("ben", shared_server)


@pytest.fixture
def strangers(server, shared_stage, ben):
    """Two who have never met."""
    return [shared_stage.member("ann", server), ready(ben)]


def relation(user, other):
    return user.contact(other, "Relation")


def kinds(user):
    return [e["kind"] for e in user.events()]


def events_of(user, other):
    return [e["number"] for e in user.events() if e.get("conversation") == other.name]


def all_heard(witness, user, numbers=itertools.count()):
    """A mailbox is in order: once the witness is heard, so is all that was durable before."""
    text = f"witness {next(numbers)}"
    witness.send(user, text)
    user.wait_text(witness, text)
    user.smctl("accept", witness.name, expect=0)


def test_waits_and_is_accepted(strangers):
    ann, ben = strangers
    ann.send(ben, "We met at the market")
    ben.wait_text(ann, "We met at the market")
    assert relation(ben, ann) == "request" and relation(ann, ben) == "accepted"
    assert "contact-request" in kinds(ben)
    request, = ben.smctl("--json", "requests", expect=0).lines
    before = kinds(ben).count("contact-accepted")
    assert (request["name"], request["messages"][0]["text"]) == (ann.name, "We met at the market")
    shown = ben.smctl("requests", expect=0).out
    assert shown.splitlines()[0] == ann.name and "We met at the market" in shown
    assert "request" in ben.smctl("contacts", expect=0).out
    assert ben.smctl("--json", "accept", ann.name, expect=0).json == {"name": ann.name, "relation": "accepted"}
    assert ben.smctl("requests", expect=0).out == ""
    assert kinds(ben).count("contact-accepted") == before + 1
    ben.smctl("accept", ann.name, expect=0)
    assert kinds(ben).count("contact-accepted") == before + 1
    ben.smctl("decline", ann.name, expect=29)
    assert ben.texts(ann) == [(ann.name, "We met at the market")]


def test_answering_accepts(strangers):
    ann, ben = strangers
    ann.send(ben, "Is this Ben?")
    ben.wait_text(ann, "Is this Ben?")
    ben.send(ann, "It is")
    assert relation(ben, ann) == "accepted"
    ann.wait_text(ben, "It is")


def test_declined(alice, strangers):
    ann, ben = strangers
    ann.send(ben, "Buy this")
    ben.wait_text(ann, "Buy this")
    assert ben.smctl("--json", "decline", ann.name, expect=0).json["relation"] == "declined"
    assert ben.history(ann) == []
    all_heard(alice, ben)
    last = events_of(ben, ann)
    ann.send(ben, "Buy this now")
    ann.send(ben, "Please")
    all_heard(alice, ben)
    assert ben.history(ann) == [] and relation(ben, ann) == "declined"
    assert events_of(ben, ann) == last
    ben.restart()
    assert ben.history(ann) == [] and relation(ben, ann) == "declined"
    ben.smctl("decline", ann.name, expect=0)
    ben.send(ann, "On second thoughts")  # writing accepts
    assert relation(ben, ann) == "accepted"
    ann.wait_text(ben, "On second thoughts")
    ann.send(ben, "Thank you")
    ben.wait_text(ann, "Thank you")


def test_blocked(alice, strangers):
    """To ann, a blocked ben is one who does not read."""
    ann, ben = strangers
    ann.send(ben, "first")
    ben.wait_text(ann, "first")
    ben.send(ann, "hello")
    ann.wait_text(ben, "hello")
    ann.wait_state(ben, "first", "delivered")
    assert ben.smctl("--json", "block", ann.name, expect=0).json["relation"] == "blocked"
    before, events, rejected = ben.history(ann), events_of(ben, ann), ben.account("RejectedEnvelopes")
    seen = len(ann.events())
    for n in range(30):
        assert ann.send(ben, f"are you there? {n}").json["state"] == "sent"
    all_heard(alice, ben)
    assert ben.history(ann) == before and events_of(ben, ann) == events
    assert ben.account("RejectedEnvelopes") == rejected
    assert {e["kind"] for e in ann.events()[seen:]} == {"message-queued", "message-sent"}
    ben.send(ann, "no", expect=30)
    ben.smctl("accept", ann.name, expect=30)
    ben.smctl("decline", ann.name, expect=30)
    ben.restart()
    assert relation(ben, ann) == "blocked"
    assert ben.smctl("--json", "unblock", ann.name, expect=0).json["relation"] == "accepted"
    ann.send(ben, "after")
    ben.wait_text(ann, "after")  # the session has gone on
    assert [text for _, text in ben.texts(ann)] == ["first", "hello", "after"]


def test_a_blocked_request_is_gone(strangers):
    ann, ben = strangers
    ann.send(ben, "Buy this")
    ben.wait_text(ann, "Buy this")
    ben.smctl("block", ann.name, expect=0)
    assert ben.history(ann) == [] and ben.smctl("requests", expect=0).out == ""
    assert ben.smctl("--json", "unblock", ann.name, expect=0).json["relation"] == "declined"


def test_a_request_has_an_end(strangers):
    """More messages than a request may have are dropped and counted, and the session goes on."""
    ann, ben = strangers
    rejected = ben.account("RejectedEnvelopes")
    for n in range(MESSAGES_MAX + 5):
        ann.send(ben, f"number {n}", "--no-wait", expect=None)
    until("the rest counted", lambda: ben.account("RejectedEnvelopes") == rejected + 5)
    assert len(ben.texts(ann, 500)) == MESSAGES_MAX
    ben.smctl("accept", ann.name, expect=0)
    ann.send(ben, "and now?")
    ben.wait_text(ann, "and now?")


def test_a_request_has_a_size(strangers):
    ann, ben = strangers
    rejected = ben.account("RejectedEnvelopes")
    for _ in range(3):
        ann.send(ben, "x" * (BYTES_MAX // 2 - 1000))
    until("the third counted", lambda: ben.account("RejectedEnvelopes") == rejected + 1)
    assert len(ben.texts(ann, 500)) == 2
    ann.send(ben, "a short one")
    ben.wait_text(ann, "a short one")
    ben.smctl("decline", ann.name, expect=0)


def test_nobody_of_that_name(strangers):
    ann, _ = strangers
    for verb in ("accept", "decline", "block", "unblock"):
        ann.smctl(verb, "nobody-i-know", expect=25)
        ann.smctl(verb, expect=2)
    ann.lock()
    ann.smctl("requests", expect=5)
    ann.smctl("block", "nobody-i-know", expect=5)


def test_all_are_declined_at_once(server, shared_stage):
    """Everybody who asks, and nobody else; after one question."""
    ann, ben, cleo, dora = [shared_stage.member(name, server) for name in ("ann", "ben", "cleo", "dora")]
    assert "Nobody asks" in ann.smctl("decline", "--all", expect=0).err
    for friend in (ben, cleo, dora):
        friend.send(ann, "may I?")
        until("they ask", lambda friend=friend: ann.knows(friend))
    ann.smctl("accept", dora.name, expect=0)

    terminal = Terminal(ann, "decline", "--all")
    terminal.wait_for("Decline 2 requests")
    terminal.type("no\n")
    assert terminal.wait_end() == 130 and relation(ann, ben) == relation(ann, cleo) == "request"

    ann.smctl("decline", expect=2)
    ann.smctl("decline", "--all", ben.name, expect=2)
    ann.smctl("decline", "--yes", ben.name, expect=2)
    declined = ann.smctl("--json", "decline", "--all", "--yes", expect=0).lines
    assert declined == [{"name": friend.name, "relation": "declined"} for friend in sorted((ben, cleo), key=lambda f: f.name)]
    assert relation(ann, ben) == relation(ann, cleo) == "declined" and relation(ann, dora) == "accepted"
    assert not ann.smctl("--json", "requests", expect=0).lines
