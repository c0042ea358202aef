# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups in the window: alice sits before it, the others use the command line."""
import pytest

from harness.screen import Screen, lacking
from harness.waiting import until

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def people(shared_server, shared_stage):
    """Alice knows carol, and has never heard of bob."""
    alice, bob, carol = people = [shared_stage.member(name, shared_server) for name in ("alice", "bob", "carol")]
    for one, other in ((carol, alice), (bob, carol)):
        one.send(other, "hello")
        other.wait_text(one, "hello")
        other.smctl("accept", one.name, expect=0)
    return people


@pytest.fixture(scope="module")
def screen(people):
    screen = Screen(people[0])
    try:
        screen.open()
        yield screen
    finally:
        screen.end()
    said = screen.window.log()
    assert "CRITICAL" not in said, said


def group(user, action, *arguments):
    return user.smctl("--json", "group", "--yes", action, *arguments, expect=0)


def info(user, name):
    return group(user, "info", name).json


def members(user, name):
    return {m["name"]: m["role"] for m in info(user, name)["members"]}


def texts(user, name):
    return [m["text"] for m in user.history(name, 100) if m["kind"] == "text"]


def read(screen, text):
    """Waits until it is among the messages; the list of conversations may have it as well."""
    def there():
        node = screen.find("list", "Messages")
        return node and any(role == "label" and text in name for _, role, name in screen.walk(node))
    until(f"{text!r} among the messages", there)


def test_invited(screen, people):
    """A stranger's group says who has added us; accepting lets us write."""
    alice, bob, carol = people
    group(bob, "create", "boat", carol.name, alice.name)
    screen.see("label", "Requests (1)")
    screen.action("open-conversation", "+boat")
    screen.see("label", f"{bob.name}\u2069, whom you do not know, has added you to this group")
    read(screen, f"{bob.name}\u2069 added you to the group")
    assert not screen.is_sensitive("text", "Message")
    screen.click("push button", "Accept")
    until("she is a member", lambda: info(alice, "boat")["standing"] == "member")
    screen.see_no("push button", "Accept")
    screen.see("label", "3 members")
    screen.write("text", "Message", "Ahoy")
    screen.click("push button", "Send")
    for person in (bob, carol):
        until("it is read", lambda: "Ahoy" in texts(person, "+boat"))
    carol.smctl("send", "+boat", "Ahoy yourself", expect=0)
    read(screen, "Ahoy yourself")


def test_what_others_change(screen, people):
    """It is told in words, and a new name changes nothing of what can be read and said."""
    alice, bob, carol = people
    group(bob, "promote", "boat", carol.name)
    read(screen, f"\u2068{bob.name}\u2069 made \u2068{carol.name}\u2069 an administrator")
    group(bob, "rename", "boat", "ship")
    read(screen, "named the group \"\u2068ship\u2069\"")
    read(screen, "Ahoy yourself")
    bob.smctl("send", "+ship", "All aboard", expect=0)
    read(screen, "All aboard")
    screen.write("text", "Message", "Aye")
    screen.click("push button", "Send")
    until("it is read", lambda: "Aye" in texts(bob, "+ship"))


def test_removed(screen, people):
    """What was said stays; nothing can be said, until an administrator thinks otherwise."""
    alice, bob, carol = people
    group(bob, "remove", "ship", alice.name)
    screen.see("label", "You were removed from this group")
    read(screen, "All aboard")
    assert not screen.is_sensitive("text", "Message")
    group(carol, "add", "ship", alice.name)
    screen.see_no("label", "You were removed from this group")
    screen.write("text", "Message", "Back again")
    screen.click("push button", "Send")
    until("it is read", lambda: "Back again" in texts(bob, "+ship"))
