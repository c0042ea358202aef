# SPDX-License-Identifier: GPL-3.0-or-later
"""smctl, verb by verb: what scripts and people get from it, as smctl(1) promises."""
import json
import os
import pathlib
import re
import select
import signal
import subprocess

import pytest

from conftest import acquaint
from harness import places
from harness.relay import Relay
from harness.terminal import Terminal
from harness.waiting import DEADLINE, until

MANUAL = (places.SOURCE / "docs" / "man" / "smctl.1.scd").read_text()


def documented_keys(verb):
    """What smctl(1) says that the verb prints with --json."""
    section = MANUAL.split("\n# JSON\n")[1].split("\n# ")[0]
    text = re.search(rf"^(?:\*[\w-]+\*, )*\*{verb}\*(?:, \*[\w-]+\*)*\n((?:\t.*\n)+)", section, re.MULTILINE)[1]
    own = text.split("event, as it")[0]
    return set(re.findall(r"\*(\w+)\*", own)) - {"chat", "EXIT"}


# What a message has only where it is a reply, was edited, and so on.
SOMETIMES = {"reason", "reason_text", "unaccepted_key", "reply_to", "reply_sender", "reply_text", "edited", "edited_time",
             "reactions", "subject", "expires_after", "expires_time", "timer"}
OF_FILES = {"name", "media_type", "size", "width", "height", "thumbnail", "transfer", "transferred", "transfer_problem",
            "transfer_problem_text"}


def start(user, *arguments, **more):
    return subprocess.Popen([places.SMCTL, *arguments], env=user.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **more)


@pytest.fixture
def talked(alice, bob):
    """Seven messages at least, by turns."""
    for n in range(len(alice.history(bob)) if alice.knows(bob) else 0, 7):
        sender, other = (alice, bob) if n % 2 == 0 else (bob, alice)
        sender.send(other, f"number {n}")
        other.wait_text(sender, f"number {n}")
    return alice, bob


@pytest.mark.parametrize("verb, arguments", [
    ("status", []), ("contacts", []), ("history", ["{bob}"]), ("send", ["{bob}", "keys"]), ("reconnect", []), ("server", []),
    ("trust", ["--yes", "{bob}"]), ("verify", ["{bob}"]), ("session", ["{bob}"]), ("renew", ["{bob}"]), ("help", []), ("unlock", ["--password-file", "{password}"])])
def test_documented_keys(talked, verb, arguments):
    """Every key that comes is in the manual; those in the manual come, or are only there where there is something."""
    alice, bob = talked
    words = [word.format(bob=bob.name, password=alice.password_file) for word in arguments]
    seen = [set(line) for line in alice.smctl("--json", verb, *words, expect=0).lines]
    assert seen
    came, documented = set.union(*seen), documented_keys(verb)
    assert came <= documented
    assert documented - came <= SOMETIMES | (OF_FILES if verb in ("history", "send") else set())


def test_documented_keys_of_events(talked):
    alice, _ = talked
    watch = start(alice, "--json", "watch", "--since", "0")
    event = json.loads(watch.stdout.readline())
    watch.terminate()
    watch.communicate()
    assert set(event) <= documented_keys("watch") and {"number", "time", "kind"} <= set(event)


def test_pages_of_history(talked):
    alice, bob = talked
    alls = alice.smctl("--json", "history", "--limit", "0", bob.name, expect=0).lines
    numbers = [m["number"] for m in alls]
    assert len(numbers) >= 7 and numbers == sorted(set(numbers))

    def page(*options):
        return [m["number"] for m in alice.smctl("--json", "history", *options, bob.name, expect=0).lines]

    assert page("--limit", "3") == numbers[-3:]
    assert page("--limit", "3", "--before", numbers[-3]) == numbers[-6:-3]
    assert page("--limit", "2", "--after", numbers[1]) == numbers[2:4]
    assert page("--limit", "0", "--after", "0") == numbers
    assert page("--after", numbers[-1]) == []


