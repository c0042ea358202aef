# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages that disappear: by which time, when it begins, and what is left on either side."""
import secrets
import time

import pytest

from harness import refusal, wire
from harness.bus import DBusError
from harness.peer import content, text
from harness.user import path_encode
from harness.waiting import until

SHORT, LONG = 5, 365 * 24 * 3600


def set_timer(user, other, seconds):
    user.bus.call("Contact.SetTimer", "(ua{sv})", (seconds, {}),
                  path=f"/org/securemessenger/Messenger1/contact/{path_encode(other.name)}")


def mark_read(user, other):
    user.bus.call("Messages.MarkRead", "(sta{sv})", (other.name, user.contact(other, "LastMessage"), {}))


def message(user, other, number):
    return next((m for m in user.history(other, 500) if m["id"] == number), None)


def notices(user, other):
    return [(m["sender"], m["timer"]) for m in user.history(other, 500) if m["kind"] == "timer-change"]


def timer_change(seconds, **more):
    return content({"timer_change": wire.content_schema().TimerChange(expires_after_s=seconds)}, **more)


@pytest.fixture
def friends(server, stage):
    from conftest import acquaint
    return acquaint(*[stage.member(name, server) for name in ("tina", "uwe")])


def test_set(friends):
    """Either side sets it for both; both histories say who did."""
    tina, uwe = friends
    assert tina.smctl("timer", uwe.name, expect=0).out == "off\n"
    assert tina.smctl("--json", "timer", uwe.name, "1d", expect=0).json == {"name": uwe.name, "timer": 86400}
    until("it comes", lambda: uwe.contact(tina, "Timer") == 86400 == tina.contact(uwe, "Timer"))
    assert uwe.smctl("timer", tina.name, expect=0).out == "1d\n"
    first = tina.send(uwe, "for a day").json["id"]
    uwe.wait_text(tina, "for a day")
    assert not uwe.smctl("timer", tina.name, "90m", expect=0).out
    until("it comes back", lambda: tina.contact(uwe, "Timer") == 5400)
    tina.smctl("timer", uwe.name, "90m", expect=0)  # as it is: nothing to say
    tina.smctl("timer", uwe.name, "off", expect=0)
    until("off", lambda: uwe.contact(tina, "Timer") == 0)
    expected = [(tina.name, 86400), (uwe.name, 5400), (tina.name, 0)]
    assert notices(tina, uwe) == notices(uwe, tina) == expected
    # A message goes by the time that it was sent with; the other's begins when somebody reads it.
    sent, received = message(tina, uwe, first), message(uwe, tina, first)
    assert sent["expires_after"] == received["expires_after"] == 86400
    assert 0 <= sent["expires_time"] - sent["time"] - 86400_000 < 60_000 and "expires_time" not in received
    read = int(time.time() * 1000)
    mark_read(uwe, tina)
    assert 0 <= message(uwe, tina, first)["expires_time"] - read - 86400_000 < 60_000
    out = tina.smctl("history", uwe.name, expect=0).out
    assert f"{uwe.name} has set that new messages disappear 90m after reading" in out
    assert f"{tina.name} has set that new messages stay" in out
    for user in friends:
        events = [e for e in user.events() if e["kind"] == "timer-changed"]
        assert [e["message"]["timer"] for e in events] == [86400, 5400, 0]


