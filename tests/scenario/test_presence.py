# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected and who is writing; and who may know it."""
import pytest

from conftest import acquaint
from harness.bus import GLib, NAME
from harness.user import path_encode
from harness.waiting import until


@pytest.fixture(scope="module")
def prompt(shared_stage):
    """A server that tells at once that somebody has gone."""
    return shared_stage.server({"limits": {"presence-grace": "0s"}})


@pytest.fixture(scope="module")
def friends(prompt, shared_stage):
    return acquaint(*[shared_stage.member(name, prompt) for name in ("ann", "ben")])


@pytest.fixture(scope="module")
def stranger(prompt, shared_stage):
    return shared_stage.member("sam", prompt)


def online(user):
    return {contact["name"] for contact in user.smctl("--json", "contacts", "--online", expect=0).lines}


def wait_online(user, *names):
    until(f"{user.name} sees {names}", lambda: online(user) == set(names))


def said(sender, receiver, numbers=iter(range(10000))):
    """What sender had to tell has come to receiver: this came after it."""
    words = f"now {next(numbers)}"
    sender.send(receiver, words)
    receiver.wait_text(sender, words)


def set_typing(user, other, active):
    user.bus.call("Contact.SetTyping", "(ba{sv})", (active, {}),
                  path=f"/org/securemessenger/Messenger1/contact/{path_encode(other.name)}")


def test_comes_and_goes(friends):
    ann, ben = friends
    wait_online(ann, ben.name)
    wait_online(ben, ann.name)
    assert "online" in ann.smctl("contacts", expect=0).out
    ben.lock()
    wait_online(ann)
    ben.unlock()
    wait_online(ann, ben.name)
    wait_online(ben, ann.name)
    ann.lock()  # who is not there knows nothing
    ann.unlock()
    wait_online(ann, ben.name)


@pytest.mark.parametrize("verb, name", [("settings", None), ("privacy", "ann")])
def test_hidden(friends, verb, name):
    """In general, or from her alone: ben still sees her."""
    ann, ben = friends
    words = [verb, ann.name] if name else [verb]
    wait_online(ann, ben.name)
    ben.smctl(*words, "show-presence", "no", expect=0)
    wait_online(ann)
    said(ben, ann)
    assert online(ann) == set()
    wait_online(ben, ann.name)
    ben.smctl(*words, "show-presence", "yes", expect=0)
    wait_online(ann, ben.name)


def test_blocked(friends):
    """Who is blocked sees somebody who went away; and is not seen."""
    ann, ben = friends
    wait_online(ann, ben.name)
    ben.smctl("block", ann.name, expect=0)
    wait_online(ann)
    wait_online(ben)
    ben.smctl("unblock", ann.name, expect=0)
    wait_online(ann, ben.name)
    wait_online(ben, ann.name)


def test_typing(friends):
    ann, ben = friends

    def seen(where):
        """Again and again, for she goes on writing."""
        def now():
            set_typing(ann, ben, True)
            return where()
        until("ben sees it", now)
    seen(lambda: ben.contact(ann, "Typing"))
    seen(lambda: [c for c in ben.smctl("--json", "contacts", expect=0).lines if c["name"] == ann.name][0]["typing"])
    seen(lambda: "writing" in ben.smctl("contacts", expect=0).out)
    set_typing(ann, ben, False)
    until("ben sees that it is over", lambda: not ben.contact(ann, "Typing"))
    set_typing(ann, ben, True)
    until("ben sees it again", lambda: ben.contact(ann, "Typing"))
    said(ann, ben)
    assert not ben.contact(ann, "Typing")  # the message ends it
    set_typing(ann, ben, True)
    until("ben sees that she goes on", lambda: ben.contact(ann, "Typing"))
    ben.restart()
    assert not ben.contact(ann, "Typing")
    ben.wait_online()


def test_typing_is_not_told(friends):
    ann, ben = friends
    ann.smctl("privacy", ben.name, "send-typing", "no", expect=0)
    set_typing(ann, ben, True)
    said(ann, ben)
    assert not ben.contact(ann, "Typing")
    assert ann.smctl("privacy", ben.name, "send-typing", expect=0).out == "no\n"
    ann.smctl("privacy", ben.name, "send-typing", "default", expect=0)


def test_strangers_learn_nothing(friends, stranger):
    """Of whom they ask, before they are accepted; and they do not show themselves before they are answered."""
    _, ben = friends
    stranger.send(ben, "do you know me?")
    ben.wait_text(stranger, "do you know me?")
    set_typing(ben, stranger, True)
    set_typing(stranger, ben, True)
    ben.restart()
    ben.wait_online()
    assert not stranger.contact(ben, "Typing") and online(stranger) == set()
    assert stranger.name not in online(ben)
    ben.smctl("accept", stranger.name, expect=0)
    wait_online(stranger, ben.name)
    until("ben sees them", lambda: stranger.name in online(ben))


def test_choices(friends):
    ann, ben = friends
    shown = ann.smctl("--json", "privacy", ben.name, expect=0).json
    assert shown == {"name": ben.name, "send_read_receipts": "default", "send_delivery_receipts": "default",
                     "show_presence": "default", "send_typing": "default"}
    changed = ann.smctl("--json", "privacy", ben.name, "send-read-receipts", "no", expect=0).json
    assert changed == {"name": ben.name, "send_read_receipts": "no"}
    ann.restart()
    assert ann.smctl("privacy", ben.name, "send-read-receipts", expect=0).out == "no\n"
    ann.smctl("privacy", "nobody-i-know", expect=25)
    ann.smctl("privacy", "nobody-i-know", "send-typing", "no", expect=25)
    ann.smctl("privacy", ben.name, "send-typing", "perhaps", expect=2)
    ann.smctl("privacy", ben.name, "lock-on-suspend", "no", expect=2)
