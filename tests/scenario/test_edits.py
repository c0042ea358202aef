# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits: by whom, of what, how often, and in which order."""
import secrets
import time

from harness import refusal, wire
from harness.peer import content, text
from harness.waiting import until


def message(user, other, number):
    return [m for m in user.history(other, 500) if m["id"] == number][0]


def edit(target, words, **more):
    body = {"edit": wire.content_schema().Edit(target=target, utf8=words.encode())}
    return content(body, **more)


def test_edit(alice, bob):
    since = bob.account("LastEvent")
    number = alice.send(bob, "See you at fiev").json["id"]
    bob.wait_text(alice, "See you at fiev")
    assert alice.smctl("--json", "edit", number, "See you at five", expect=0).json == {"id": number}
    bob.wait_text(alice, "See you at five")
    alice.smctl("edit", number, "-", input="See you at six\n", expect=0)
    bob.wait_text(alice, "See you at six")
    for user, other in ((alice, bob), (bob, alice)):
        found = message(user, other, number)
        assert found["text"] == "See you at six" and found["edited"] is True
        assert found["edited_time"] >= found["time"]
        assert f"{alice.name} (edited): See you at six" in user.smctl("history", other.name, expect=0).out
        assert not {"See you at fiev", "See you at five"} & {words for _, words in user.texts(other, 500)}
        assert user.smctl("search", "fiev", expect=None).out == ""
        assert "at six" in user.smctl("search", "six", expect=0).out
    events = [e for e in refusal.call(bob, "Events.List", since)[0] if e["kind"] == "message-edited"]
    assert [e["message"]["text"] for e in events] == ["See you at six"] * 2  # as it is now
    # A reply to it quotes what it says now.
    bob.smctl("reply", number, "Fine", expect=0)
    alice.wait_text(bob, "Fine")
    assert alice.history(bob)[-1]["reply_text"] == "See you at six"


def test_before_it_leaves(server, alice, bob):
    """Sealed already or not: what was there before the edit never reaches the other side."""
    alice.send(bob, "a session")
    bob.wait_text(alice, "a session")
    before = bob.account("RejectedEnvelopes")
    server.stop()
    alice.wait_offline()
    number = alice.send(bob, "what I regret", expect=20).json["id"]
    alice.smctl("edit", number, "what I mean", expect=0)
    alice.smctl("edit", number, "what I really mean", expect=0)
    alice.send(bob, "and more", expect=20)
    alice.restart()
    server.start()
    bob.wait_text(alice, "and more")
    assert message(bob, alice, number)["text"] == message(alice, bob, number)["text"] == "what I really mean"
    assert [words for _, words in bob.texts(alice)][-2:] == ["what I really mean", "and more"]
    assert bob.account("RejectedEnvelopes") == before


def test_before_there_is_a_session(server, stage):
    """Nothing has left, and nobody was told: it is no edit for anybody."""
    carol, dave = stage.member("carol", server), stage.member("dave", server)
    server.stop()
    carol.wait_offline()
    number = carol.send(dave, "frist", expect=20).json["id"]
    carol.smctl("edit", number, "first", expect=0)
    server.start()
    dave.wait_text(carol, "first")
    carol.wait_state(dave, "first", "sent")
    assert "edited" not in message(dave, carol, number) and "edited" not in message(carol, dave, number)


def test_refused(alice, bob):
    mine = alice.send(bob, "mine").json["id"]
    theirs = bob.send(alice, "theirs").json["id"]
    alice.wait_text(bob, "theirs")
    refusal.check(alice.smctl("edit", theirs, "what he never said"), "NotAllowed")
    refusal.check(alice.smctl("edit", secrets.token_hex(16), "nothing"), "NotFound")
    refusal.check(alice.smctl("edit", "\udcff", "nothing"), "NotFound")
    refusal.check(alice.smctl("edit", mine, ""), "BadText")
    refusal.check(alice.smctl("edit", mine, "-", input=b"\xff"), "BadText")
    refusal.check(alice.smctl("edit", mine, "-", input="x" * 65537), "TextTooLong")
    refusal.check_call("InvalidArgument", alice, "Messages.Edit", mine, "mine", wait=True)
    assert message(alice, bob, mine)["text"] == "mine" and message(bob, alice, theirs)["text"] == "theirs"


def test_only_so_often(alice, bob):
    number = alice.send(bob, "0").json["id"]
    for n in range(1, 101):
        refusal.call(alice, "Messages.Edit", number, str(n))
    refusal.check_call("NotAllowed", alice, "Messages.Edit", number, "101")
    bob.wait_text(alice, "100")
    assert message(bob, alice, number)["text"] == message(alice, bob, number)["text"] == "100"


def test_hostile_edits(alice, server, stage):
    """Of what others said, of what is not there, without words, of no time, again and again, and in any order."""
    mallory, carol = stage.peer("mallory", server), stage.member("carol", server)
    carols = carol.send(alice, "carol's own").json["id"]
    alices = alice.send(mallory.name, "alice's own").json["id"]
    mallory.hear()
    own, now = secrets.token_bytes(16), int(time.time() * 1000)
    before = alice.account("RejectedEnvelopes")
    mallory.say(text("as it was", message_id=own),
                edit(bytes.fromhex(carols), "not carol's"), edit(bytes.fromhex(alices), "not alice's"),
                edit(secrets.token_bytes(16), "of nothing"), edit(own, ""), edit(own, "of no time", sent_ms=0),
                edit(own, "of the year 10000", sent_ms=253402300800000), edit(own, "x" * 65537), edit(b"short", "x"),
                edit(own, "the first", sent_ms=now + 1), edit(own, "the last", sent_ms=now + 9),
                edit(own, "late", sent_ms=now + 5), text("done"))
    until("all of it", lambda: "done" in [words for _, words in alice.texts(mallory.name)])
    assert alice.account("RejectedEnvelopes") == before + 8
    assert [words for _, words in alice.texts(mallory.name)] == ["alice's own", "the last", "done"]
    assert alice.texts(carol)[-1] == (carol.name, "carol's own")
    # Of one time, the greater ID holds, whichever comes last.
    ids = sorted(secrets.token_bytes(16) for _ in range(3))
    mallory.say(*[edit(own, f"tie {n}", sent_ms=now + 20, message_id=ids[n]) for n in (1, 2, 0)], text("tied"))
    until("all of it", lambda: "tied" in [words for _, words in alice.texts(mallory.name)])
    assert "tie 2" in [words for _, words in alice.texts(mallory.name)]
    before = alice.account("RejectedEnvelopes")
    mallory.say(*[edit(own, f"flood {n}", sent_ms=now + 100 + n) for n in range(110)], text("flooded"))
    until("all of it", lambda: "flooded" in [words for _, words in alice.texts(mallory.name)])
    assert alice.account("RejectedEnvelopes") == before + 14  # four had been taken
    assert "flood 95" in [words for _, words in alice.texts(mallory.name)]
