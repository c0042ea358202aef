# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals as people and programs meet them, and the one table that says what they look like."""
import functools
import os
import re

import pytest

from harness import places
from harness.bus import DBusError, GLib, in_memory

ROW = re.compile(r"^\| (?P<name>\w+) \| (?P<code>\d+) \|", re.MULTILINE)


@functools.cache
def exit_codes():
    """From docs/architecture.md: {NAME of the error: exit code of smctl}."""
    text = (places.SOURCE / "docs" / "architecture.md").read_text()
    return {row["name"]: int(row["code"]) for row in ROW.finditer(text)}


def check(result, name):
    """That smctl refused, by the exit code of that error, with a sentence for a person and nothing on stdout."""
    assert result.code == exit_codes()[name], f"expected {name}:\n{result}"
    assert len(result.err.split()) >= 3 and "GDBus" not in result.err, f"not a sentence:\n{result}"
    assert not result.out, result


def check_call(name, user, member, *arguments, **more):
    """That a D-Bus call fails with that error. Returns its text."""
    with pytest.raises(DBusError) as caught:
        call(user, member, *arguments, **more)
    assert caught.value.name == name, f"expected {name}, got {caught.value}"
    assert len(caught.value.text.split()) >= 3, f"not a sentence: {caught.value}"
    return caught.value.text


SIGNATURES = {
    "Account.Register": "(ssha{sv})", "Account.Login": "(ssha{sv})", "Account.Unlock": "(ha{sv})",
    "Account.Lock": "(a{sv})", "Account.SetServer": "(sa{sv})", "Account.Reconnect": "(a{sv})", "Account.FindUsers": "(sa{sv})",
    "Messages.Send": "(ssa{sv})", "Messages.SendFile": "(sha{sv})", "Messages.History": "(sa{sv})",
    "Messages.Get": "(s)", "Messages.Edit": "(ssa{sv})", "Messages.Delete": "(sa{sv})",
    "Messages.React": "(ssa{sv})", "Events.List": "(ta{sv})",
}


def call(user, member, *arguments, **options):
    """A D-Bus call. Arguments in bytes go as file descriptors; options are those of its a{sv}."""
    fds = [in_memory(a) for a in arguments if isinstance(a, bytes)]
    values, handle = [], 0
    for argument in arguments:
        if isinstance(argument, bytes):
            argument, handle = handle, handle + 1
        values.append(argument)
    signature = SIGNATURES[member]
    if signature.endswith("a{sv})"):
        values.append({key.replace("_", "-"): variant(value) for key, value in options.items()})
    try:
        return user.bus.call(member, signature, tuple(values), fds)
    finally:
        for fd in fds:
            os.close(fd)


def variant(value):
    match value:
        case bool():
            return GLib.Variant("b", value)
        case int():
            return GLib.Variant("u", value)
        case str():
            return GLib.Variant("s", value)
