# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups: made, talked in, changed and left by real daemons through a real server."""
import random
import subprocess
import time

import pytest

from harness import places
from harness.bus import DBusError
from harness.desktop import Desktop
from harness.waiting import DEADLINE, until

GROUP = "+family"


@pytest.fixture(scope="module")
def five(shared_stage, shared_server):
    """Who is added by a stranger is asked first, so all have accepted the first of them."""
    people = [shared_stage.member(name, shared_server) for name in ("anna", "bert", "carol", "dave", "erin")]
    for person in people[1:]:
        people[0].send(person, "hello")
    for person in people[1:]:
        person.wait_text(people[0], "hello")
        person.smctl("accept", people[0].name, expect=0)
    return people


def group(user, action, *arguments, expect=0):
    return user.smctl("--json", "group", "--yes", action, *arguments, expect=expect)


def info(user, name=GROUP):
    return group(user, "info", name).json


def members(user, name=GROUP):
    return {m["name"]: m["role"] for m in info(user, name)["members"]}


def texts(user, name=GROUP):
    try:
        return [m["text"] for m in user.history(name, 500) if m["kind"] == "text"]
    except DBusError:  # they are not in it yet
        return []


def wait_text(user, text, name=GROUP):
    until(f"{user.name} reads {text!r}", lambda: text in texts(user, name))


def say(user, text, name=GROUP):
    return user.smctl("--json", "send", name, text, expect=0).json["id"]


def test_create_and_talk(five):
    anna, bert, carol, dave, erin = five
    made = group(anna, "create", "family", bert.name, carol.name).json
    assert (made["conversation"], made["role"], made["member_count"]) == (GROUP, "admin", 3)
    for person in (anna, bert, carol):
        until("all are in", lambda: group(person, "list").lines != [])
        assert members(person) == {anna.name: "admin", bert.name: "member", carol.name: "member"}
        assert person.smctl("group", "list", expect=0).out.startswith(f"{GROUP}  3 members")
    for person in (anna, bert, carol):
        say(person, f"from {person.name}")
    for person in (anna, bert, carol):
        for other in (anna, bert, carol):
            wait_text(person, f"from {other.name}")
    senders = {m["text"]: m["sender"] for m in anna.history(GROUP) if m["kind"] == "text"}
    assert senders == {f"from {p.name}": p.name for p in (anna, bert, carol)}


def test_told_on_the_desktop(five):
    """By whom, and in which group."""
    anna, bert, carol, dave, erin = five
    desktop = Desktop(anna)
    say(bert, "<look>")
    desktop.see("the message", lambda shown: [(s.summary, s.body.splitlines()[-1]) for s in shown] ==
                [(GROUP, f"{bert.name}: <look>")])
    desktop.end()


def test_unread_muted_pinned(five):
    anna, bert, carol, dave, erin = five

    def total():
        return carol.account("UnreadMessages")
    wait_text(carol, "<look>")  # the last that was said
    carol.smctl("mark-read", GROUP, expect=0)
    before = total()
    say(bert, "the first")
    say(bert, "the second")
    wait_text(carol, "the second")
    assert (info(carol)["unread"], total()) == (2, before + 2)
    assert "2 unread" in carol.smctl("group", "list", expect=0).out
    assert carol.smctl("--json", "mute", GROUP, expect=0).json == {"name": GROUP, "muted": True}
    assert carol.smctl("--json", "pin", GROUP, expect=0).json == {"name": GROUP, "pinned": True}
    assert (info(carol)["unread"], total()) == (2, before)
    desktop = Desktop(carol)
    say(bert, "psst")
    wait_text(carol, "psst")
    anna.send(carol, "Not muted here")
    desktop.see_one(anna.name, "Not muted here")
    desktop.end()
    assert carol.smctl("--json", "mark-read", GROUP, expect=0).json == {"name": GROUP, "unread": 0}
    carol.smctl("mark-unread", GROUP, expect=0)
    carol.restart()
    there = info(carol)
    assert (there["unread"], there["muted"], there["pinned"], there["marked_unread"]) == (0, True, True, True)
    for verb in ("unmute", "unpin", "mark-read"):
        carol.smctl(verb, GROUP, expect=0)
    there = info(carol)
    assert not (there["muted"] or there["pinned"] or there["marked_unread"])
    carol.smctl("mute", "+nobody", expect=25)


def test_add_while_offline(five):
    anna, bert, carol, dave, erin = five
    dave.stop()
    group(anna, "add", GROUP, dave.name)
    until("bert knows", lambda: dave.name in members(bert))  # and so what he says is for dave as well
    say(bert, "dave is not here")
    dave.start()
    dave.unlock()
    wait_text(dave, "dave is not here")
    assert f"from {anna.name}" not in texts(dave)  # what was before is not for those who come
    say(dave, "now I am")
    for person in (anna, bert, carol):
        wait_text(person, "now I am")


