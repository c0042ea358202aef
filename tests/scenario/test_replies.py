# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies: what they quote, at both ends, and what they cannot."""
import secrets

from harness import refusal
from harness.peer import text
from harness.waiting import until


def newest(user, other):
    return user.history(other)[-1]


def said(user, other, words):
    """The message with these words, when it is there."""
    user.wait_text(other, words)
    return [m for m in user.history(other, 500) if m.get("text") == words][-1]


def test_reply(alice, bob):
    question = alice.send(bob, "Tea or coffee?").json["id"]
    bob.wait_text(alice, "Tea or coffee?")
    answer = bob.smctl("--json", "reply", question, "Tea.", expect=0).json
    assert answer["state"] == "sent"
    for user, other in ((bob, alice), (alice, bob)):
        message = said(user, other, "Tea.")
        assert message["id"] == answer["id"]
        assert (message["reply_to"], message["reply_sender"], message["reply_text"]) == (
            question, alice.name, "Tea or coffee?")
        assert f'{bob.name} (re {alice.name} "Tea or coffee?"): Tea.' in user.smctl("history", other.name, expect=0).out
    # To a reply, by standard input, to one of one's own.
    again = bob.smctl("--json", "reply", answer["id"], "-", input="Green tea.\n", expect=0).json
    message = said(alice, bob, "Green tea.")
    assert (message["id"], message["reply_sender"], message["reply_text"]) == (again["id"], bob.name, "Tea.")


def test_quote_is_bounded(alice, bob):
    long = '"آ' * 20000
    question = alice.send(bob, long).json["id"]
    bob.wait_text(alice, long)
    bob.smctl("reply", question, "too long for me", expect=0)
    message = said(alice, bob, "too long for me")
    assert message["reply_text"] == long[:200]
    assert '(re %s "%s...")' % (alice.name, long[:40].replace('"', '\\"')) in alice.smctl("history", bob.name).out


def test_survives_a_restart_and_a_wait(server, alice, bob):
    question = bob.send(alice, "Still there?").json["id"]
    alice.wait_text(bob, "Still there?")
    server.stop()
    alice.wait_offline()
    alice.smctl("reply", question, "In a tunnel.", expect=20)
    alice.restart()
    server.start()
    message = said(bob, alice, "In a tunnel.")
    assert (message["reply_to"], message["reply_text"]) == (question, "Still there?")


def test_refused(alice, bob, server, stage):
    carol = stage.member("carol", server)
    here = alice.send(bob, "for bob").json["id"]
    there = alice.send(carol, "for carol").json["id"]
    before = len(alice.history(bob, 500))
    for bad in (secrets.token_hex(16), "no ID", "", "\udcff"):
        refusal.check(alice.smctl("reply", "--", bad, "what?"), "NotFound")
        if "\udcff" not in bad:
            refusal.check_call("NotFound", alice, "Messages.Send", bob.name, "what?", reply_to=bad)
            refusal.check_call("NotFound", alice, "Messages.SendFile", bob.name, b"what?", reply_to=bad)
    refusal.check_call("NotFound", alice, "Messages.Send", bob.name, "what?", reply_to=there)
    refusal.check_call("InvalidArgument", alice, "Messages.Send", bob.name, "what?", reply_to=7)
    refusal.check(alice.smctl("reply", here, "\udcff"), "BadText")
    refusal.check(alice.smctl("reply", here, ""), "BadText")
    assert len(alice.history(bob, 500)) == before


def test_hostile_replies(alice, server, stage):
    """To what is not there, to what somebody else said, to the reply itself: shown, without a quote."""
    mallory, carol = stage.peer("mallory", server), stage.member("carol", server)
    before = alice.account("RejectedEnvelopes")
    secret = alice.send(carol, "between carol and me").json["id"]
    question = alice.send(mallory.name, "yes?").json["id"]
    mallory.hear()
    own = secrets.token_bytes(16)
    mallory.say(text("to nothing", reply_to=secrets.token_bytes(16)), text("to another", reply_to=bytes.fromhex(secret)),
                text("to myself", message_id=own, reply_to=own), text("to you", reply_to=bytes.fromhex(question)),
                text("malformed", reply_to=b"short"), text("done"))
    alice.wait_text(mallory, "done")
    found = {m["text"]: m for m in alice.history(mallory.name)}
    for words in ("to nothing", "to another"):
        assert "reply_to" in found[words]
        assert "reply_text" not in found[words] and "reply_sender" not in found[words]
    assert found["to you"]["reply_text"] == "yes?"
    assert found["to myself"]["reply_text"] == "to myself"
    assert "malformed" not in found and alice.account("RejectedEnvelopes") == before + 1
    out = alice.smctl("history", mallory.name, expect=0).out
    assert "(re a message that is not here): to nothing" in out and "between carol" not in out
