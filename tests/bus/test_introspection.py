# SPDX-License-Identifier: GPL-3.0-or-later
"""The running daemon is what dbus-interfaces/ says, member by member."""
import re
import xml.etree.ElementTree as ElementTree

import pytest
from harness import places
from harness.bus import NAME, ROOT

EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"
# For gdbus-codegen alone; nobody sees them on the bus.
FOR_GENERATORS = ("org.gtk.GDBus.",)


def annotations(element):
    return {a.get("name"): a.get("value") for a in element.findall("annotation")
            if not a.get("name").startswith(FOR_GENERATORS)}


def arguments(element, direction):
    return [(a.get("name"), a.get("type"), a.get("direction", direction)) for a in element.findall("arg")]


def members(interface):
    """Everything that a program could rely on, comparable."""
    found = {}
    for method in interface.findall("method"):
        found["method", method.get("name")] = arguments(method, "in"), annotations(method)
    for signal in interface.findall("signal"):
        found["signal", signal.get("name")] = arguments(signal, "out"), annotations(signal)
    for prop in interface.findall("property"):
        marks = {EMITS: "true"} | annotations(prop)
        found["property", prop.get("name")] = prop.get("type"), prop.get("access"), marks
    return found


def documented(interface):
    tree = ElementTree.parse(places.SOURCE / "dbus-interfaces" / f"{NAME}.{interface}.xml")
    element, = tree.getroot().findall("interface")
    assert element.get("name") == f"{NAME}.{interface}"
    return members(element)


def served(daemon, path):
    text, = daemon.call("org.freedesktop.DBus.Introspectable.Introspect", path=path)
    return ElementTree.fromstring(text)


def interfaces(node):
    return {i.get("name").removeprefix(NAME + "."): i for i in node.findall("interface")
            if i.get("name").startswith(NAME)}


@pytest.mark.parametrize("interface", ["Account", "Events", "Groups", "Messages", "Settings"])
def test_root(fresh, interface):
    assert members(interfaces(served(fresh, ROOT))[interface]) == documented(interface)


def test_nothing_else_on_the_root(fresh):
    node = served(fresh, ROOT)
    assert set(interfaces(node)) == {"Account", "Events", "Groups", "Messages", "Settings"}
    assert "org.freedesktop.DBus.ObjectManager" in [i.get("name") for i in node.findall("interface")]


def test_contact(pair):
    (alice, _), (_, bob_name) = pair
    node = served(alice, f"{ROOT}/contact/{bob_name}")
    assert set(interfaces(node)) == {"Contact", "Verification"}
    for interface in ("Contact", "Verification"):
        assert members(interfaces(node)[interface]) == documented(interface)


def test_group(pair):
    (alice, _), _ = pair
    path, _ = alice.call("Groups.Create", "(sasa{sv})", "introspected", [], {})
    node = served(alice, path)
    assert set(interfaces(node)) == {"Group"}
    assert members(interfaces(node)["Group"]) == documented("Group")


def test_every_file_is_tested():
    files = {path.stem.removeprefix(NAME + ".") for path in (places.SOURCE / "dbus-interfaces").glob("*.xml")}
    assert files == {"Account", "Events", "Group", "Groups", "Messages", "Contact", "Settings", "Verification"}


def test_manual_has_every_error():
    """The manual page's table of errors is the architecture's, which smctl is held against too."""
    architecture = (places.SOURCE / "docs" / "architecture.md").read_text()
    manual = (places.SOURCE / "docs" / "man" / "secure-messenger-dbus.5.scd").read_text()
    expected = dict(re.findall(r"^\| ([A-Z]\w+) \| (\d+) \|", architecture, re.MULTILINE))
    assert dict(re.findall(r"^\|  (\w+)\n:  (\d+)\n", manual, re.MULTILINE)) == expected
    assert len(expected) > 20
