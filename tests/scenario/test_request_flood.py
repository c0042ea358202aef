# SPDX-License-Identifier: GPL-3.0-or-later
"""
Thousands of strangers at once, as somebody with a server, or with many accounts, can make them: the requests have a bound, the
rest is counted, and whoever is known is heard as before.
"""
import pytest

from harness.desktop import Desktop
from harness.relay import Relay
from harness.strangers import Strangers
from harness.waiting import until

CROWD = 2000
REQUESTS_MAX = 200
FRAME = 100  # envelopes


@pytest.fixture
def scene(server, stage):
    """bob, behind a relay that can hand him anything; alice, whom he knows; strangers."""
    alice, bob = stage.member("alice", server), stage.user("bob-in-a-flood")
    relay = Relay(bob.folder, server)
    stage.ends.append(relay.close)
    bob.register(relay)
    alice.send(bob, "Hello")
    bob.wait_text(alice, "Hello")
    bob.smctl("accept", alice.name, expect=0)
    strangers = Strangers(server, bob, "whoever-asks")
    stage.ends.append(strangers.end)
    yield alice, bob, relay, strangers
    bob.stop()


def store_size(user):
    folder = user.home / ".local/state/secure-messenger"
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def open_requests(user):
    return [request["name"] for request in user.smctl("--json", "requests", expect=0).lines]


def test_a_crowd_of_strangers(scene):
    alice, bob, relay, strangers = scene
    desktop = Desktop(bob)
    names = [f"stranger{n}" for n in range(CROWD)]
    envelopes = [strangers.envelope(name, f"{name} has an offer") for name in names]
    for at in range(0, CROWD, FRAME):
        relay.deliver(*envelopes[at:at + FRAME])
        if at == CROWD // 2:
            alice.send(bob, "in the middle of it")
    bob.wait_text(alice, "in the middle of it")
    until("all counted", lambda: bob.account("RejectedEnvelopes") >= CROWD - REQUESTS_MAX)
    assert bob.account("RejectedEnvelopes") == CROWD - REQUESTS_MAX
    assert sorted(open_requests(bob)) == sorted(names[:REQUESTS_MAX])

    # Nobody's words on the screen, and few notifications of all that.
    desktop.see("a summary", lambda shown: any(f"{REQUESTS_MAX}" in s.body or f"{REQUESTS_MAX + 1}" in s.body for s in shown))
    assert len(desktop.told) < 20 and not any("offer" in told.body for told in desktop.told)
    desktop.end()

    # What was refused has left nothing: it could be a million.
    size = store_size(bob)
    relay.deliver(*[strangers.envelope(f"late{n}", "x" * 1000) for n in range(FRAME)])
    until("these too", lambda: bob.account("RejectedEnvelopes") == CROWD - REQUESTS_MAX + FRAME)
    assert store_size(bob) - size < 64 * 1024 + FRAME * 100
    assert len(bob.smctl("--json", "contacts", expect=0).lines) == REQUESTS_MAX + 1

    # Room is made by whoever is answered, either way; a restart changes nothing.
    bob.smctl("decline", names[0], expect=0)
    bob.smctl("accept", names[1], expect=0)
    bob.restart()
    bob.wait_online()
    assert open_requests(bob) == sorted(names[2:REQUESTS_MAX])
    relay.deliver(*[strangers.envelope(f"next{n}", "is there room?") for n in range(3)])
    until("two got in", lambda: len(open_requests(bob)) == REQUESTS_MAX)
    until("the third counted", lambda: bob.account("RejectedEnvelopes") == CROWD - REQUESTS_MAX + FRAME + 1)
    alice.send(bob, "still there?")
    bob.wait_text(alice, "still there?")
    bob.send(alice, "as ever")
    alice.wait_text(bob, "as ever")
