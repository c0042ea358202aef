# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups: made, talked in, changed and left by real daemons through a real server."""
import pytest

from harness import refusal
from harness.waiting import until

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
    answer = user.smctl("--json", "history", "--limit", "0", name)
    return [m["text"] for m in answer.lines if m["kind"] == "text"] if answer.code == 0 else []


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
    for person in (anna, bert, carol):
        say(person, f"from {person.name}")
    for person in (anna, bert, carol):
        for other in (anna, bert, carol):
            wait_text(person, f"from {other.name}")
    senders = {m["text"]: m["sender"] for m in anna.history(GROUP) if m["kind"] == "text"}
    assert senders == {f"from {p.name}": p.name for p in (anna, bert, carol)}


def test_add_while_offline(five):
    anna, bert, carol, dave, erin = five
    dave.stop()
    group(anna, "add", GROUP, dave.name)
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