def test_refused(friends, server, stage):
    tina, uwe = friends
    for wrong in ("1", "day", "0s", "-5s", "1.5h", "99999999999s", "4294967296s", "8w1d", ""):
        assert tina.smctl("timer", uwe.name, wrong).code == 2, wrong
    for wrong in ("1s", "4s", "366d", "53w"):
        refusal.check(tina.smctl("timer", uwe.name, wrong), "InvalidArgument")
    refusal.check(tina.smctl("timer", "nobody-we-know", "1d"), "NotFound")
    refusal.check(tina.smctl("timer", "nobody-we-know"), "NotFound")
    with pytest.raises(DBusError) as caught:
        set_timer(tina, uwe, 2**32 - 1)
    assert caught.value.name == "InvalidArgument"
    set_timer(tina, uwe, LONG)
    tina.smctl("block", uwe.name, expect=0)
    refusal.check(tina.smctl("timer", uwe.name, "off"), "Blocked")
    tina.smctl("unblock", uwe.name, expect=0)
    assert tina.contact(uwe, "Timer") == LONG and notices(tina, uwe) == [(tina.name, LONG)]
    # Who waits as a request may have set it; whoever accepts them knows it.
    vera = stage.member("vera", server)
    vera.send(uwe, "may I?")
    set_timer(vera, uwe, 3600)
    until("it is there", lambda: uwe.knows(vera) and uwe.contact(vera, "Timer") == 3600)
    uwe.send(vera, "you may")
    vera.wait_text(uwe, "you may")
    assert vera.history(uwe)[-1]["expires_after"] == 3600


def test_disappears(server, friends):
    """On both sides, with all that belongs to it; where the store was closed meanwhile, when it is opened."""
    tina, uwe = friends
    set_timer(tina, uwe, SHORT)
    until("it comes", lambda: uwe.contact(tina, "Timer") == SHORT)
    since = {user: user.account("LastEvent") for user in friends}
    uwe.lock()
    server.stop()
    tina.wait_offline()
    number = tina.send(uwe, "chrysanthemum", expect=20).json["id"]
    kept = tina.send(uwe, "nobody reads this", expect=20).json["id"]
    tina.smctl("react", number, "👍", expect=0)
    tina.smctl("edit", number, "chrysanthemums", expect=0)
    assert "expires_time" not in message(tina, uwe, number)  # not while it waits
    server.start()
    until("gone at the sender", lambda: tina.history(uwe)[-1]["kind"] == "timer-change")

    uwe.unlock()
    uwe.wait_text(tina, "chrysanthemums")
    uwe.wait_text(tina, "nobody reads this")
    assert "expires_time" not in message(uwe, tina, number)
    set_timer(uwe, tina, 0)
    uwe.smctl("reply", number, "lovely", expect=0)
    tina.wait_text(uwe, "lovely")
    assert uwe.history(tina)[-1]["reply_text"] == "chrysanthemums"
    assert "reply_text" not in tina.history(uwe)[-1]  # gone there already
    place = message(uwe, tina, number)["number"]
    uwe.bus.call("Messages.MarkRead", "(sta{sv})", (tina.name, place, {}))
    read = time.time()
    uwe.restart(unlock=False)
    until("its time is over", lambda: time.time() > read + SHORT)
    uwe.unlock()

    for user, other in (friends, friends[::-1]):
        everything = user.smctl("--json", "history", "--limit", "0", other.name, expect=0).out
        assert "chrysanthemum" not in everything and number not in [m["id"] for m in user.history(other, 500)]
        assert user.smctl("search", "chrysanthemum", expect=None).out == ""
        assert "chrysanthemum" not in user.smctl("export", expect=0).out
        until("it is an event", lambda: number in [e["message"]["id"] for e in user.events(since[user])
                                                   if e["kind"] == "message-expired"])
        last = user.account("LastEvent")
        found = user.events(since[user])
        assert "chrysanthemum" not in str(found)
        numbers = [e["number"] for e in found]
        assert numbers == list(range(since[user] + 1, numbers[-1] + 1)) and numbers[-1] >= last
        assert "reply_text" not in user.history(other)[-1]
        refusal.check(user.smctl("edit", number, "again"), "NotAllowed")
        refusal.check(user.smctl("reply", number, "to nothing"), "NotFound")
        refusal.check(user.smctl("react", number, "👍"), "NotAllowed")
        refusal.check(user.smctl("delete", "--yes", "--for-me", number), "NotFound")
    assert message(uwe, tina, kept)["text"] == "nobody reads this"  # for that reason
    # Gone here, and there to be taken back.
    tina.smctl("delete", "--yes", kept, expect=0)
    until("taken back", lambda: message(uwe, tina, kept)["kind"] == "deleted")
    watched = uwe.smctl("watch", "--since", since[uwe], "--exec", "test $SM_KIND != message-expired")
    assert watched.code == 1, watched  # smctl watch had it


