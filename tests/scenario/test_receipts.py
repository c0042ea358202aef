# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a message: delivered, read; and who is told."""
import pytest

from conftest import acquaint
from harness.bus import DBusError, GLib, NAME
from harness.user import path_encode
from harness.waiting import until


@pytest.fixture(scope="module")
def friends(shared_server, shared_stage):
    return acquaint(*[shared_stage.member(name, shared_server) for name in ("ann", "ben")])


def state(user, other, text):
    found = [m["state"] for m in user.history(other, 500) if m.get("text") == text]
    return found[-1] if found else None


def wait_state(user, other, text, wanted):
    until(f"{text}: {wanted}", lambda: state(user, other, text) == wanted)


def number(user, other):
    return user.contact(other, "LastMessage")


def mark_read(user, other, up_to=None):
    user.bus.call("Messages.MarkRead", "(sta{sv})", (other.name, number(user, other) if up_to is None else up_to, {}))


def choose(user, other, name, choice):
    user.bus.call("org.freedesktop.DBus.Properties.Set", "(ssv)", (f"{NAME}.Contact", name, GLib.Variant("s", choice)),
                  path=f"/org/securemessenger/Messenger1/contact/{path_encode(other.name)}")


def said(user, other, text, numbers=iter(range(10000))):
    """other has sent something after all that it had to tell, and user has it."""
    words = f"{text} {next(numbers)}"
    other.send(user, words)
    user.wait_text(other, words)


def test_delivered_then_read(friends):
    ann, ben = friends
    ann.send(ben, "the first")
    wait_state(ann, ben, "the first", "delivered")
    assert state(ben, ann, "the first") == "received"
    mark_read(ben, ann)
    assert state(ben, ann, "the first") == "read"
    wait_state(ann, ben, "the first", "read")
    kinds = [e["kind"] for e in ann.events()]
    assert kinds.index("message-delivered") < kinds.index("message-read")
    assert "conversation-read" in [e["kind"] for e in ben.events()]
    assert "[read]" in ann.smctl("history", ben.name, expect=0).out
    ann.restart()
    ann.wait_online()
    assert state(ann, ben, "the first") == "read"


def test_only_up_to_the_number(friends):
    ann, ben = friends
    for text in ("one", "two", "three"):
        ann.send(ben, text)
    ben.wait_text(ann, "three")
    second = [m["number"] for m in ben.history(ann) if m["text"] == "two"][0]
    mark_read(ben, ann, second)
    wait_state(ann, ben, "two", "read")
    wait_state(ann, ben, "three", "delivered")
    mark_read(ben, ann, 2**64 - 1)
    wait_state(ann, ben, "three", "read")


def test_many_at_once(friends):
    """More than fit into one receipt."""
    ann, ben = friends
    ben.stop()
    for n in range(300):
        ann.bus.call("Messages.Send", "(ssa{sv})", (ben.name, f"number {n}", {}))
    until("all sent", lambda: ann.account("QueuedMessages") == 0)
    ben.start()
    ben.unlock()
    ben.wait_text(ann, "number 299")
    mark_read(ben, ann)
    until("all read", lambda: all(m["state"] == "read" for m in ann.history(ben, 300)))


@pytest.mark.parametrize("setting, choice", [("no", "default"), ("yes", "no")])
def test_switched_off(friends, setting, choice):
    """In general, or for her alone: ann sees no difference from a ben who is away, or does not read."""
    ann, ben = friends
    one, two = f"one {choice}", f"two {choice}"
    for name in ("send-delivery-receipts", "send-read-receipts"):
        ben.smctl("settings", name, setting, expect=0)
    for name in ("SendDeliveryReceipts", "SendReadReceipts"):
        choose(ben, ann, name, choice)
    ann.send(ben, one)
    ben.wait_text(ann, one)
    mark_read(ben, ann)
    said(ann, ben, "whatever")
    assert state(ann, ben, one) == "sent"
    for name in ("SendDeliveryReceipts", "SendReadReceipts"):
        choose(ben, ann, name, "yes")
    ann.send(ben, two)
    wait_state(ann, ben, two, "delivered")
    mark_read(ben, ann)
    wait_state(ann, ben, two, "read")
    assert state(ann, ben, one) == "sent"  # what was not to be told then is not told now


def test_a_request_is_told_when_it_is_accepted(server, shared_stage):
    ann, ben = [shared_stage.member(name, server) for name in ("ann", "ben")]
    ann.send(ben, "hello")
    ben.wait_text(ann, "hello")
    mark_read(ben, ann)
    ben.restart()
    assert state(ann, ben, "hello") == "sent"
    ben.smctl("accept", ann.name, expect=0)
    wait_state(ann, ben, "hello", "read")


def test_not_while_the_key_is_another(friends, server, stage):
    """Whoever has logged in as ann learns nothing before ben has accepted the key."""
    ann, ben = friends
    again = stage.user(ann.name, ann.password)
    again.login(server)
    again.send(ben, "it is me")
    until("the key change", lambda: ben.contact(ann, "KeyChanged"))
    ben.wait_text(ann, "it is me")
    mark_read(ben, ann)
    ben.restart()
    assert state(again, ben, "it is me") == "sent"
    ben.trust(ann)
    wait_state(again, ben, "it is me", "read")


def test_refused(friends):
    ann, ben = friends
    for arguments in (("nobody-i-know", 1, {}), ("", 1, {})):
        with pytest.raises(DBusError) as info:
            ann.bus.call("Messages.MarkRead", "(sta{sv})", arguments)
        assert info.value.name == "NotFound"
    with pytest.raises(DBusError) as info:
        choose(ann, ben, "SendReadReceipts", "perhaps")
    assert info.value.name == "InvalidArgument"
    def was_read():
        return [e for e in ann.events() if e["kind"] == "conversation-read"]
    before = was_read()
    mark_read(ann, ben, 0)
    assert was_read() == before
