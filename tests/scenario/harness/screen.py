# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's screen with the window on it, used as a screen reader does: a tree of roles, names and texts, and actions.

One screen in one process of tests: its library talks to one accessibility bus for as long as it lives.
"""
import contextlib
import os
import pathlib
import shutil
import subprocess

import gi

from harness import places, tree
from harness.process import Process
from harness.waiting import until

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

LAUNCHER = pathlib.Path("/usr/libexec/at-spi-bus-launcher")
NAME, PATH = "org.securemessenger.SecureMessenger", "/org/securemessenger/SecureMessenger"

KEYS = {"Return": 0xff0d, "Escape": 0xff1b, "Up": 0xff52, "Down": 0xff54, "Left": 0xff51, "Tab": 0xff09, "Menu": 0xff67, "BackSpace": 0xff08}  # keysyms
HELD = {"Shift": 50, "Control": 37, "Alt": 64}  # key codes of Xvfb's keyboard


def lacking():
    """What is not there to show the window and to look at it, or ""."""
    if not places.WINDOW.exists():
        return "the window is not built"
    if not shutil.which("Xvfb"):
        return "Xvfb is not there"
    if not LAUNCHER.exists():
        return "at-spi2-core is not there"
    try:
        gi.require_version("Atspi", "2.0")
    except ValueError:
        return "gir1.2-atspi-2.0 is not there"
    return ""


@contextlib.contextmanager
def on_screen(user, never=("CRITICAL",), known=()):
    """A screen for as long as stories are told on it; then no line that the window has logged has any of `never`, but those with any of `known`."""
    screen = Screen(user)
    try:
        yield screen
    finally:
        screen.end()
    log = screen.window.log()
    bad = [line for line in log.splitlines() if any(word in line for word in never)]
    assert all(any(word in line for word in known) for line in bad), log


class Screen:
    def __init__(self, user):
        self.user = user
        # Its abstract address, too: a file alone is taken away from a server that has the number already.
        self.server = Process("Xvfb", user.folder, ["Xvfb", "-displayfd", "1", "-nolisten", "tcp",
                                                    "-screen", "0", "1000x700x24", "-noreset"], user.env)
        self.server.start(stdout=subprocess.PIPE)
        display = ":" + self.server.process.stdout.readline().decode().strip()
        self.env = user.env | {"DISPLAY": display, "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo",
                               "GSETTINGS_BACKEND": "memory",
                               # What GTK and fontconfig keep to their end is theirs.
                               "ASAN_OPTIONS": user.env["ASAN_OPTIONS"] + ":detect_leaks=0"}
        self.launcher = Process("at-spi-bus-launcher", user.folder, [LAUNCHER, "--launch-immediately"], self.env)
        self.launcher.start()
        until("the accessibility bus", lambda: self.launcher.check_running() and user.bus.has("org.a11y.Bus"))
        os.environ["AT_SPI_BUS_ADDRESS"], = user.bus.call("org.a11y.Bus.GetAddress", path="/org/a11y/bus",
                                                          name="org.a11y.Bus")
        from gi.repository import Atspi
        self.atspi = Atspi
        Atspi.init()
        Atspi.set_timeout(30_000, 30_000)  # a busy machine is no failure
        self.tree = tree.Bus(os.environ["AT_SPI_BUS_ADDRESS"], Atspi.role_get_name)
        self.window = Process("secure-messenger", user.folder, [places.WINDOW], self.env)

    def end(self):
        self.window.stop()
        self.launcher.stop()
        self.server.stop()
        self.server.process.stdout.close()

    # The program

    def open(self):
        self.window.start()
        until("the window", lambda: self.window.check_running() and self.find("frame", "Secure Messenger"))

    def action(self, name, *arguments):
        """What a notification, or the desktop, asks the program for."""
        self.user.bus.call("org.freedesktop.Application.ActivateAction", "(sava{sv})",
                           (name, [GLib.Variant("s", argument) for argument in arguments], {}), path=PATH, name=NAME)

    def quit(self):
        self.action("quit")
        until("the window is closed", lambda: not self.window.running)
        assert self.window.process.returncode == 0, self.window.log()

    # What is in the window

    def walk(self, top=None):
        """Every object that is there for a screen reader, or in that one, with its role and name."""
        for node in [top] if top is not None else self.tree.windows():
            yield from self.tree.walk(node)

    def find(self, role, name):
        """The object with that role whose name has this in it, or None. It may go while one looks."""
        try:
            return next((node for node, is_role, is_name in self.walk() if is_role == role and name in is_name), None)
        except GLib.Error:
            return None

    def find_shown(self, role, name):
        """The same of those that have a place in the window: a page that is not in front has none."""
        try:
            return next((node for node, is_role, is_name in self.walk()
                         if is_role == role and name in is_name and node.get_extents().width > 0), None)
        except GLib.Error:
            return None

    def see(self, role, name):
        """Waits until it is there."""
        try:
            return until(f"{role} {name!r} in the window", lambda: self.window.check_running() and self.find(role, name))
        except AssertionError as problem:
            there = ", ".join(f"{is_role} {is_name!r}" for _, is_role, is_name in self.walk() if is_name)
            raise AssertionError(f"{problem}; there is {there}") from None

    def see_no(self, role, name):
        until(f"no {role} {name!r} in the window", lambda: self.window.check_running() and not self.find(role, name))

    def is_sensitive(self, role, name):
        """Whether it can be used: what is inside something that cannot be does not say so itself."""
        node = self.see(role, name)
        while node.get_role_name() != "application":
            if not node.has(self.atspi.StateType.SENSITIVE):
                return False
            node = node.get_parent()
        return True

    def click(self, role, name, action="click"):
        node = self.see(role, name)
        if role in ("push button", "page tab"):  # those cannot be used where they are not shown
            node = until(f"{role} {name!r} in front", lambda: self.find_shown(role, name))
        if action not in node.actions():  # what can be done with it may follow from what the window has still to hear of
            node = until(f"{role} {name!r} offers {action}",
                         lambda: (now := self.find(role, name)) and action in now.actions() and now)
        assert node.do_action(node.actions().index(action)), f"{role} {name!r}: {action}"

    def write(self, role, name, text):
        assert self.see(role, name).set_text_contents(text), f"{role} {name!r} takes no text"

    # The keyboard

    def focus(self, role, name):
        """Waits until keys go there."""
        def focused():
            node = self.find(role, name)
            return node and node.has(self.atspi.StateType.FOCUSED)
        until(f"{role} {name!r} has the focus", focused)

    def press(self, *keys):
        """Names as in KEYS, or a character; all but the last are held down."""
        *held, last = keys
        synthesize, kinds = self.atspi.generate_keyboard_event, self.atspi.KeySynthType
        for key in held:
            synthesize(HELD[key], None, kinds.PRESS)
        synthesize(KEYS.get(last) or ord(last), None, kinds.SYM)
        for key in reversed(held):
            synthesize(HELD[key], None, kinds.RELEASE)

    def mouse(self, what, x, y):
        """At a place on the screen, of which the window has the upper left corner: "abs" moves there, "b1p" presses the left button, "b1r"
        lets go of it, "b3c" clicks with the right one."""
        assert self.atspi.generate_mouse_event(x, y, what)

    def focused(self):
        """The role and name of what has the keyboard, or None."""
        try:
            return next(((role, name) for node, role, name in self.walk()
                         if node.has(self.atspi.StateType.FOCUSED)), None)
        except GLib.Error:
            return None

    def go_to(self, role, name):
        """From wherever the keyboard is, as somebody without a mouse does."""
        self.see(role, name)
        there = self.focused()
        for _ in range(40):
            if there and there[0] == role and name in there[1]:
                return
            before = there
            self.press("Tab")
            there = until("the keyboard goes on", lambda: (now := self.focused()) != before and now)
        raise AssertionError(f"{role} {name!r} cannot be reached by the keyboard")