def test_remove(five):
    anna, bert, carol, dave, erin = five
    group(anna, "remove", GROUP, carol.name)
    until("she knows", lambda: info(carol)["standing"] == "removed")
    say(anna, "carol is out")
    for person in (bert, dave):
        wait_text(person, "carol is out")
    assert "carol is out" not in texts(carol)
    assert carol.smctl("send", GROUP, "hello?").code == 50
    assert carol.name not in members(bert)


def test_roles(five):
    anna, bert, carol, dave, erin = five
    assert group(bert, "remove", GROUP, dave.name, expect=51).code == 51  # not an administrator
    assert group(bert, "rename", GROUP, "mine", expect=51).code == 51
    assert group(anna, "leave", GROUP, expect=54).code == 54  # nobody would administer it
    assert group(anna, "promote", GROUP, carol.name, expect=52).code == 52  # she is out
    group(anna, "promote", GROUP, bert.name)
    until("bert administers", lambda: info(bert)["role"] == "admin")
    group(bert, "add", GROUP, carol.name)
    until("carol is back", lambda: info(carol)["standing"] == "member")
    group(bert, "demote", GROUP, anna.name)
    until("anna does not", lambda: info(anna)["role"] == "member")
    group(bert, "promote", GROUP, anna.name)
    until("anna administers", lambda: info(anna)["role"] == "admin")
    until("all of it is told", lambda: [m["kind"] for m in dave.history(GROUP, 500)].count("member-promoted") == 2)
    assert "member-demoted" in [m["kind"] for m in dave.history(GROUP, 500)]


def test_refusals(five):
    anna, bert, carol, dave, erin = five
    for names, code in (([dave.name], 53), (["nobody.there"], 57), (["Not A Name"], 8)):
        answer = group(anna, "add", GROUP, *names, expect=code)
        assert names[0] in answer.err or code == 8
    for name in ("", " x", "a\nb", "x" * 129):
        group(anna, "create", name, expect=55)
    dave.smctl("block", anna.name, expect=0)
    anna.smctl("block", erin.name, expect=0)
    group(anna, "add", GROUP, erin.name, expect=30)
    anna.smctl("unblock", erin.name, expect=0)
    dave.smctl("unblock", anna.name, expect=0)
    group(anna, "info", "+no-such-group", expect=25)
    anna.smctl("send", "+no-such-group", "x", expect=25)
    for arguments in ([], ["sing", GROUP], ["info"], ["add", GROUP], ["promote", GROUP, "a", "b"]):
        anna.smctl("group", *arguments, expect=2)


def test_rename_and_talk_on(five):
    anna, bert, carol, dave, erin = five
    number = group(bert, "info", GROUP).json["id"]
    assert group(anna, "rename", GROUP, "خانواده ما").json["conversation"] == "+خانواده ما"
    until("bert sees it", lambda: group(bert, "list").json["name"] == "خانواده ما")
    say(bert, "by its ID", f"+{number}")
    wait_text(anna, "by its ID", "+خانواده ما")
    group(anna, "rename", "خانواده ما", "family")
    for person in (anna, bert, carol, dave):
        until("the old name is back", lambda: group(person, "list").json["conversation"] == GROUP)


def test_what_one_can_do_with_messages(five, tmp_path):
    anna, bert, carol, dave, erin = five
    first = say(anna, "Where do we meat?")
    wait_text(bert, "Where do we meat?")
    anna.smctl("edit", first, "Where do we meet?", expect=0)
    wait_text(bert, "Where do we meet?")
    bert.smctl("edit", first, "Nowhere", expect=31)
    answer = bert.smctl("--json", "reply", first, "At the station", expect=0).json["id"]
    wait_text(carol, "At the station")
    reply = [m for m in carol.history(GROUP) if m["id"] == answer][0]
    assert (reply["reply_sender"], reply["reply_text"]) == (anna.name, "Where do we meet?")
    carol.smctl("react", answer, "👍", expect=0)
    until("all see it", lambda: [m.get("reactions") for m in dave.history(GROUP) if m["id"] == answer] ==
          [{carol.name: "👍"}])
    (tmp_path / "plan.txt").write_text("the plan")
    sent = dave.smctl("--json", "send", "--file", tmp_path / "plan.txt", GROUP, "read this", expect=0).lines[-1]["id"]
    until("it comes", lambda: any(m["id"] == sent for m in anna.history(GROUP)))
    anna.smctl("save", sent, "--output", tmp_path / "saved.txt", expect=0)
    assert (tmp_path / "saved.txt").read_text() == "the plan"
    assert first in [line["message"]["id"] for line in bert.smctl("--json", "search", "meet", expect=0).lines]
    anna.smctl("delete", "--yes", first, expect=0)
    until("it is gone", lambda: "Where do we meet?" not in texts(dave))