def files_of(user):
    return list((user.home / ".local/state/secure-messenger/attachments").iterdir())


def test_file(friends):
    """Gone at its sender, it is still there for a receiver who has not read it; then its file goes as well."""
    tina, uwe = friends
    set_timer(tina, uwe, SHORT)
    until("it comes", lambda: uwe.contact(tina, "Timer") == SHORT)
    note = tina.folder / "note.txt"
    note.write_bytes(b"burn after reading")
    tina.smctl("send", "--file", note, uwe.name, expect=0)
    until("gone at the sender", lambda: tina.history(uwe)[-1]["kind"] == "timer-change" and not files_of(tina))
    until("it comes", lambda: uwe.history(tina)[-1]["kind"] == "attachment")
    number = uwe.history(tina)[-1]["id"]
    assert uwe.smctl("save", "--output", "-", number, expect=0).out == "burn after reading"
    assert files_of(uwe)
    mark_read(uwe, tina)
    until("gone at the receiver", lambda: not message(uwe, tina, number) and not files_of(uwe))


def test_hostile_timers(alice, server, stage):
    mallory = stage.peer("mallory", server)
    alice.send(mallory.name, "hello")
    mallory.hear()
    before, now = alice.account("RejectedEnvelopes"), int(time.time() * 1000)
    mallory.say(timer_change(1), timer_change(4), timer_change(LONG + 1), timer_change(2**32 - 1),
                timer_change(60, sent_ms=0), timer_change(60, sent_ms=253402300800000),
                timer_change(3600, sent_ms=now + 9), timer_change(60, sent_ms=now + 5), timer_change(3600, sent_ms=now + 10**9),
                text("tiny", expires_after_s=1, needs_version=2), text("huge", expires_after_s=2**32 - 1, needs_version=2),
                text("plain"), text("done", expires_after_s=60, needs_version=2))
    until("all of it", lambda: "done" in [words for _, words in alice.texts(mallory.name)])
    assert alice.account("RejectedEnvelopes") == before + 6
    assert alice.contact(mallory, "Timer") == 3600 and notices(alice, mallory) == [(mallory.name, 3600)]
    stays = {m["text"]: m.get("expires_after") for m in alice.history(mallory.name) if m["kind"] == "text"}
    assert stays == {"hello": None, "tiny": SHORT, "huge": LONG, "plain": None, "done": 60}
    # What is said here is later than whatever the other side's clock has said.
    set_timer(alice, mallory, 120)
    change = next(c for c in iter(lambda: mallory.hear()[0], None) if c.WhichOneof("body") == "timer_change")
    assert change.timer_change.expires_after_s == 120 and change.sent_ms == now + 10**9 + 1
    own = secrets.token_bytes(16)
    mallory.say(text("takes the ID", message_id=own), timer_change(600, message_id=own, sent_ms=now + 10**10), text("over"))
    until("all of it", lambda: "over" in [words for _, words in alice.texts(mallory.name)])
    assert alice.contact(mallory, "Timer") == 120 and alice.account("RejectedEnvelopes") == before + 7
    # Edits, reactions and deletions of what is not there any more are nothing to worry about.
    gone = secrets.token_bytes(16)
    mallory.say(text("soon gone", message_id=gone, expires_after_s=1, needs_version=2))
    alice.wait_text(mallory, "soon gone")
    mark_read(alice, mallory)
    until("gone", lambda: not message(alice, mallory, gone.hex()))
    pb = wire.content_schema()
    mallory.say(content({"edit": pb.Edit(target=gone, utf8=b"back")}), content({"deletion": pb.Deletion(target=gone)}),
                content({"reaction": pb.Reaction(target=gone, emoji="👍")}), text("soon gone", message_id=gone), text("end"))
    until("all of it", lambda: "end" in [words for _, words in alice.texts(mallory.name)])
    assert not message(alice, mallory, gone.hex())
    assert alice.account("RejectedEnvelopes") == before + 8  # the ID was there
