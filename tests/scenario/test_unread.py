# SPDX-License-Identifier: GPL-3.0-or-later
"""What is unread, the same wherever one looks; muted, pinned, marked."""
import pytest

from conftest import acquaint
from harness.waiting import until


@pytest.fixture(scope="module")
def friends(shared_server, shared_stage):
    return acquaint(*[shared_stage.member(name, shared_server) for name in ("ann", "ben")])


def contact_line(user, other):
    line, = [c for c in user.smctl("--json", "contacts", expect=0).lines if c["name"] == other.name]
    return line


def unread(user, other):
    """As everybody says it."""
    count = user.contact(other, "Unread")
    assert contact_line(user, other)["unread"] == count
    assert (f"{count} unread" in user.smctl("contacts", expect=0).out) == (count > 0)
    return count


def total(user):
    count = user.account("UnreadMessages")
    assert user.smctl("--json", "status", expect=0).json["unread_messages"] == count
    return count


def receive(user, other, *texts):
    for text in texts:
        other.send(user, text)
    user.wait_text(other, texts[-1])


def test_counted(friends):
    ann, ben = friends
    ann.smctl("mark-read", ben.name, expect=0)
    assert unread(ann, ben) == total(ann) == 0
    receive(ann, ben, "one", "two", "three")
    assert unread(ann, ben) == total(ann) == 3
    ann.restart()
    assert unread(ann, ben) == total(ann) == 3
    taken_back = ben.history(ann)[-1]["id"]
    ben.smctl("delete", "--yes", taken_back, expect=0)
    until("it is gone", lambda: ann.contact(ben, "Unread") == 2)
    assert unread(ann, ben) == 2
    assert ann.smctl("--json", "mark-read", ben.name, expect=0).json == {"name": ben.name, "unread": 0}
    assert unread(ann, ben) == total(ann) == 0
    ann.smctl("edit", ann.send(ben, "mine does not count").json["id"], "at all", expect=0)
    assert total(ann) == 0


def test_a_request_does_not_count(friends, server, shared_stage):
    ann, ben = friends
    ann.smctl("mark-read", ben.name, expect=0)
    sam = shared_stage.member("sam", server)
    receive(ann, sam, "hello", "are you there?")
    assert unread(ann, sam) == 2 and total(ann) == 0
    ann.smctl("accept", sam.name, expect=0)
    assert total(ann) == 2
    ann.smctl("block", sam.name, expect=0)
    assert total(ann) == 0


def test_muted(friends):
    ann, ben = friends
    ann.smctl("mark-read", ben.name, expect=0)
    assert ann.smctl("--json", "mute", ben.name, expect=0).json == {"name": ben.name, "muted": True}
    receive(ann, ben, "psst")
    assert (unread(ann, ben), total(ann)) == (1, 0)
    ann.restart()
    assert contact_line(ann, ben)["muted"]
    ann.smctl("unmute", ben.name, expect=0)
    assert total(ann) == 1


def test_marked(friends):
    ann, ben = friends
    ann.smctl("mark-read", ben.name, expect=0)
    for verb, key in (("mark-unread", "marked_unread"), ("pin", "pinned")):
        assert ann.smctl("--json", verb, ben.name, expect=0).json == {"name": ben.name, key: True}
    ann.restart()
    line = contact_line(ann, ben)
    assert line["marked_unread"] and line["pinned"] and line["unread"] == 0
    ann.smctl("mark-read", ben.name, expect=0)
    ann.smctl("unpin", ben.name, expect=0)
    line = contact_line(ann, ben)
    assert not line["marked_unread"] and not line["pinned"]


@pytest.mark.parametrize("verb", ["mute", "unmute", "pin", "unpin", "mark-read", "mark-unread"])
def test_nobody(friends, verb):
    friends[0].smctl(verb, "nobody-i-know", expect=25)
