# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletions: what goes, what stays, and whose messages they are."""
import secrets

from harness import refusal, wire
from harness.peer import content, text
from harness.waiting import until


def message(user, other, number):
    return [m for m in user.history(other, 500) if m["id"] == number][0]


def wait_deleted(user, other, number):
    until("it is deleted", lambda: message(user, other, number)["kind"] == "deleted")


def deletion(target):
    return content({"deletion": wire.content_schema().Deletion(target=target)})


def test_for_everyone(alice, bob):
    since = bob.account("LastEvent")
    number = alice.send(bob, "a slip of the tongue").json["id"]
    bob.wait_text(alice, "a slip of the tongue")
    bob.smctl("reply", number, "Pardon?", expect=0)
    alice.wait_text(bob, "Pardon?")
    places = [message(user, other, number)["number"] for user, other in ((alice, bob), (bob, alice))]
    assert alice.smctl("--json", "delete", "--yes", number, expect=0).json == {"id": number}
    wait_deleted(bob, alice, number)
    for (user, other), place in zip(((alice, bob), (bob, alice)), places):
        found = message(user, other, number)
        assert (found["kind"], found["number"]) == ("deleted", place) and "text" not in found
        answer = user.history(other)[-1]
        assert answer["text"] == "Pardon?" and answer["reply_to"] == number
        assert "reply_text" not in answer and "reply_sender" not in answer
        everything = user.smctl("--json", "history", "--limit", "0", other.name, expect=0).out
        assert "slip" not in everything
        assert user.smctl("search", "tongue", expect=None).out == ""
        assert "deleted" in user.smctl("history", other.name, expect=0).out
    events = refusal.call(bob, "Events.List", since, limit=500)[0]
    assert [e["message"]["id"] for e in events if e["kind"] == "message-deleted"] == [number]
    assert "slip" not in str(events)
    # The log, which has pages as they were before, is cut soon.
    for user in (alice, bob):
        log, = user.home.rglob("*-wal")
        until("the log is cut", lambda: log.stat().st_size == 0)
    refusal.check(alice.smctl("edit", number, "something else"), "NotAllowed")
    refusal.check(alice.smctl("reply", number, "to nothing"), "NotFound")
    alice.smctl("delete", "--yes", number, expect=0)  # again, and nothing happens


def test_for_me(alice, bob):
    """Anybody's message, on this side alone; one's own can be taken back from the other side later."""
    theirs = bob.send(alice, "on his side only").json["id"]
    mine = alice.send(bob, "on both sides").json["id"]
    alice.wait_text(bob, "on his side only")
    bob.wait_text(alice, "on both sides")
    alice.smctl("delete", "--for-me", "--yes", theirs, expect=0)
    alice.smctl("delete", "--for-me", "--yes", mine, expect=0)
    assert message(alice, bob, theirs)["kind"] == message(alice, bob, mine)["kind"] == "deleted"
    bob.send(alice, "later")
    alice.wait_text(bob, "later")
    assert message(bob, alice, theirs)["text"] == "on his side only"
    assert message(bob, alice, mine)["text"] == "on both sides"
    alice.smctl("delete", "--yes", mine, expect=0)
    wait_deleted(bob, alice, mine)


def test_before_it_leaves(server, alice, bob):
    alice.send(bob, "a session")
    bob.wait_text(alice, "a session")
    before = bob.account("RejectedEnvelopes")
    server.stop()
    alice.wait_offline()
    numbers = [alice.send(bob, f"never sent {n}", expect=20).json["id"] for n in range(2)]
    edited = alice.send(bob, "edited", expect=20).json["id"]
    alice.smctl("edit", edited, "edited and gone", expect=0)
    alice.smctl("delete", "--yes", numbers[0], expect=0)
    alice.smctl("delete", "--yes", "--for-me", numbers[1], expect=0)
    alice.smctl("delete", "--yes", edited, expect=0)
    assert alice.account("QueuedMessages") == 0
    alice.send(bob, "sent", expect=20)
    server.start()
    bob.wait_text(alice, "sent")
    assert not {m["id"] for m in bob.history(alice, 500)} & {*numbers, edited}
    assert bob.account("RejectedEnvelopes") == before


def test_refused(alice, bob):
    theirs = bob.send(alice, "his").json["id"]
    alice.wait_text(bob, "his")
    refusal.check(alice.smctl("delete", "--yes", theirs), "NotAllowed")
    refusal.check(alice.smctl("delete", "--yes", secrets.token_hex(16)), "NotFound")
    refusal.check(alice.smctl("delete", "--yes", "\udcff"), "NotFound")
    assert alice.smctl("delete", theirs).code == 2  # no terminal to ask
    refusal.check_call("InvalidArgument", alice, "Messages.Delete", theirs, for_everyone="yes")
    refusal.check_call("InvalidArgument", alice, "Messages.Delete", theirs, for_all=True)
    assert message(alice, bob, theirs)["text"] == "his"


def test_hostile_deletions(alice, server, stage):
    mallory, carol = stage.peer("mallory", server), stage.member("carol", server)
    carols = carol.send(alice, "carol's own").json["id"]
    alices = alice.send(mallory.name, "alice's own").json["id"]
    mallory.hear()
    own = secrets.token_bytes(16)
    before = alice.account("RejectedEnvelopes")
    mallory.say(deletion(bytes.fromhex(carols)), deletion(bytes.fromhex(alices)), deletion(b"short"),
                deletion(secrets.token_bytes(16)),  # of what is not there: nothing to do
                text("mine to take", message_id=own), deletion(own), deletion(own),
                text("back again", message_id=own), text("done"))
    until("all of it", lambda: "done" in [words for _, words in alice.texts(mallory.name)])
    assert alice.account("RejectedEnvelopes") == before + 4  # the last: a message of an ID that is taken
    assert [words for _, words in alice.texts(mallory.name)] == ["alice's own", "done"]
    assert message(alice, mallory, own.hex())["kind"] == "deleted"
    assert alice.texts(carol)[-1] == (carol.name, "carol's own")
