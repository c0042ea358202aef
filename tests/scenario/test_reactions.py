# SPDX-License-Identifier: GPL-3.0-or-later
"""Reactions: one a person and message, to what is there, of one sign."""
import secrets
import time

import pytest

from harness import refusal, wire
from harness.peer import content, text
from harness.waiting import until


def reactions(user, other, number):
    return [m for m in user.history(other, 500) if m["id"] == number][0].get("reactions", {})


def reaction(target, emoji, **more):
    return content({"reaction": wire.content_schema().Reaction(target=target, emoji=emoji)}, ignorable=True, **more)


def test_react(alice, bob):
    since = alice.account("LastEvent")
    number = alice.send(bob, "It works!").json["id"]
    bob.wait_text(alice, "It works!")
    assert bob.smctl("--json", "react", number, "👍", expect=0).json == {"id": number}
    until("it comes", lambda: reactions(alice, bob, number) == {bob.name: "👍"})
    bob.smctl("react", number, "👩‍👩‍👧‍👦", expect=0)
    alice.smctl("react", number, "❤️", expect=0)
    both = {alice.name: "❤️", bob.name: "👩‍👩‍👧‍👦"}
    until("both come", lambda: reactions(alice, bob, number) == both == reactions(bob, alice, number))
    assert f"({bob.name} 👩" in alice.smctl("history", bob.name, expect=0).out
    bob.smctl("react", number, "--remove", expect=0)
    bob.smctl("react", number, "--remove", expect=0)  # again: nothing to do
    until("one is left", lambda: reactions(alice, bob, number) == {alice.name: "❤️"} == reactions(bob, alice, number))
    kinds = [e["kind"] for e in refusal.call(alice, "Events.List", since, limit=500)[0]]
    assert kinds.count("message-reaction") == 4
    alice.restart()
    assert reactions(alice, bob, number) == {alice.name: "❤️"}
    alice.smctl("delete", "--yes", number, expect=0)
    until("it is deleted", lambda: "deleted" == [m for m in bob.history(alice) if m["id"] == number][0]["kind"])
    assert reactions(alice, bob, number) == reactions(bob, alice, number) == {}


def test_from_the_queue(server, alice, bob):
    number = bob.send(alice, "Did you get it?").json["id"]
    alice.wait_text(bob, "Did you get it?")
    server.stop()
    alice.wait_offline()
    for emoji in ("👎", "🤔", "👍"):
        alice.smctl("react", number, emoji, expect=0)
    server.start()
    until("it comes", lambda: reactions(bob, alice, number) == {alice.name: "👍"})


@pytest.mark.parametrize("emoji", ["👍👍", "ab", " ", "\u202e", "👍\u202e", "\x1b", "a\u0301\u0302\u0303", "x" * 65, "\u200d"])
def test_not_one_emoji(alice, bob, emoji):
    number = alice.send(bob, "React to this").json["id"]
    refusal.check(alice.smctl("react", number, emoji), "InvalidArgument")
    assert reactions(alice, bob, number) == {}


def test_refused(alice, bob, server, stage):
    number = alice.send(bob, "React to that").json["id"]
    refusal.check(alice.smctl("react", secrets.token_hex(16), "👍"), "NotFound")
    refusal.check(alice.smctl("react", "\udcff", "👍"), "NotFound")
    for wrong in (["react", number], ["react", number, ""], ["react", number, "👍", "--remove"]):
        assert alice.smctl(*wrong).code == 2
    refusal.check_call("InvalidArgument", alice, "Messages.React", number, "👍", wait=True)
    alice.smctl("delete", "--yes", "--for-me", number, expect=0)
    refusal.check(alice.smctl("react", number, "👍"), "NotAllowed")
    # To somebody who waits as a request: it would tell them that somebody is there.
    carol = stage.member("carol", server)
    asked = carol.send(bob, "Do you know me?").json["id"]
    bob.wait_text(carol, "Do you know me?")
    refusal.check(bob.smctl("react", asked, "👋"), "NotAllowed")


def test_hostile_reactions(alice, server, stage):
    mallory, carol = stage.peer("mallory", server), stage.member("carol", server)
    carols = carol.send(alice, "carol's own").json["id"]
    alice.wait_text(carol, "carol's own")
    number = alice.send(mallory.name, "alice's own").json["id"]
    target, now = bytes.fromhex(number), int(time.time() * 1000)
    mallory.hear()
    before = alice.account("RejectedEnvelopes")
    mallory.say(reaction(bytes.fromhex(carols), "👍"), reaction(secrets.token_bytes(16), "👍"),
                reaction(target, "\u202e"), reaction(target, "\x1b"), reaction(target, "👍👍"), reaction(target, "x" * 65),
                reaction(target, "👍", sent_ms=0), reaction(b"short", "👍"),
                reaction(target, "🥇", sent_ms=now + 9), reaction(target, "🥈", sent_ms=now + 5),
                reaction(target, "", sent_ms=now + 7), text("done"))
    until("all of it", lambda: "done" in [words for _, words in alice.texts(mallory.name)])
    assert alice.account("RejectedEnvelopes") == before + 8
    assert reactions(alice, mallory.name, number) == {mallory.name: "🥇"}
    assert reactions(alice, carol, carols) == {}
