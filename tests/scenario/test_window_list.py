# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of conversations: who asks to get in, what a row tells and offers, finding and beginning, and a lost connection."""
import base64

import pytest

from harness.screen import lacking, on_screen
from harness.waiting import until

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mMQ0ThBU8QwasGoBaMWjFowasGoBaMWjFowNCwAAEzPDC5OT6ZnAAAAAElFTkSuQmCC"
pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def server(shared_stage):
    return shared_stage.server({"directory": {"enabled": "yes"}})


@pytest.fixture(scope="module")
def alice(server, shared_stage):
    return shared_stage.member("alice", server)


@pytest.fixture(scope="module")
def bob(server, shared_stage):
    return shared_stage.member("bob", server)


@pytest.fixture(scope="module")
def screen(alice):
    with on_screen(alice) as screen:
        screen.open()
        yield screen
        screen.quit()


def inside(screen, outer, role, name):
    """Such an object in the list, or the row, that has the name `outer`; or None."""
    node = screen.find("list", outer) or screen.find("panel", outer)
    return node and next((found for found, is_role, is_name in screen.walk(node) if is_role == role and name in is_name), None)


def see_inside(screen, outer, role, name):
    return until(f"{role} {name!r} in {outer}", lambda: inside(screen, outer, role, name))


def see_nothing_inside(screen, outer, role, name):
    until(f"no {role} {name!r} in {outer}", lambda: not inside(screen, outer, role, name))


def act(node, action):
    names = node.actions()
    assert node.do_action(names.index(action)), f"{action} among {names}"


def menu(screen, person, item):
    """Opens the menu of the person's row, and takes something from it."""
    act(see_inside(screen, "Conversations", "panel", person.name), "row.menu")
    screen.click("menu item", item)


def test_requests(screen, alice, bob, server, shared_stage):
    """They are nowhere among the conversations before they are accepted, and nowhere at all when they are not."""
    carol, mallory = [shared_stage.member(name, server) for name in ("carol", "mallory")]
    for person in (bob, carol, mallory):
        person.send(alice, f"Do you know me? I am {person.name}")
    screen.see("label", "Requests (3)")
    assert not inside(screen, "Conversations", "label", bob.name)
    screen.click("push button", "Requests (3)")
    for person in (bob, carol, mallory):
        see_inside(screen, "Requests", "label", f"I am {person.name}")
    act(see_inside(screen, bob.name, "push button", "Accept"), "click")
    until("bob is accepted", lambda: alice.contact(bob, "Relation") == "accepted")
    act(see_inside(screen, carol.name, "push button", "Decline"), "click")
    until("carol is declined", lambda: alice.contact(carol, "Relation") == "declined")
    act(see_inside(screen, mallory.name, "push button", "Block"), "click")
    screen.see("label", f"Block \u2068{mallory.name}\u2069?")
    assert alice.contact(mallory, "Relation") == "request"  # nobody has said that it is meant
    screen.click("push button", "_Block Block")
    until("mallory is blocked", lambda: alice.contact(mallory, "Relation") == "blocked")
    see_inside(screen, "Conversations", "label", f"I am {bob.name}")
    screen.see_no("push button", "Requests")
    for person in (carol, mallory):
        assert not screen.find("label", person.name)


def test_rows(screen, alice, bob):
    """A row says who has said what, whether it was read, and whether they are there."""
    see_inside(screen, bob.name, "label", "1 unread message")
    alice.send(bob, "Come to the bridge")
    see_inside(screen, bob.name, "label", "You: Come to the bridge")
    bob.wait_text(alice, "Come to the bridge")
    bob.smctl("accept", alice.name, expect=0)
    see_inside(screen, bob.name, "image", "Online")
    (bob.folder / "map.png").write_bytes(base64.b64decode(PICTURE))
    bob.smctl("send", "--file", bob.folder / "map.png", alice.name, expect=0)
    see_inside(screen, bob.name, "label", "Picture")
    bob.smctl("group", "--yes", "create", "boat", alice.name, expect=0)
    bob.smctl("send", "+boat", "All aboard", expect=0)
    see_inside(screen, "Conversations", "label", f"\u2068{bob.name}\u2069: All aboard")
    bob.lock()
    see_nothing_inside(screen, bob.name, "image", "Online")
    bob.unlock()


