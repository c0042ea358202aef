# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a screen, as a screen reader would find it: asked for over its bus, all of a level at once, so that it takes few turns."""
import types

from gi.repository import Gio, GLib

ATSPI = "org.a11y.atspi."
PROPERTIES = "org.freedesktop.DBus.Properties"
REGISTRY, ROOT = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
WINDOW = 1  # coordinates that begin where the window does
TIMEOUT_MS = 30_000  # a busy machine is no failure
PLAIN = {"page tab", "scroll bar"}  # nothing in them is worth the way


class Bus:
    def __init__(self, address, role_name):
        self.role_name = role_name  # by its number
        flags = Gio.DBusConnectionFlags
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)

    def ask(self, questions):
        """The answers to (place, interface, method, arguments), in that order; None for what has gone meanwhile."""
        answers, left = [None] * len(questions), len(questions)

        def on_answer(connection, result, index):
            nonlocal left
            left -= 1
            try:
                answers[index] = connection.call_finish(result).unpack()[0]
            except GLib.Error:
                pass
        for index, ((name, path), interface, method, arguments) in enumerate(questions):
            self.connection.call(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, TIMEOUT_MS,
                                 None, on_answer, index)
        while left:
            GLib.MainContext.default().iteration(True)
        return answers

    def call(self, place, interface, method, arguments=None):
        name, path = place
        return self.connection.call_sync(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE,
                                         TIMEOUT_MS, None).unpack()

    def get(self, place, interface, name):
        return self.call(place, PROPERTIES, "Get", GLib.Variant("(ss)", (ATSPI + interface, name)))[0]

    def windows(self):
        """That in front comes first."""
        programs = self.call((REGISTRY, ROOT), ATSPI + "Accessible", "GetChildren")[0]
        # All at once: GTK 4.8 does not survive the question for a window that has closed meanwhile.
        windows = self.ask([(program, ATSPI + "Accessible", "GetChildren", None) for program in programs])
        return [Node(self, window) for those in windows for window in reversed(those or [])]

    def walk(self, top):
        """(node, role, name) of that and of all that is in it, each before what is in it."""
        found, below, level = {}, {}, [top.place]
        while level:
            answers = self.ask([(place, *question) for place in level for question in QUESTIONS])
            below |= zip(level, answers[1::3])
            found |= {place: (self.role_name(role), name or "")
                      for place, role, name in zip(level, answers[0::3], answers[2::3]) if role is not None}
            level = [child for place in level if place in found and found[place][0] not in PLAIN
                     for child in below[place] or []]
        yield from self.in_order(top.place, found, below)

    def in_order(self, place, found, below):
        if place in found:
            yield Node(self, place), *found[place]
            for child in below[place] or []:
                yield from self.in_order(child, found, below)


QUESTIONS = ((ATSPI + "Accessible", "GetRole", None), (ATSPI + "Accessible", "GetChildren", None),
             (PROPERTIES, "Get", GLib.Variant("(ss)", (ATSPI + "Accessible", "Name"))))


class Node:
    """An object on the screen."""
    def __init__(self, bus, place):
        self.bus, self.place = bus, tuple(place)

    def get_role_name(self):
        return self.bus.role_name(self.bus.call(self.place, ATSPI + "Accessible", "GetRole")[0])

    def get_name(self):
        return self.bus.get(self.place, "Accessible", "Name")

    def get_parent(self):
        return Node(self.bus, self.bus.get(self.place, "Accessible", "Parent"))

    def has(self, state):
        low, high = self.bus.call(self.place, ATSPI + "Accessible", "GetState")[0]
        return bool((high << 32 | low) >> int(state) & 1)

    def actions(self):
        return [self.bus.call(self.place, ATSPI + "Action", "GetName", GLib.Variant("(i)", (i,)))[0]
                for i in range(self.bus.get(self.place, "Action", "NActions"))]

    def do_action(self, index):
        return self.bus.call(self.place, ATSPI + "Action", "DoAction", GLib.Variant("(i)", (index,)))[0]

    def get_text(self, begin, end):
        return self.bus.call(self.place, ATSPI + "Text", "GetText", GLib.Variant("(ii)", (begin, end)))[0]

    def set_text_contents(self, text):
        return self.bus.call(self.place, ATSPI + "EditableText", "SetTextContents", GLib.Variant("(s)", (text,)))[0]

    def get_extents(self):
        x, y, width, height = self.bus.call(self.place, ATSPI + "Component", "GetExtents", GLib.Variant("(u)", (WINDOW,)))[0]
        return types.SimpleNamespace(x=x, y=y, width=width, height=height)
