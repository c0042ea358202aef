# SPDX-License-Identifier: GPL-3.0-or-later
"""What smctl says where something cannot be done: of the thing itself, and no word of another."""
import os
import subprocess

import pytest

from harness import places
from harness.process import environment
from harness.waiting import DEADLINE, until

NOWHERE = "0" * 60


@pytest.fixture
def talked(alice, bob):
    alice.send(bob, "words")
    bob.wait_text(alice, "words")
    bob.smctl("accept", alice.name, expect=0)
    return alice, bob


def newest(user, other):
    return user.smctl("--json", "history", "--limit", "1", other.name, expect=0).lines[0]["id"]


def says(user, code, words, *arguments, **more):
    done = user.smctl(*arguments, expect=code, **more)
    assert words in done.err and "pin" not in done.err, done.err


def test_refusals_say_what_is_wrong(talked):
    alice, bob = talked
    id = newest(alice, bob)
    says(bob, 29, "accepted", "decline", alice.name)
    says(alice, 29, "emoji", "react", id, "ab")
    says(alice, 29, "5 seconds", "timer", bob.name, "4s")
    says(alice, 25, "no file", "save", id)
    says(alice, 1, "nowhere", "unlock", "--password-file", "nowhere")
    caption = "c" * 16385
    says(alice, 13, "16,384", "send", "--file", alice.password_file, bob.name, "-", input=caption)
    says(alice, 29, "somebody else", "send", "--file", alice.password_file, alice.name)


def test_nothing_to_compare(talked):
    """Somebody who was never heard of has no safety number, and nobody stands between."""
    alice, _ = talked
    alice.smctl("send", "nobody-here", "hello", expect=9)
    for arguments in ([], ["--yes"], ["--code", NOWHERE]):
        says(alice, 34, "no safety number", "verify", *arguments, "nobody-here")
    says(alice, 34, "no safety number", "trust", "nobody-here")


def test_emoji_without_a_terminal(talked):
    """It is said at once, not after the contact has been waited for."""
    alice, bob = talked
    done = subprocess.run([places.SMCTL, "verify", "--emoji", bob.name], env=alice.env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE, start_new_session=True)
    assert done.returncode == 2 and "terminal" in done.stderr and "Waiting" not in done.stderr


@pytest.mark.parametrize("closed, arguments", [(1, ["status"]), (0, ["send", "{bob}", "-"])])
def test_closed_descriptors(talked, closed, arguments):
    """What was closed is not taken for what is opened next, such as the bus."""
    alice, bob = talked
    words = [word.format(bob=bob.name) for word in arguments]
    done = subprocess.run([places.SMCTL, *words], env=alice.env, stderr=subprocess.PIPE, text=True, timeout=DEADLINE,
                          preexec_fn=lambda: os.close(closed))
    assert done.returncode == 1 and "Bad file descriptor" in done.stderr


def test_saving_into_a_broken_pipe(talked):
    """As any program that writes into a pipe which nobody reads: silently."""
    alice, bob = talked
    file = alice.folder / "some.bin"
    file.write_bytes(os.urandom(300_000))
    alice.smctl("send", "--file", file, bob.name, expect=0)
    id = newest(alice, bob)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([places.SMCTL, "save", "--output", "-", id], env=alice.env, stdout=writer,
                          stderr=subprocess.PIPE, text=True, timeout=DEADLINE)
    os.close(writer)
    assert done.returncode == -13 and not done.stderr


def test_daemon_without_a_bus(tmp_path):
    env = environment(tmp_path)
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        env.pop(name, None)
    done = subprocess.run([places.SMD, "--state-folder", tmp_path / "state"], env=env, capture_output=True, text=True,
                          timeout=DEADLINE)
    assert done.returncode == 1 and "DBUS_SESSION_BUS_ADDRESS" in done.stderr


def test_groups(talked):
    """The plus sign belongs to a new name as to an old one; what half happened is said."""
    alice, bob = talked

    def group(*arguments, expect=0):
        return alice.smctl("--json", "group", "--yes", *arguments, expect=expect)

    assert group("create", "+boats", bob.name).json["conversation"] == "+boats"
    assert group("rename", "boats", "+ships").json["conversation"] == "+ships"
    says(alice, 29, "5 seconds", "group", "timer", "ships", "2s")
    says(alice, 2, "number", "group", "timer", "ships", "2")
    says(alice, 29, "leave", "group", "remove", "ships", alice.name)
    alice.smctl("timer", "+ships", "1h", expect=0)
    assert alice.smctl("timer", "+ships", expect=0).out == "1h\n"
    until("bob is in it", lambda: bob.smctl("timer", "+ships").out == "1h\n")
    says(bob, 51, "administrator", "timer", "+ships", "1d")
    assert "with you alone" in group("create", "lone", "nobody-here", expect=57).err
    assert "with you alone" not in group("create", "", "nobody-here", expect=55).err
    group("promote", "ships", bob.name)
    group("leave", "ships")

    def listed():
        line, = [l for l in alice.smctl("group", "list", expect=0).out.splitlines() if l.startswith("+ships")]
        return line
    until("somebody else has let her go", lambda: "you have left" in listed())
    assert "administer" not in listed()


def test_oneself(talked):
    """Notes are a conversation without another side: nothing is sent for it, and nothing comes back as forged."""
    alice, _ = talked
    alice.smctl("send", alice.name, "a note", expect=0)
    says(alice, 29, "session", "renew", alice.name)
    says(alice, 29, "Notes", "timer", alice.name, "1h")
    says(alice, 29, "themselves", "block", alice.name)
    says(alice, 34, "safety number", "verify", alice.name)


def test_export_into_a_device(talked):
    alice, _ = talked
    with open("/dev/full", "wb") as full:
        done = subprocess.run([places.SMCTL, "export"], env=alice.env, stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=DEADLINE)
    assert done.returncode == 29 and "file or a pipe" in done.stderr


def test_login_with_a_wrong_name(stage, server):
    """The server tells nobody which of the two it was."""
    user = stage.user("zoe")
    done = user.smctl("login", "--server", server.url, "--server-pin", server.pin, "--password-file", user.password_file,
                      "nobody-here", expect=6)
    assert "nobody" in done.err and "name" in done.err