def test_menu(screen, alice, bob):
    menu(screen, bob, "Pin")
    until("bob is pinned", lambda: alice.contact(bob, "Pinned"))
    see_inside(screen, bob.name, "image", "Pinned")
    menu(screen, bob, "Mute")
    until("bob is muted", lambda: alice.contact(bob, "Muted"))
    alice.smctl("unmute", bob.name, expect=0)
    see_nothing_inside(screen, bob.name, "image", "Muted")
    menu(screen, bob, "Mark as Read")
    until("it is read", lambda: alice.contact(bob, "Unread") == 0)
    menu(screen, bob, "Mark as Unread")
    see_inside(screen, bob.name, "label", "Marked as unread")
    assert alice.contact(bob, "MarkedUnread")
    menu(screen, bob, "Block…")
    screen.click("push button", "_Block Block")
    until("bob is blocked", lambda: alice.contact(bob, "Relation") == "blocked")
    menu(screen, bob, "Unblock")
    until("bob is not", lambda: alice.contact(bob, "Relation") == "accepted")
    menu(screen, bob, "Details")
    screen.see("frame", "Contact")
    screen.click("frame", "Contact", "window.close")
    screen.see_no("frame", "Contact")


def test_new_conversation(screen, alice, bob, server, shared_stage):
    """The server's directory suggests names, and says when there is nobody of that name."""
    dora = shared_stage.member("dora", server)
    screen.click("frame", "Secure Messenger", "win.new-conversation")
    screen.write("text", "User name", "Dora")
    see_inside(screen, "Suggestions", "label", dora.name)
    screen.write("text", "User name", "nobody-at-all")
    screen.see_no("list", "Suggestions")
    screen.click("push button", "_Write Write")
    screen.see("label", "Nobody on the server is called \u2068nobody-at-all\u2069.")
    screen.write("text", "User name", "No Name")
    screen.click("push button", "_Write Write")
    screen.see("label", "a user name")
    screen.write("text", "User name", dora.name)
    screen.click("push button", "_Write Write")
    screen.see_no("text", "User name")
    screen.write("text", "Message", "Are you there?")
    screen.click("push button", "Send")
    dora.wait_text(alice, "Are you there?")
    see_inside(screen, dora.name, "label", "You: Are you there?")
    screen.click("frame", "Secure Messenger", "win.new-conversation")
    screen.click("push button", "Notes to Yourself")
    screen.see_no("push button", "Notes to Yourself")
    screen.write("text", "Message", "Buy rope")
    screen.click("push button", "Send")
    see_inside(screen, "Notes to Yourself", "label", "Buy rope")


def test_search(screen, alice, bob):
    """What is found is a name, or a message, which opens its conversation there."""
    screen.click("frame", "Secure Messenger", "win.search")
    screen.write("entry", "Search", "bridge")
    row = see_inside(screen, "Messages That Were Found", "label", "Come to the bridge")
    assert inside(screen, "Messages That Were Found", "label", f"You to \u2068{bob.name}\u2069")
    while row.get_role_name() != "list item":
        row = row.get_parent()
    act(row, "row.open")
    see_inside(screen, "Messages", "label", "Come to the bridge")
    screen.write("entry", "Search", bob.name[:3].upper())
    see_inside(screen, "Conversations", "label", bob.name)
    screen.write("entry", "Search", "nothingofthekind")
    screen.see("label", "Nothing found")
    screen.write("entry", "Search", "")
    screen.see_no("label", "Nothing found")


def test_connection(screen, alice, server, shared_stage):
    """It says when the server is gone, and when somebody has signed on elsewhere."""
    server.stop()
    screen.click("push button", "Try Now")
    screen.see("label", "The server cannot be reached")
    server.start()
    screen.see_no("push button", "Try Now")
    elsewhere = shared_stage.user(alice.name, alice.password)
    elsewhere.login(server)
    screen.see("label", "taken over by a login elsewhere")
    assert not screen.find("push button", "Try Now")
