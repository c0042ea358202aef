# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: envelopes that are good for the moment only."""
import itertools
import secrets
import time

from harness.client import Client, Device, run
from harness.wire import schema

numbers = itertools.count(1)


def name():
    return f"ephemeral{next(numbers)}"


async def people(server, count):
    return [await Client.newcomer(server, name()) for _ in range(count)]


async def ephemeral(sender, to, payloads):
    stored, refused = await sender.send_many(to, payloads, ephemeral=True)
    assert len(stored) == len(payloads) and not refused


async def until_comes(client, payload):
    """All envelopes up to that one, and what came with it."""
    got = []
    while payload not in [e.payload for e in got]:
        got += (await client.hear()).deliver.envelopes
    return got


def test_reaches_who_is_connected(server):
    async def story():
        people_ = await people(server, 5)  # on both threads
        sender = people_[0]
        for other in people_:
            await ephemeral(sender, other.device, [b"typing"])
            envelope, = await other.envelopes(1)
            assert (envelope.sequence, envelope.payload, envelope.sender) == (0, b"typing", sender.device.name)
            assert envelope.sender_device_id == 1 and abs(envelope.stored_ms / 1000 - time.time()) < 3600
    run(story())


def test_is_never_stored(server):
    """Whoever comes later, or comes back, does not see it; acks and the order of the others are as without it."""
    async def story():
        alice, bob = await people(server, 2)
        await bob.close()
        await ephemeral(alice, bob.device, [b"nobody there"])
        bob = await Client.back(server, bob.device)
        await bob.nothing_comes()

        sent = []
        for i in range(20):
            await ephemeral(alice, bob.device, [b"moment"])
            await alice.send_many(bob.device, [b"%d" % i])
            sent.append(b"%d" % i)
        kept = [e for e in await until_comes(bob, sent[-1]) if e.sequence]
        assert [e.payload for e in kept] == sent
        assert [e.sequence for e in kept] == sorted({e.sequence for e in kept})
        await bob.ack(kept[9].sequence)
        await bob.settle()
        bob = await Client.back(server, bob.device)
        assert [e.payload for e in await bob.envelopes(10)] == sent[10:]
        await bob.ack(kept[19].sequence)
        await bob.settle()
        bob = await Client.back(server, bob.device)
        await bob.nothing_comes()
    run(story())


def test_tells_nothing_of_others(server):
    """A name that nobody has and another device are answered as one that is there."""
    async def story():
        alice, bob, gone = await people(server, 3)
        await gone.close()
        nobody, other = Device("nobody-has-this"), Device(bob.device.name)
        nobody.id, other.id = 1, 7
        for to in (bob.device, gone.device, nobody, other):
            await ephemeral(alice, to, [b"probe"])
        envelope, = await bob.envelopes(1)
        assert envelope.payload == b"probe"
        await bob.nothing_comes()
    run(story())


def test_one_batch_of_both_kinds(server):
    async def story():
        alice, bob = await people(server, 2)
        pb = schema()
        made = [pb.OutgoingEnvelope(id=secrets.token_bytes(16), recipient=bob.device.name, device_id=1,
                                    payload=b"%d" % i, ephemeral=i % 2 == 0) for i in range(20)]
        alice.requests += 1
        await alice.tell(alice.requests, send=pb.Send(envelopes=made))
        stored = set()
        while len(stored) < 20:
            result = (await alice.hear()).send_result
            assert not result.refused
            stored |= set(result.stored)
        assert stored == {e.id for e in made}
        got = await bob.envelopes(20)
        assert {e.payload for e in got if e.sequence == 0} == {e.payload for e in made if e.ephemeral}
        assert [e.payload for e in got if e.sequence] == [e.payload for e in made if not e.ephemeral]
    run(story())


def test_same_limits(stage):
    server = stage.server({"limits": {"sends-per-account": "10/h", "sends-per-recipient": "6/h", "payload": "1K"}})

    async def story():
        alice, bob = await people(server, 2)
        nobody = Device("nobody-has-this")
        nobody.id = 1
        _, refused = await alice.send_many(bob.device, [bytes(2000)], ephemeral=True)
        assert [e.code for e in refused.values()] == [schema().ERROR_CODE_TOO_LARGE]
        for to in (bob.device, nobody):  # the same for who is there and who is not
            stored, refused = await alice.send_many(to, [b"x"] * (7 if to is nobody else 6), ephemeral=True)
            if to is bob.device:
                assert len(stored) == 5
            else:
                assert not stored
            assert {e.code for e in refused.values()} == {schema().ERROR_CODE_RATE_LIMITED}
    run(story())


def test_does_not_pile_up(stage):
    """Who does not read loses them, and nothing else; the server's memory is not theirs to fill."""
    server = stage.server({"limits": {"unacked-messages": 65536, "unacked-bytes": "256M"}})

    async def story():
        alice, bob = await people(server, 2)
        bob.socket.transport.pause_reading()
        for _ in range(40):
            await ephemeral(alice, bob.device, [bytes(100 * 1024)] * 9)
        await alice.send_many(bob.device, [b"kept"])
        bob.socket.transport.resume_reading()
        assert len(await until_comes(bob, b"kept")) < 40 * 9 / 2
        await bob.nothing_comes()
    run(story())
