# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: who shows themselves to whom."""
import itertools
import secrets

import pytest

from harness import metrics
from harness.client import Client, run
from harness.wire import Refused, schema

numbers = itertools.count(1)


def name():
    return f"presence{next(numbers)}"


def ticket():
    return secrets.token_bytes(16)


async def set_presence(client, shown=(), watched=()):
    answer = await client.ask(set_presence=schema().SetPresence(shown=shown, watched=watched))
    assert answer.HasField("done")


async def changes(client):
    """The next PresenceChanged, as (connected, disconnected)."""
    for frame in [f for f in client.unasked if f.HasField("presence_changed")]:
        client.unasked.remove(frame)
        return set(frame.presence_changed.connected), set(frame.presence_changed.disconnected)
    while True:
        frame = await client.hear()
        if frame.HasField("presence_changed"):
            return set(frame.presence_changed.connected), set(frame.presence_changed.disconnected)
        client.unasked.append(frame)


async def quiet(client):
    """Nothing about presence has come, and nothing is on its way from what was done so far."""
    await client.settle()
    assert not [f for f in client.unasked if f.HasField("presence_changed")]


@pytest.fixture(scope="module")
def prompt(shared_stage):
    """A server that tells at once that somebody has gone."""
    return shared_stage.server({"limits": {"presence-grace": "0s"}})


def test_sees_who_is_there(prompt):
    async def story():
        alice, bob = await Client.newcomer(prompt, name()), await Client.newcomer(prompt, name())
        a, b = ticket(), ticket()
        await set_presence(alice, [a], [b])
        await quiet(alice)
        await set_presence(bob, [b], [a])
        assert await changes(bob) == ({a}, set())
        assert await changes(alice) == ({b}, set())
        await set_presence(bob, [], [a])  # hides
        assert await changes(bob) == ({a}, set())  # a new set begins anew
        assert await changes(alice) == (set(), {b})
        await set_presence(bob, [b], [])
        assert await changes(alice) == ({b}, set())
        await bob.close()
        assert await changes(alice) == (set(), {b})
    run(story())


def test_many_at_once(prompt):
    """1,000 contacts, seen in one frame."""
    async def story():
        alice = await Client.newcomer(prompt, name())
        tickets = [ticket() for _ in range(1000)]
        shown = [tickets[i::4] for i in range(4)]
        others = [await Client.newcomer(prompt, name()) for _ in range(4)]
        for other, mine in zip(others, shown):
            await set_presence(other, mine)
        await set_presence(alice, [], tickets)
        assert await changes(alice) == (set(tickets), set())
        await others[0].close()
        gone = set()
        while gone != set(shown[0]):
            connected, disconnected = await changes(alice)
            assert not connected
            gone |= disconnected
    run(story())


def test_back_at_once_was_never_away(stage):
    server = stage.server({"limits": {"presence-grace": "60s"}})

    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        b = ticket()
        await set_presence(alice, [], [b])
        await set_presence(bob, [b])
        assert await changes(alice) == ({b}, set())
        for _ in range(4):  # by either thread
            await bob.close()
            bob = await Client.back(server, bob.device)
            await set_presence(bob, [b])
            newer = await Client.back(server, bob.device)
            await set_presence(newer, [b])
            assert await bob.end() == ("REPLACED", 4001)
            bob = newer
        await quiet(alice)
        await set_presence(bob)
        assert await changes(alice) == (set(), {b})  # who hides is gone at once
    run(story())


def test_grace_passes(stage):
    server = stage.server({"limits": {"presence-grace": "500ms"}})

    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        b = ticket()
        await set_presence(alice, [], [b])
        await set_presence(bob, [b])
        assert await changes(alice) == ({b}, set())
        await bob.close()
        assert await changes(alice) == (set(), {b})
    run(story())


def test_hostile_tickets(prompt):
    async def story():
        alice, bob, mallory = [await Client.newcomer(prompt, name()) for _ in range(3)]
        b = ticket()
        await set_presence(alice, [], [b])
        await set_presence(bob, [b])
        assert await changes(alice) == ({b}, set())
        await set_presence(mallory, [b] * 1000, [b] * 1000)  # who has learned it shows herself too
        await bob.close()
        await quiet(alice)
        await mallory.close()
        assert await changes(alice) == (set(), {b})

        for wrong in ({"shown": [bytes(15)]}, {"watched": [bytes(17)]}, {"shown": [ticket()] * 1001}):
            mallory = await Client.back(prompt, mallory.device)
            await mallory.tell(9, set_presence=schema().SetPresence(**wrong))
            assert await mallory.end() == ("PROTOCOL_ERROR", 4000)
        stranger = await Client.connect(prompt)
        with pytest.raises(Refused, match="OUT_OF_ORDER"):
            await set_presence(stranger, [ticket()])
    run(story())


def test_limits(stage):
    server = stage.server({"server": {"metrics": "127.0.0.1:0"},
                           "limits": {"presence-tickets": 2500, "presence-per-account": "4/h"}})

    def counted():
        return metrics.read(server.metrics_url)["presence_tickets"]

    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        many = [ticket() for _ in range(1000)]
        await set_presence(alice, many, many)
        assert await changes(alice) == (set(many), set())
        with pytest.raises(Refused, match="BUSY"):
            await set_presence(bob, many)
        assert counted() == 2000
        await set_presence(bob, many[:500])
        await set_presence(alice, many[:1])
        assert counted() == 501
        await set_presence(bob, many)
        await set_presence(bob, many)
        with pytest.raises(Refused, match="RATE_LIMITED"):
            await set_presence(bob, many)
        await set_presence(alice)
        assert counted() == 1000
    run(story())
