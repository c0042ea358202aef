# SPDX-License-Identifier: GPL-3.0-or-later
"""The window as wide as a telephone, in high contrast, and from right to left: by where a screen reader finds things."""
import pytest

from harness import places
from harness.display import Display
from harness.screen import lacking, on_screen
from harness.waiting import until

WIDE, NARROW, HEIGHT = 960, 360, 640
TRANSLATIONS = places.BUILD / "po"
pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def bob(shared_server, shared_stage):
    return shared_stage.member("bob", shared_server)


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage, bob):
    alice = shared_stage.member("alice", shared_server)
    bob.send(alice, "Is the boat ready?")
    alice.wait_text(bob, "Is the boat ready?")
    alice.smctl("accept", bob.name, expect=0)
    alice.send(bob, "It leaves at nine")
    return alice


@pytest.fixture(scope="module")
def screen(alice):
    with on_screen(alice, never=("CRITICAL", "Gtk-WARNING")) as screen:
        yield screen


@pytest.fixture
def display(screen):
    display = Display(screen.env["DISPLAY"])
    yield display
    screen.quit()
    display.end()


def open_window(screen, display, width, **env):
    screen.window.env = screen.env | env
    screen.window.start()
    until("the window", lambda: screen.window.check_running() and display.windows())
    display.place(display.windows()[-1].number, 0, 0, width, HEIGHT)


def place(screen, role, name):
    """Where it is in its window: from and to, across."""
    extents = screen.see(role, name).get_extents()
    return extents.x, extents.x + extents.width


def test_narrow(screen, display, bob):
    """One page at a time, nothing beyond the window's edge, and a way back."""
    open_window(screen, display, NARROW)
    screen.see("label", bob.name)
    assert display.windows()[-1].width == NARROW
    screen.action("open-conversation", bob.name)
    until("the conversation alone", lambda: 0 < place(screen, "push button", "Send")[1] <= NARROW)
    for role, name in (("label", "Is the boat ready?"), ("label", "It leaves at nine"), ("text", "Message")):
        left, right = place(screen, role, name)
        assert 0 <= left < right <= NARROW, name
    assert display.windows()[-1].width == NARROW
    screen.click("push button", "Back")
    until("the list alone", lambda: place(screen, "push button", "Send")[0] >= NARROW)
    row = next(extents for node, role, name in screen.walk()
               if role == "label" and name == bob.name and 0 < (extents := node.get_extents()).x < NARROW)
    screen.atspi.generate_mouse_event(row.x + 5, row.y + 5, "b1c")
    until("the conversation again", lambda: 0 < place(screen, "push button", "Send")[1] <= NARROW)


def test_left_to_right(screen, display, bob):
    """As it is for those who write so; the next one is the other way round."""
    open_window(screen, display, WIDE)
    screen.see("label", bob.name)
    screen.action("open-conversation", bob.name)
    until("both sides", lambda: place(screen, "label", "Is the boat ready?")[0] > 0)
    assert place(screen, "label", "Is the boat ready?")[0] < place(screen, "label", "It leaves at nine")[0]


def test_high_contrast(screen, display, bob):
    """With a style of its own, of which nothing is complained about; what is said is where it was."""
    open_window(screen, display, WIDE, ADW_DEBUG_HIGH_CONTRAST="1", ADW_DISABLE_PORTAL="1")
    screen.see("label", bob.name)
    screen.action("open-conversation", bob.name)
    until("both sides", lambda: place(screen, "label", "Is the boat ready?")[0] > 0)
    assert place(screen, "label", "It leaves at nine")[1] <= WIDE


@pytest.mark.skipif(not (TRANSLATIONS / "fa" / "LC_MESSAGES").exists(), reason="the translations are not built")
def test_right_to_left(screen, display, bob):
    """In Persian the list is at the right, and one's own messages at the left."""
    open_window(screen, display, WIDE, LANGUAGE="fa", SM_LOCALE_DIR=str(TRANSLATIONS))
    row = screen.see("label", bob.name)
    assert screen.see("frame", "پیام‌رسان امن")
    screen.action("open-conversation", bob.name)
    until("both sides", lambda: place(screen, "label", "Is the boat ready?")[0] > 0)
    other, own = place(screen, "label", "Is the boat ready?"), place(screen, "label", "It leaves at nine")
    assert own[0] < other[0]
    listed = row.get_extents()
    assert listed.x > other[0]
    assert screen.see("label", "امروز")
