# SPDX-License-Identifier: GPL-3.0-or-later
"""One account, more than one machine."""
import shutil

from harness.refusal import call
from harness.waiting import until


def test_login_on_a_new_machine(server, stage):
    """The old machine is signed out and does not fight back; contacts see a new key, and decide."""
    old, bob = stage.member("alice", server), stage.member("bob", server)
    old.send(bob, "from the old machine")
    bob.wait_text(old, "from the old machine")
    old_key = bytes(old.account("IdentityKey"))

    new = stage.user(old.name, old.password)
    new.login(server)
    assert new.account("DeviceID") > old.account("DeviceID")
    assert bytes(new.account("IdentityKey")) != old_key
    until("the old machine is told", lambda: old.account("ConnectionError") == "DeviceRemoved")
    assert old.account("Connection") == "offline" and old.account("NextAttempt") == 0
    assert old.texts(bob) == [(old.name, "from the old machine")]  # what it has, it keeps

    # Bob writes before he knows: the message waits for his decision.
    stopped = bob.send(new, "is it you?", expect=21).json
    assert (stopped["state"], stopped["reason"]) == ("queued", "KeyChanged")
    assert bob.contact(new, "KeyChanged")
    assert bytes(bob.contact(new, "IdentityKey")) == bytes(new.account("IdentityKey"))
    assert [m["kind"] for m in bob.history(new)].count("key-change") == 1
    new.send(bob, "from the new machine")
    bob.wait_text(new, "from the new machine")

    bob.trust(new)
    new.wait_text(bob, "is it you?")
    assert not bob.contact(new, "KeyChanged")
    assert bob.contact(new, "SafetyNumber") == new.contact(bob, "SafetyNumber")
    bob.send(new, "welcome back")
    new.wait_text(bob, "welcome back")

    assert new.account("Connection") == "online" and old.account("Connection") == "offline"
    kinds = [e["kind"] for e in call(bob, "Events.List", 0, limit=500)[0]]
    assert kinds.count("key-changed") == kinds.count("key-accepted") == 1

    # Started again, the old machine is turned away again, says why, and can still be read.
    old.restart()
    until("the old machine is told", lambda: old.account("ConnectionError") == "DeviceRemoved")
    assert "taken over" in old.smctl("status", expect=0).out
    late = old.send(bob, "from the past", expect=20).json
    assert (late["state"], late["reason"]) == ("queued", "DeviceRemoved")
    assert old.texts(bob)[0] == (old.name, "from the old machine")

    # It comes back as a new machine.
    old.smctl("delete-account", "--local-only", "--yes", "--password-file", old.password_file, old.name, expect=0)
    old.login(server)
    until("the other machine is told", lambda: new.account("ConnectionError") == "DeviceRemoved")
    old.send(bob, "back again")
    bob.wait_text(old, "back again")
    assert bob.contact(old, "KeyChanged")
    assert "from the past" not in [text for _, text in bob.texts(old)]


def test_queued_before_the_login_elsewhere(server, stage):
    """Written while the old machine was the account's, taken in after: nothing is lost silently."""
    old, bob = stage.member("alice", server), stage.member("bob", server)
    bob.send(old, "hello")
    old.wait_text(bob, "hello")
    bob.stop()
    new = stage.user(old.name, old.password)
    new.login(server)
    bob.start()
    bob.unlock()
    bob.wait_online()
    bob.send(new, "for whoever has the account", expect=21)
    bob.trust(new)
    new.wait_text(bob, "for whoever has the account")


def test_same_device_twice(server, stage):
    """The newer connection wins. The older one knows why, and comes back only when it is told to."""
    first = stage.member("alice", server)
    first.stop()
    copy = stage.user(first.name, first.password, start=False)
    shutil.rmtree(copy.home)
    shutil.copytree(first.home, copy.home, symlinks=True)
    first.start()
    first.unlock()
    first.wait_online()
    copy.start()
    copy.unlock()
    copy.wait_online()
    until("the older one is told", lambda: first.account("ConnectionError") == "Replaced")
    assert first.account("Connection") == "offline" and first.account("NextAttempt") == 0
    assert copy.account("Connection") == "online"

    call(first, "Account.Reconnect")
    first.wait_online()
    until("now the other one is told", lambda: copy.account("ConnectionError") == "Replaced")