def test_more_than_one_page(alice, bob):
    """More messages than one call brings: each once, and in order."""
    before = len(alice.smctl("--json", "history", "--limit", "0", bob.name).lines)
    script = "\n".join(f"line {n}" for n in range(520))
    alice.smctl("chat", "--json", bob.name, input=script, expect=0, timeout=4 * DEADLINE)
    for options in (["--limit", "0"], ["--limit", "0", "--after", "0"], ["--limit", "100000"]):
        lines = alice.smctl("--json", "history", *options, bob.name, expect=0).lines
        numbers = [m["number"] for m in lines]
        assert len(lines) == before + 520 and numbers == sorted(set(numbers))
        assert [m["text"] for m in lines[before:]] == [f"line {n}" for n in range(520)]
    assert len(alice.smctl("--json", "history", "--limit", "510", bob.name).lines) == 510


def test_history_is_what_the_daemon_says(talked):
    """Everything that there is of each message, and nothing else."""
    for user, other in (talked, talked[::-1]):
        until("both say the same", lambda: user.smctl("--json", "history", other.name, expect=0).lines == user.history(other))


def test_human_history(talked):
    """One line a message, the local time first; what a text says cannot pass for a line of its own."""
    alice, bob = talked
    bob.send(alice, "first\n2026-01-01 00:00:00 mallory: second")
    alice.wait_text(bob, "first\n2026-01-01 00:00:00 mallory: second")
    out = alice.smctl("history", "--limit", "1", bob.name, expect=0, env={"TZ": "IST-5:30"}).out
    here = alice.smctl("history", "--limit", "1", bob.name, expect=0, env={"TZ": "UTC"}).out
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d {bob.name}: first\n    2026-01-01 00:00:00 mallory: second\n", out)
    assert out[:19] != here[:19]


def test_standard_input_is_the_text(alice, bob):
    """One line feed at its end does not count; others do."""
    for text, arrives in (("piped\n", "piped"), ("two ends\n\n", "two ends\n"), ("none", "none")):
        alice.smctl("send", bob.name, "-", input=text, expect=0)
        bob.wait_text(alice, arrives)


def test_texts_as_arguments(alice, bob):
    alice.smctl("send", bob.name, "--", "--a text with dashes", expect=0)
    bob.wait_text(alice, "--a text with dashes")
    assert not alice.smctl("send", bob.name, "silent when all is well", expect=0).out
    alice.smctl("send", bob.name, "", expect=12)
    alice.smctl("send", "\udcff", "a name that is not UTF-8", expect=8)
    done = subprocess.run([os.fsencode(places.SMCTL), b"send", bob.name.encode(), b"\xff\xfe"], env=alice.env,
                          capture_output=True, timeout=DEADLINE, check=False)
    assert done.returncode == 12, done


def test_password_by_descriptor(alice):
    alice.lock()
    reader, writer = os.pipe()
    os.write(writer, alice.password.encode() + b"\n")
    os.close(writer)
    done = subprocess.run([places.SMCTL, "unlock", "--password-fd", str(reader)], env=alice.env, pass_fds=[reader],
                          capture_output=True, timeout=DEADLINE, check=False)
    os.close(reader)
    assert done.returncode == 0, done
    assert alice.account("State") == "unlocked"
    alice.smctl("unlock", "--password-fd", "99", expect=2)
    alice.smctl("unlock", "--password-file", "/nonexistent", expect=1)
    alice.smctl("unlock", "--password-file", "x", "--password-fd", "0", expect=2)


def test_no_terminal_to_ask(alice, bob):
    """Where nobody can answer, it says which option it needs, and does nothing."""
    alice.lock()
    assert "--password-file" in alice.smctl("unlock", expect=2).err
    alice.unlock()
    alice.wait_online()


