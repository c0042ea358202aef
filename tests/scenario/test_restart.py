# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs end and begin; what people said stays, and what was on its way arrives."""
import signal

import pytest

from harness.process import Process
from harness.refusal import call
from harness.waiting import DEADLINE, until


def test_history_outlives_both_daemons(alice, bob):
    alice.send(bob, "remember this")
    bob.wait_text(alice, "remember this")
    bob.send(alice, "and this")
    alice.wait_text(bob, "and this")
    alice.wait_state(bob, "remember this", "delivered")
    bob.wait_state(alice, "and this", "delivered")
    before = alice.history(bob), bob.history(alice)
    for user in (alice, bob):
        user.restart()
        user.wait_online()
    assert (alice.history(bob), bob.history(alice)) == before
    alice.send(bob, "the session goes on")
    bob.wait_text(alice, "the session goes on")


def test_lock_and_unlock(alice, bob):
    alice.send(bob, "before the lock")
    alice.wait_state(bob, "before the lock", "delivered")
    history = alice.history(bob)
    alice.lock()
    assert alice.account("State") == "locked"
    assert alice.account("Connection") == "offline"
    assert alice.account("UserName") == "" and bytes(alice.account("IdentityKey")) == b""
    bob.send(alice, "are you there?")
    alice.lock()  # again: nothing to do
    alice.unlock()
    alice.wait_text(bob, "are you there?")
    assert alice.history(bob)[:len(history)] == history
    alice.unlock()  # again


def test_daemon_killed(alice, bob):
    alice.send(bob, "before the kill")
    alice.kill()
    alice.start()
    assert alice.account("State") == "locked"
    alice.unlock()
    assert alice.texts(bob)[-1] == (alice.name, "before the kill")
    alice.wait_online()
    alice.send(bob, "after the kill")
    bob.wait_text(alice, "after the kill")


def test_queue_outlives_the_daemon(server, alice, bob):
    server.stop()
    alice.wait_offline()
    alice.send(bob, "queued before the restart", expect=20)
    alice.restart()
    server.start()
    bob.wait_text(alice, "queued before the restart")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_server_restarts_while_sending(server, alice, bob, end):
    texts = [f"{end} {n}" for n in range(60)]
    for n, text in enumerate(texts):
        call(alice, "Messages.Send", bob.name, text)
        if n in (15, 40):
            getattr(server, end)()
            server.start()
    bob.wait_text(alice, texts[-1])
    assert [text for _, text in bob.texts(alice, 500)][-60:] == texts
    alice.wait_state(bob, texts[-1], "sent")


def test_server_ends_when_asked(stage):
    """With people connected and a message under way: it ends by itself, with exit 0."""
    server = stage.server()
    carol, dave = stage.member("carol", server), stage.member("dave", server)
    carol.send(dave, "one")
    server.process.process.send_signal(signal.SIGTERM)
    assert server.process.process.wait(DEADLINE) == 0
    carol.wait_offline()
    server.start()
    carol.wait_online()
    dave.wait_online()
    carol.send(dave, "two")
    dave.wait_text(carol, "two")


def test_daemon_ends_when_asked(alice):
    assert alice.stop() == 0
    alice.start()
    alice.unlock()


def test_second_daemon_stands_back(alice):
    """The name is taken: another smd on the same bus ends, and does not touch the store."""
    second = Process("smd-second", alice.folder, alice.daemon.arguments, alice.env)
    second.start()
    until("its end", lambda: not second.running)
    assert second.process.returncode != 0
    alice.daemon.check_running()
    assert alice.account("State") == "unlocked"
