# SPDX-License-Identifier: GPL-3.0-or-later
"""For scripts: a command for each event, and the examples of docs/examples, over kills and locks."""
import json
import os
import signal
import subprocess

import pytest

from harness import places
from harness.waiting import DEADLINE, until

EXAMPLES = places.SOURCE / "docs" / "examples"

# Appends its event to a file of its own making; as a careful person would write it.
RECORD = 'cat >>"$RECORD" && printf "%s\\n" "$SM_EVENT $SM_KIND $SM_CONVERSATION $SM_SENDER" >>"$RECORD.variables"'


def start(user, *arguments, **env):
    path = f"{places.SMCTL.parent}:{os.environ['PATH']}"
    return subprocess.Popen([str(a) for a in arguments], env=user.env | {"PATH": path} | env, cwd=user.folder,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)


def end(process):
    """At any moment, with the command that it runs: else that would go on beside the next one's."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def watch(user, command, state, **env):
    return start(user, places.SMCTL, "watch", "--exec", command, "--state", state, **env)


def texts(record):
    """Of the messages that came, in the order in which the command had them."""
    if not record.exists():
        return []
    lines = record.read_bytes().split(b"\n")[:-1]  # behind the last one there may be a part of another
    events = [json.loads(line) for line in lines]
    return [e["message"]["text"] for e in events if e["kind"] == "message-received"]


def once(items):
    return [item for n, item in enumerate(items) if n == 0 or items[n - 1] != item]


def test_command_for_each_event(alice, bob, tmp_path):
    """In order, one at a time; what people write is on standard input and nowhere else."""
    record, state = tmp_path / "record", tmp_path / "state"
    runner = watch(bob, RECORD, state, RECORD=str(record))
    until("it has begun", state.exists)
    sent = ["one", '$(touch pwned) `touch pwned`; touch pwned\n"\'', "سه", "x" * 65536]
    for text in sent:
        alice.send(bob, text)
    until("all are there", lambda: texts(record) == sent)
    end(runner)
    assert not (bob.folder / "pwned").exists()
    numbers = [line.split()[0] for line in (tmp_path / "record.variables").read_text().splitlines()]
    assert f"message-received {alice.name} {alice.name}" in (tmp_path / "record.variables").read_text()
    assert numbers == sorted(set(numbers), key=int)
    assert state.read_text() in {f"{n}\n" for n in numbers}


def test_no_gap_over_kills(alice, bob, tmp_path):
    """smctl and smd are killed at any moment; every message is dealt with, in order, at most the last one twice."""
    record, state = tmp_path / "record", tmp_path / "state"
    state.write_text(f"{bob.account('LastEvent')}\n")
    sent = [f"kill {n}" for n in range(24)]
    runner = watch(bob, RECORD, state, RECORD=str(record))
    for n, text in enumerate(sent):
        alice.send(bob, text)
        if n % 6 == 2:
            end(runner)
            runner = watch(bob, RECORD, state, RECORD=str(record))
        if n % 12 == 7:
            bob.kill()
            assert runner.wait(DEADLINE) == 3
            runner.communicate()
            bob.start()
            bob.unlock()
            runner = watch(bob, RECORD, state, RECORD=str(record))
    until("all are there", lambda: once(texts(record)) == sent)
    end(runner)


def test_failing_command(alice, bob, tmp_path):
    """It ends with 1, says which event, and begins with the same one when the command works again."""
    record, state, broken = (tmp_path / name for name in ("record", "state", "broken"))
    state.write_text(f"{bob.account('LastEvent')}\n")
    command = f'[ -z "$(cat "$BROKEN" 2>/dev/null)" ] && {RECORD}'
    broken.write_text("yes")
    runner = watch(bob, command, state, RECORD=str(record), BROKEN=str(broken))
    before = state.read_text()
    alice.send(bob, "for a broken command")
    assert runner.wait(DEADLINE) == 1
    assert "failed with 1" in runner.communicate()[1]
    assert state.read_text() == before and not record.exists()
    broken.write_text("")
    runner = watch(bob, command, state, RECORD=str(record), BROKEN=str(broken))
    until("it is there", lambda: texts(record) == ["for a broken command"])
    end(runner)


def test_state_that_makes_no_sense(bob, tmp_path):
    state = tmp_path / "state"
    for wrong in "", "many", "-1", "1\n2", "99999999999999999999":
        state.write_text(wrong)
        bob.smctl("watch", "--state", state, expect=1)
        assert state.read_text() == wrong
    bob.smctl("watch", "--state", tmp_path / "no" / "folder", expect=1)


def test_alert(alice, bob, tmp_path):
    """Alerts that come while the account is locked, or the daemon is away, wait, and arrive in order."""
    def alert(text, code=0, to=bob.name):
        env = alice.env | {"PATH": f"{places.SMCTL.parent}:{os.environ['PATH']}", "ALERT_SPOOL": str(tmp_path)}
        done = subprocess.run([EXAMPLES / "alert", to], input=text, env=env, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        assert done.returncode == code, done.stderr
    alert("the disk is full")
    bob.wait_text(alice, "the disk is full")
    alice.lock()
    alert("locked 1", code=5)
    alert("locked 2", code=5)
    alice.stop()
    alert("away", code=3)
    alice.start()
    alice.unlock()
    alert("")  # only what waits
    bob.wait_text(alice, "away")
    assert [text for _, text in bob.texts(alice)][-3:] == ["locked 1", "locked 2", "away"]
    # What can never be sent holds nothing up.
    alert("x" * 70000)
    alert("goes on")
    bob.wait_text(alice, "goes on")
    assert len(list((tmp_path / bob.name).glob(".refused.*"))) == 1
    for nobody in ("nobody-is-called-that", "No Name"):
        alert("to nobody", to=nobody)
        assert len(list((tmp_path / nobody).glob(".refused.*"))) == 1


@pytest.mark.parametrize("bot, answer", [("bot.py", lambda text: text[::-1]), ("bot.sh", lambda text: f"You said: {text}")])
def test_bot(alice, bob, tmp_path, bot, answer):
    """It answers everybody, also those who wrote while it was not there."""
    state = tmp_path / "state"
    running = start(bob, EXAMPLES / bot, state)
    until("it has begun", state.exists)
    said = [f"hello {bot}", f"$(reboot) ; \"{bot}\" سلام"]
    alice.send(bob, said[0])
    alice.wait_text(bob, answer(said[0]))
    end(running)
    alice.send(bob, said[1])
    bob.wait_text(alice, said[1])
    running = start(bob, EXAMPLES / bot, state)
    alice.wait_text(bob, answer(said[1]))
    end(running)
    answers = [text for sender, text in alice.texts(bob) if sender == bob.name]
    assert once(answers)[-2:] == [answer(text) for text in said]