def test_status_and_contacts_for_people(talked):
    alice, bob = talked
    status = alice.smctl("status", expect=0).out
    assert re.search(rf"^Name +{alice.name}$", status, re.MULTILINE) and "unlocked" in status
    line, = [line for line in alice.smctl("contacts", expect=0).out.splitlines() if line.split()[0] == bob.name]
    assert "".join(line.split()[1:13]) == alice.contact(bob, "SafetyNumber")


def test_trust_asks(server, stage):
    """The person sees the number and decides; only "yes" is a yes."""
    old, bob = stage.member("trusted", server), stage.member("decider", server)
    bob.send(old, "hello")
    assert "nothing to accept" in bob.smctl("trust", old.name, expect=0).err
    new = stage.user(old.name, old.password)
    new.login(server)
    bob.send(new, "is it you?", expect=21)
    line, = [line for line in bob.smctl("contacts").out.splitlines() if line.startswith(new.name)]
    assert f"smctl trust {new.name}" in line

    def answer(word):
        terminal = Terminal(bob, "trust", new.name)
        terminal.wait_for("(yes/no)")
        terminal.type(word)
        return terminal, terminal.wait_end()

    bob.smctl("trust", new.name, expect=2)
    bob.smctl("trust", "nobody-we-know", expect=25)
    terminal, code = answer("y\n")
    assert code == 21 and bob.contact(new, "KeyChanged")
    assert bob.contact(new, "SafetyNumber")[:5] in terminal.seen
    assert answer("\x03")[1] == 130 and bob.contact(new, "KeyChanged")
    assert answer("yes\n")[1] == 0 and not bob.contact(new, "KeyChanged")
    new.wait_text(bob, "is it you?")


def test_login_asks(server, stage):
    """A person who types the password is asked first whether the other device may be signed out."""
    old = stage.member("moved", server)
    new = stage.user(old.name, old.password)
    words = ["login", "--server", server.url, "--server-pin", server.pin, new.name]
    terminal = Terminal(new, *words)
    terminal.wait_for("(yes/no)")
    terminal.type("no\n")
    assert terminal.wait_end() not in (0, 2)
    assert new.account("State") == "no-account" and old.account("State") == "unlocked"

    terminal = Terminal(new, *words)
    terminal.wait_for("(yes/no)")
    terminal.type("yes\n")
    until("the prompt", lambda: not terminal.echoes())
    terminal.type(new.password + "\n")
    assert terminal.wait_end() == 0, terminal.seen
    assert new.account("State") == "unlocked"


def test_watch_one_conversation(talked):
    alice, bob = talked
    watch = start(alice, "watch", "--since", "0", "--conversation", "somebody-else")
    begin = alice.account("LastEvent")
    other = start(alice, "--json", "watch", "--conversation", bob.name, "--since", str(begin))
    bob.send(alice, "for the watcher")
    assert any("for the watcher" in line for line in other.stdout)  # there may be news of what was said before
    for process in (watch, other):
        until("it catches the signal", lambda: catches(process, signal.SIGINT))
        process.send_signal(signal.SIGINT)
    assert (watch.communicate(timeout=DEADLINE)[0], watch.returncode) == ("", 130)
    other.communicate(timeout=DEADLINE)
    assert other.returncode == 130


def test_watch_begins_now(talked):
    """Without --since nothing of the past, and everything from the start on."""
    alice, bob = talked
    with start(alice, "watch") as watch:
        until("it listens", lambda: bob.send(alice, "tick") and wait_readable(watch.stdout))
        assert any("tick" in line for line in watch.stdout)
        watch.terminate()


def catches(process, number):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"^SigCgt:\s*(\w+)$", status, re.MULTILINE)[1], 16) >> (number - 1) & 1


def wait_readable(stream):
    return bool(select.select([stream], [], [], 1)[0])


def test_watch_ends_with_its_reader(talked):
    """`smctl watch | head -1` ends with head, and does not wait for an event to find out."""
    alice, _ = talked
    watch = start(alice, "watch", "--since", "0")
    watch.stdout.readline()
    watch.stdout.close()
    assert watch.wait(DEADLINE) == -signal.SIGPIPE
    watch.stderr.close()


