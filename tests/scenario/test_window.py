# SPDX-License-Identifier: GPL-3.0-or-later
"""The window on a screen, with a real daemon behind it, used by its names and actions as a screen reader does."""
import base64

import pytest

from harness.screen import lacking, on_screen
from harness.waiting import until

# 32 by 24 pixels of blue, a PNG.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mMQ0ThBU8QwasGoBaMWjFowasGoBaMWjFowNCwAAEzPDC5OT6ZnAAAAAElFTkSuQmCC"
pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage):
    return shared_stage.user("alice-at-window")


@pytest.fixture(scope="module")
def bob(shared_server, shared_stage):
    return shared_stage.member("bob", shared_server)


@pytest.fixture(scope="module")
def screen(alice):
    with on_screen(alice) as screen:
        screen.open()
        yield screen


def test_first_run(screen, alice, shared_server):
    screen.write("text", "Address", shared_server.url)
    screen.write("text", "Pin", shared_server.pin)
    screen.write("text", "User name", "x")
    screen.write("password text", "Password", alice.password)
    screen.write("password text", "The same again", alice.password)
    screen.click("push button", "Register")
    screen.see("label", "user name")  # and why not
    screen.write("text", "User name", alice.name)
    screen.write("password text", "Password", alice.password)
    screen.write("password text", "The same again", alice.password)
    screen.click("push button", "Register")
    screen.see("label", "Nobody yet")
    assert alice.account("State") == "unlocked"
    alice.wait_online()


def test_they_write(screen, alice, bob):
    """What comes is a request; a notification's action opens it; the answer arrives."""
    bob.send(alice, "Is the boat ready?")
    screen.see("label", "Requests (1)")
    screen.action("open-conversation", bob.name)
    screen.see("label", "Is the boat ready?")
    assert alice.contact(bob, "Relation") == "request"
    screen.click("push button", "Accept")
    until("bob is accepted", lambda: alice.contact(bob, "Relation") == "accepted")
    screen.see_no("push button", "Accept")
    screen.write("text", "Message", "It leaves at nine")
    screen.click("push button", "Send")
    bob.wait_text(alice, "It leaves at nine")
    screen.see("label", "It leaves at nine")
    bob.send(alice, "Good")
    screen.see("label", "Good")
    bob.wait_state(alice, "Good", "read")


def test_what_is_done_to_messages(screen, alice, bob):
    """A reaction, a file, an edit and a deletion of the other side's are seen as they come."""
    message = bob.history(alice)[-1]["id"]
    bob.smctl("react", message, "⛵", expect=0)
    screen.see("label", "⛵")
    bob.smctl("edit", message, "Good, then", expect=0)
    screen.see("label", "Good, then")
    screen.see("label", "edited")
    (bob.folder / "map.txt").write_text("Here be dragons")
    bob.smctl("send", "--file", bob.folder / "map.txt", alice.name, "The map", expect=0)
    screen.see("label", "map.txt")
    (bob.folder / "lantern.png").write_bytes(base64.b64decode(PICTURE))
    bob.smctl("send", "--file", bob.folder / "lantern.png", alice.name, expect=0)
    until("the picture is there", lambda: screen.see("image", "lantern.png").get_extents().height > 0)
    bob.smctl("delete", "--yes", message, expect=0)
    screen.see("label", "This message was deleted")


def test_lock_and_unlock(screen, alice, bob):
    screen.click("frame", "Secure Messenger", "win.lock")
    until("locked", lambda: alice.account("State") == "locked")
    screen.see("label", "Locked")
    assert not screen.find("label", "It leaves at nine")
    screen.focus("password text", "Password")
    screen.press("x")
    screen.press("Return")
    screen.see("label", "password is wrong")
    screen.write("password text", "Password", alice.password)
    screen.click("push button", "Unlock")
    screen.see("label", bob.name)


def test_daemon_goes_and_comes(screen, alice, bob):
    assert alice.stop() == 0
    screen.see("label", "Connecting")
    alice.start()
    screen.see("label", "Locked")
    alice.unlock()
    screen.see("label", bob.name)


def test_closed_and_opened(screen, alice, bob):
    """Messages go on without the window."""
    screen.quit()
    bob.send(alice, "While you were out")
    alice.wait_text(bob, "While you were out")
    screen.open()
    screen.action("open-conversation", bob.name)
    screen.see("label", "While you were out")
    screen.quit()