def test_timer(five):
    anna, bert, carol, dave, erin = five
    anna.smctl("group", "timer", GROUP, "1h", expect=0)
    until("bert knows", lambda: info(bert)["timer"] == 3600)
    number = say(bert, "gone in an hour")
    wait_text(dave, "gone in an hour")
    assert [m["expires_after"] for m in dave.history(GROUP) if m["id"] == number] == [3600]
    group(anna, "remove", GROUP, carol.name)
    until("carol is out", lambda: info(carol)["standing"] == "removed")
    group(anna, "add", GROUP, carol.name)  # whoever comes gets it, too
    until("carol is back", lambda: info(carol)["standing"] == "member")
    number = say(carol, "mine as well")
    wait_text(dave, "mine as well")
    assert [m["expires_after"] for m in dave.history(GROUP) if m["id"] == number] == [3600]
    anna.smctl("group", "timer", GROUP, "soon", expect=2)
    anna.smctl("group", "timer", GROUP, "off", expect=0)
    until("bert knows", lambda: info(bert)["timer"] == 0)


def test_renew(five):
    anna, bert, carol, dave, erin = five
    before = info(bert)["epoch"]
    group(bert, "renew", GROUP)
    until("all are in it", lambda: all(info(p)["epoch"] == before + 1 for p in (anna, bert, carol, dave)))
    assert len({info(p)["authenticator"] for p in (anna, bert, carol, dave)}) == 1


def test_written_long_before_it_leaves(five, server):
    """Sealed for the epoch in which the others are by then, and not for one whose keys they have deleted."""
    anna, bert, carol, dave, erin = five
    server.stop()
    dave.wait_offline()
    assert dave.smctl("send", GROUP, "from long ago").code == 20
    dave.stop()
    server.start()
    for person in (anna, bert, carol):
        person.smctl("reconnect", expect=0)
        person.wait_online()
    for _ in range(4):
        group(anna, "renew", GROUP)
        group(bert, "renew", GROUP)
    dave.start()
    dave.unlock()
    for person in (anna, bert, carol):
        wait_text(person, "from long ago")


def test_changes_at_once(five):
    """Everybody renews at the same moment: one is the first, the others make theirs anew."""
    anna, bert, carol, dave, erin = five
    until("all are in the same", lambda: len({info(p)["epoch"] for p in (anna, bert, carol, dave)}) == 1)
    before = info(anna)["epoch"]
    at_once = [subprocess.Popen([places.SMCTL, "group", "renew", GROUP], env=p.env, stdin=subprocess.DEVNULL)
               for p in (anna, bert, carol, dave)]
    assert [p.wait(DEADLINE) for p in at_once] == [0, 0, 0, 0]
    until("all are in the last", lambda: {info(p)["epoch"] for p in (anna, bert, carol, dave)} == {before + 4})
    assert len({info(p)["authenticator"] for p in (anna, bert, carol, dave)}) == 1


def test_killed_in_a_commit(five, server):
    anna, bert, carol, dave, erin = five
    for victim in (anna, bert, server):
        before = info(carol)["epoch"]
        change = subprocess.Popen([places.SMCTL, "group", "renew", GROUP], env=anna.env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.05))
        victim.kill()
        change.terminate() if victim is anna else None
        victim.start()
        if victim is not server:
            victim.unlock()
        change.wait(DEADLINE)
        for person in (anna, bert, carol, dave):
            person.smctl("reconnect", expect=0)
            person.wait_online()
        anna.smctl("send", "--no-wait", GROUP, f"after {before}", expect=0)  # she may not have noticed that the server went
        for person in (bert, carol, dave):
            wait_text(person, f"after {before}")
    until("all agree", lambda: len({(info(p)["epoch"], info(p)["authenticator"]) for p in (anna, bert, carol, dave)}) == 1)


def test_leave(five):
    anna, bert, carol, dave, erin = five
    group(dave, "leave", GROUP)
    until("he is out", lambda: info(dave)["standing"] == "left")
    until("they know", lambda: dave.name not in members(anna))
    say(anna, "dave has left")
    wait_text(bert, "dave has left")
    assert "dave has left" not in texts(dave)
    dave.smctl("send", GROUP, "x", expect=50)
    group(anna, "leave", GROUP)  # an administrator: steps down by itself
    until("she is out", lambda: info(anna)["standing"] == "left")


def test_invited_by_a_stranger(five):
    anna, bert, carol, dave, erin = five
    group(bert, "add", GROUP, erin.name)  # erin has never heard of bert
    until("erin is asked", lambda: [g["standing"] for g in group(erin, "list").lines] == ["invited"])
    erin.smctl("send", GROUP, "x", expect=50)
    before = erin.account("RejectedEnvelopes")
    for n in range(25):  # as of a request, not all of them are kept
        bert.smctl("send", "--no-wait", GROUP, f"do you hear me, {n}?", expect=0)
    until("all have come", lambda: erin.account("RejectedEnvelopes") - before + len(texts(erin)) == 25)
    group(erin, "accept", GROUP)
    say(erin, "here I am")
    wait_text(bert, "here I am")
    say(bert, "at last")
    wait_text(erin, "at last")
    assert 10 <= len(texts(erin)) <= 21
    group(bert, "delete", GROUP)
    for person in (carol, erin):
        until("it is over", lambda: info(person)["standing"] == "removed")
    assert info(bert)["standing"] == "left"