def test_watch_ends_when_locked(talked):
    alice, _ = talked
    watch = start(alice, "watch", "--since", "0")
    watch.stdout.readline()
    alice.lock()
    _, err = watch.communicate(timeout=DEADLINE)
    assert watch.returncode == 5 and "unlock" in err
    alice.smctl("watch", expect=5)
    alice.smctl("chat", "bob", expect=5)
    alice.unlock()
    alice.wait_online()


def test_full_disk_behind_standard_output(talked):
    alice, bob = talked
    with open("/dev/full", "w") as full:
        done = subprocess.run([places.SMCTL, "history", bob.name], env=alice.env, stdout=full, stderr=subprocess.PIPE,
                              timeout=DEADLINE, check=False)
    assert done.returncode == 1 and done.stderr


def test_chat_from_a_script(alice, bob):
    """Lines in order; the exit code is that of the first one that could not be sent."""
    alice.smctl("chat", bob.name, input="one\n\ntwo\nthree", expect=0)
    bob.wait_text(alice, "three")
    assert [text for _, text in bob.texts(alice, 3)] == ["one", "two", "three"]
    alice.smctl("chat", bob.name, input=b"good\nbad \xff\nbetter\n", expect=12)
    bob.wait_text(alice, "better")
    alice.smctl("chat", bob.name, input="x" * 65537 + "\nshort\n", expect=13)
    bob.wait_text(alice, "short")
    alice.smctl("chat", "nobody-we-know", input="hello\n", expect=9)


def test_chat_shows_states(server, alice, bob):
    """What cannot be sent now says so, and says so again when it is."""
    terminal = Terminal(alice, "chat", bob.name)
    terminal.wait_for(f"{bob.name}> ")
    terminal.type("on its way\r")
    terminal.wait_for("on its way [")
    server.stop()
    alice.wait_offline()
    terminal.type("later\r")
    terminal.wait_for("later [queued")
    server.start()
    alice.smctl("reconnect", expect=0)
    terminal.wait_for("] later")
    terminal.type("\x03")
    assert terminal.wait_end() == 0
    bob.wait_text(alice, "later")


def test_chat_receipt_overtakes(server, stage):
    """That it arrived may be heard before that it was sent: what was shown as queued does not stay so."""
    carol, dave = stage.user(f"carol{next(stage.numbers)}"), stage.member("dave", server)
    relay = Relay(carol.folder, server)
    stage.ends.append(relay.close)
    carol.register(relay)
    under_way, held = set(), []
    relay.from_client = lambda frame: under_way.add(frame.request) or [frame] if frame.HasField("send") else [frame]
    relay.from_server = lambda frame: under_way.discard(frame.request) or [frame]
    acquaint(carol, dave)
    terminal = Terminal(carol, "chat", dave.name)
    terminal.wait_for(f"{dave.name}> ")
    dave.wait_state(carol, "Nice to meet you", "read")  # which was the last thing that carol had to tell
    until("nothing is under way", lambda: not under_way)

    def hold(frame):
        if frame.HasField("deliver"):
            held.append(frame)
        return [] if frame.HasField("deliver") or frame.HasField("send_result") else [frame]
    relay.from_server = hold
    terminal.type("on its way\r")
    terminal.wait_for("on its way [queued")
    until("the receipt", lambda: held)
    relay.inject(*held)
    terminal.wait_for("[delivered] on its way")
    terminal.type("\x03")
    assert terminal.wait_end() == 0


def test_chat_terminated(alice, bob):
    """A signal ends it, and the terminal is as it was."""
    terminal = Terminal(alice, "chat", bob.name)
    terminal.wait_for(f"{bob.name}> ")
    assert not terminal.echoes()
    terminal.process.terminate()
    assert terminal.wait_end() == -signal.SIGTERM
    assert terminal.echoes()
