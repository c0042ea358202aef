# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program makes of what it does not know yet: the table of docs/protocol-e2ee.md, "Content", from both sides."""
import secrets

from harness import wire
from harness.peer import content, text
from harness.waiting import until

UNKNOWN_BODY = b"\xda\x01\x02hi"     # field 27, of a body to come
UNKNOWN_FIELD = b"\xa2\x06\x02hi"    # field 100, beside the body


def kinds(user, other):
    return [(m["kind"], m.get("text")) for m in user.history(other.name, 500)]


def test_from_a_newer_program(alice, server, stage):
    newer = stage.peer("newer", server)
    alice.send(newer.name, "hello")
    newer.hear()
    before = alice.account("RejectedEnvelopes")
    ids = [secrets.token_bytes(16) for _ in range(2)]
    newer.say(text("of version 3", message_id=ids[0], needs_version=3),
              content(message_id=ids[1]).SerializeToString() + UNKNOWN_BODY,
              text("of version 3, not for people", needs_version=3, ignorable=True),
              content(ignorable=True).SerializeToString() + UNKNOWN_BODY,
              text("ignorable, but known", ignorable=True),
              text("with something beside it").SerializeToString() + UNKNOWN_FIELD, text("done"))
    until("all of it", lambda: ("text", "done") in kinds(alice, newer))
    assert kinds(alice, newer) == [("text", "hello"), ("unsupported", None), ("unsupported", None),
                                   ("text", "ignorable, but known"), ("text", "with something beside it"), ("text", "done")]
    assert "of version 3" not in alice.smctl("--json", "history", newer.name, expect=0).out
    assert "needs a newer version" in alice.smctl("history", newer.name, expect=0).out
    # Its author takes it back; and it is a repeat if it comes again.
    pb = wire.content_schema()
    newer.say(content({"deletion": pb.Deletion(target=ids[0])}), text("again", message_id=ids[1]), text("end"))
    until("all of it", lambda: ("text", "end") in kinds(alice, newer))
    assert kinds(alice, newer)[1:3] == [("deleted", None), ("unsupported", None)]
    assert alice.account("RejectedEnvelopes") == before + 1


def test_to_an_older_program(alice, server, stage):
    """Whoever knows the body or not: what to do with it stands beside it."""
    older = stage.peer("older", server)
    number = alice.send(older.name, "hello").json["id"]
    older.hear()
    older.say(text("hello yourself"))
    alice.wait_text(older, "hello yourself")
    alice.smctl("edit", number, "hello, you", expect=0)
    alice.smctl("react", number, "👋", expect=0)
    alice.smctl("reply", number, "are you there?", expect=0)
    alice.smctl("delete", "--yes", number, expect=0)
    alice.smctl("timer", older.name, "1h", expect=0)
    alice.send(older.name, "for an hour")
    heard = {}
    while len({key for key in heard if key[0] != "presence_ticket"}) < 7:
        got, = older.hear()
        heard[got.WhichOneof("body"), got.expires_after_s] = got
    # body and time: ignorable, version needed
    rules = {key: (got.ignorable, got.needs_version) for key, got in heard.items() if key[0] != "presence_ticket"}
    assert rules == {
        ("receipt", 0): (True, 0), ("edit", 0): (False, 0), ("reaction", 0): (True, 0), ("text", 0): (False, 0),
        ("deletion", 0): (False, 0), ("timer_change", 0): (False, 0), ("text", 3600): (False, 2)}
    assert heard["text", 0].reply_to == bytes.fromhex(number)
