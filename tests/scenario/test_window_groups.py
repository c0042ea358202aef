# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups in the window: alice sits before it, the others use the command line."""
import pytest
from gi.repository import GLib

from harness.screen import lacking, on_screen
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
    # GTK 4.8 says the one where it is asked for what is just being closed, libadwaita 1.2 the other at the end of a view switcher.
    with on_screen(people[0], known=("object_path", "gtk_widget_unparent")) as screen:
        screen.open()
        yield screen


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


def listed(screen, name):
    """Whether the group's page has this member; None: it cannot be told just now."""
    try:
        node = screen.find("list", "Members")
        return any(role == "panel" and name == is_name for _, role, is_name in screen.walk(node)) if node else None
    except GLib.Error:  # what went while it was looked at
        return None


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


def test_make_one(screen, people):
    """Who cannot be added is named, and the others are; the group is there meanwhile."""
    alice, bob, carol = people
    screen.click("frame", "Secure Messenger", "win.new-group")
    screen.write("text", "Name of the group", "crew")
    screen.click("check box", carol.name, "candidate.toggle")
    search = screen.see("entry", "Search contacts")
    assert search.set_text_contents("nobody.there")
    screen.click("push button", "Choose")
    screen.see("label", "2 chosen")
    screen.click("push button", "Create")
    screen.see("alert", "nobody.there: ")  # and what is wrong with them
    screen.click("check box", "nobody.there", "candidate.toggle")
    screen.click("push button", "Add")
    screen.see("label", "2 members")
    until("she is in it", lambda: members(alice, "crew") == {alice.name: "admin", carol.name: "member"})


def test_change_it(screen, people):
    """What the group's page shows is done: roles, who is in it, its name, a timer, new keys."""
    alice, bob, carol = people
    screen.click("filler", "SmConversationPage", "conversation.details")
    screen.click("panel", carol.name, "member.promote")
    until("carol administers", lambda: info(carol, "crew")["role"] == "admin")
    screen.click("push button", "Add…")
    assert screen.see("entry", "Search contacts").set_text_contents(bob.name)
    screen.click("push button", "Choose")
    screen.see("label", "1 chosen")
    screen.click("push button", "_Add Add")
    until("bob is listed", lambda: listed(screen, bob.name) is True)
    until("bob is in", lambda: bob.name in members(carol, "crew"))
    screen.click("panel", bob.name, "member.remove")
    screen.click("push button", "_Remove")
    until("bob is listed no more", lambda: listed(screen, bob.name) is False)
    until("bob is out", lambda: bob.name not in members(carol, "crew"))
    screen.write("text", "Name", "sailors")
    screen.click("filler", "SmGroupSettings", "group.rename")
    until("it has another name", lambda: "+sailors" in [g["conversation"] for g in group(carol, "list").lines])
    epoch = info(carol, "sailors")["epoch"]
    screen.click("filler", "SmGroupSettings", "group.renew")
    until("there are new keys", lambda: info(carol, "sailors")["epoch"] > epoch)


def test_leave(screen, people):
    """The only administrator is told what to do first."""
    alice, bob, carol = people
    screen.click("panel", carol.name, "member.demote")
    until("alice is the only one", lambda: members(carol, "sailors")[carol.name] == "member")
    screen.click("filler", "SmGroupSettings", "group.leave")
    screen.see("label", "Nobody Else Administers the Group")
    screen.click("push button", "Choose Somebody")
    screen.click("panel", carol.name, "member.promote")
    until("carol administers", lambda: info(carol, "sailors")["role"] == "admin")
    screen.click("filler", "SmGroupSettings", "group.leave")
    screen.click("push button", "_Leave", "click")
    until("she is out", lambda: alice.name not in members(carol, "sailors"))
    screen.see("label", "You have left this group")


def test_write_to_member(screen, people):
    """Somebody whom she knows from the group alone: as to any stranger, and the group stays as it is."""
    alice, bob, carol = people
    assert bob.name not in [c["name"] for c in alice.smctl("--json", "contacts", expect=0).lines]
    screen.action("open-conversation", "+ship")
    read(screen, "Back again")
    screen.click("filler", "SmConversationPage", "conversation.details")
    screen.click("panel", bob.name, "member.write")
    screen.see_no("label", "3 members")
    screen.write("text", "Message", "Just the two of us")
    screen.click("push button", "Send")
    bob.wait_text(alice, "Just the two of us")
    read(screen, "Just the two of us")
    assert "Just the two of us" not in texts(carol, "+ship")


def test_timer_and_end(screen, people):
    """The timer holds for all; the group goes for everybody, once somebody has said that it is meant."""
    alice, bob, carol = people
    group(alice, "create", "raft", carol.name)
    until("carol is in it", lambda: "+raft" in [g["conversation"] for g in group(carol, "list").lines])
    screen.action("open-conversation", "+raft")
    screen.see("label", "2 members")
    screen.click("filler", "SmConversationPage", "conversation.details")
    screen.click("page tab", "Group")
    screen.go_to("page tab", "Group")
    for key in "Tab", "Tab":  # the name of the group comes between
        screen.press(key)
    screen.focus("combo box", "Disappearing Messages")
    for key in "Return", "Down", "Down", "Return":
        screen.press(key)
    until("carol has the timer", lambda: info(carol, "raft")["timer"] == 3600)
    screen.click("filler", "SmGroupSettings", "group.delete")
    screen.see("label", "Delete the Group?")
    assert info(carol, "raft")["standing"] == "member"  # nobody has said that it is meant
    screen.click("push button", "_Delete")
    until("carol is out", lambda: info(carol, "raft")["standing"] == "removed")
    assert not screen.is_sensitive("text", "Message")


def test_lost(screen, people, shared_server):
    """Who has missed what nobody keeps any more is told so, and comes back by a button."""
    alice, bob, carol = people
    group(carol, "create", "ferry", alice.name, bob.name)
    until("she is a member", lambda: info(alice, "ferry")["standing"] == "member")
    assert alice.stop() == 0
    for _ in range(2):
        group(carol, "renew", "ferry")
    until("bob follows", lambda: info(bob, "ferry")["epoch"] == info(carol, "ferry")["epoch"])
    shared_server.forget_what_waits()
    for person in (bob, carol):
        person.smctl("reconnect", expect=0)
        person.wait_online()
    alice.start()
    alice.unlock()
    alice.wait_online()
    carol.smctl("send", "+ferry", "Where is alice?", expect=0)
    until("she has lost track", lambda: info(alice, "ferry")["standing"] == "lost")
    screen.action("open-conversation", "+ferry")
    screen.see("label", "You are out of step with this group")
    assert not screen.is_sensitive("text", "Message")
    screen.click("push button", "Rejoin")
    screen.see_no("label", "You are out of step with this group")
    screen.write("text", "Message", "Here I am")
    screen.click("push button", "Send")
    until("it is read", lambda: "Here I am" in texts(carol, "+ferry"))
