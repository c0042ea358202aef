# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers take prekeys; the daemon gives new ones, and nobody gets one twice."""
import asyncio
import itertools

from harness.waiting import until
from harness.wire import Stranger


names = (f"eve{n}" for n in itertools.count(1))


def take(server, target, count):
    """A stranger, new each time, fetches the bundle of target so many times."""
    async def fetch():
        stranger = await Stranger.connect(server)
        await stranger.register(next(names))
        bundles = [(await stranger.bundles(target.name))[0] for _ in range(count)]
        await stranger.close()
        return bundles
    return asyncio.run(fetch())


def one_time_ids(bundles):
    return [b.one_time_prekey.id for b in bundles if b.HasField("one_time_prekey")]


def test_refill(server, stage):
    bob = stage.member("bob", server)
    taken = take(server, bob, 85)
    assert len(one_time_ids(taken)) == 85
    old = max(one_time_ids(taken)) + 15

    def refilled():
        taken.extend(take(server, bob, 1))
        return max(one_time_ids(taken)) > old
    until("new prekeys", refilled)
    ids = one_time_ids(taken)
    assert len(ids) == len(set(ids)), "a one-time prekey was handed out twice"


def test_last_resort(server, stage):
    """With everything taken while bob is away, strangers still reach him, and he is full again afterwards."""
    bob, carol, dave = (stage.member(name, server) for name in ("bob", "carol", "dave"))
    bob.stop()
    taken = take(server, bob, 105)
    assert 0 < len(one_time_ids(taken)) <= 100
    assert taken[-1].last_resort_prekey and not taken[-1].HasField("one_time_prekey")
    carol.send(bob, "by the last key")
    dave.send(bob, "by the same key")
    bob.start()
    bob.unlock()
    bob.wait_text(carol, "by the last key")
    bob.wait_text(dave, "by the same key")
    bob.send(carol, "got it")
    carol.wait_text(bob, "got it")
    until("new prekeys", lambda: one_time_ids(take(server, bob, 1)))
