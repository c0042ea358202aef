# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings: seen, changed, kept across restarts and locks, and refused where they make no sense."""
import pytest

from harness import places
from harness.bus import DBusError, GLib, NAME

PROPERTIES = "org.freedesktop.DBus.Properties"


def write(user, name, kind, value):
    user.bus.call(f"{PROPERTIES}.Set", "(ssv)", (f"{NAME}.Settings", name, GLib.Variant(kind, value)))


def test_kept(alice):
    assert alice.smctl("settings", "lock-on-suspend", expect=0).out == "yes\n"
    alice.smctl("settings", "lock-on-suspend", "no", expect=0)
    assert alice.smctl("--json", "settings", "lock-after-idle", "3600", expect=0).json == {"lock_after_idle": 3600}
    alice.restart()
    shown = alice.smctl("--json", "settings", expect=0).json
    assert (shown["lock_on_suspend"], shown["lock_after_idle"]) == (False, 3600)
    lines = dict(line.split() for line in alice.smctl("settings", expect=0).out.splitlines())
    assert (lines["lock-on-suspend"], lines["lock-after-idle"]) == ("no", "3600")
    alice.smctl("settings", "lock-on-suspend", "on", expect=0)
    alice.smctl("settings", "lock-after-idle", "0", expect=0)
    assert alice.smctl("--json", "settings", "lock-on-suspend", expect=0).json == {"lock_on_suspend": True}


@pytest.mark.parametrize("arguments, code", [
    (["no-such-setting"], 2), (["LockOnSuspend"], 2), (["lock-on-suspend", "maybe"], 2), (["lock-on-suspend", "1"], 2),
    (["lock-after-idle", "-1"], 2), (["lock-after-idle", "4294967296"], 2), (["lock-after-idle", "604801"], 29),
    (["lock-after-idle", ""], 2), (["a", "b", "c"], 2)])
def test_refused(alice, arguments, code):
    before = alice.smctl("settings", expect=0).out
    assert alice.smctl("settings", "--", *arguments, expect=code).err
    assert alice.smctl("settings", expect=0).out == before


def test_not_while_locked(alice):
    alice.lock()
    try:
        alice.smctl("settings", expect=5)
        alice.smctl("settings", "lock-on-suspend", "no", expect=5)
        with pytest.raises(DBusError) as info:
            write(alice, "LockOnSuspend", "b", False)
        assert info.value.name == "Locked"
    finally:
        alice.unlock()


@pytest.mark.parametrize("name, kind, value", [
    ("LockOnSuspend", "s", "yes"), ("LockAfterIdle", "u", 604801), ("LockAfterIdle", "i", 1), ("NoSuchSetting", "b", True)])
def test_bad_values_on_the_bus(alice, name, kind, value):
    with pytest.raises(DBusError) as info:
        write(alice, name, kind, value)
    assert "Invalid" in info.value.name or "UnknownProperty" in info.value.name


def test_without_an_account(stage):
    nobody = stage.user("nobody")
    nobody.smctl("settings", expect=4)
    with pytest.raises(DBusError) as info:
        write(nobody, "LockOnSuspend", "b", False)
    assert info.value.name == "NoAccount"


def test_manual_has_every_setting(alice):
    manual = (places.SOURCE / "docs" / "man" / "smctl.1.scd").read_text().split("# SETTINGS")[1].split("\n# ")[0]
    for name in alice.smctl("--json", "settings", expect=0).json:
        assert f"\n*{name.replace('_', '-')}*\n" in manual, name
