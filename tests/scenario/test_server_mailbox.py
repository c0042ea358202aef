# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: what is stored is delivered, in order, until it is acked, whatever happens between."""
import asyncio
import itertools
import secrets

import pytest

from harness import metrics
from harness.client import MARK, Client, run
from harness.waiting import until
from harness.wire import schema

numbers = itertools.count(1)


async def pair(server):
    n = next(numbers)
    return [await Client.newcomer(server, f"{who}{n}") for who in ("anna", "ben")]


def texts(envelopes):
    return [e.payload.decode() for e in envelopes]


def payloads(count, first=0):
    return [f"message {i}".encode() for i in range(first, first + count)]


def expected(count, first=0):
    return [p.decode() for p in payloads(count, first)]


def test_online(server):
    async def story():
        anna, ben = await pair(server)
        for first in range(0, 60, 20):
            await anna.send_many(ben.device, payloads(20, first))
        got = await ben.envelopes(60)
        assert texts(got) == expected(60)
        assert {(e.sender, e.sender_device_id) for e in got} == {(anna.device.name, 1)}
        assert [e.sequence for e in got] == sorted({e.sequence for e in got})
        assert all(e.stored_ms > 0 for e in got)
    run(story())


def test_offline_and_cursor(server):
    """What was acked stays away, what was not comes again, in order; from one connection to the next."""
    async def story():
        anna, ben = await pair(server)
        device = ben.device
        await ben.close()
        for first in range(0, 300, 100):
            await anna.send_many(device, payloads(100, first))

        ben = await Client.back(server, device)
        got = await ben.envelopes(300)
        assert texts(got) == expected(300)
        await ben.ack(got[119].sequence)
        await ben.nothing_comes()
        await ben.close()

        ben = await Client.back(server, device)
        again = await ben.envelopes(180)
        assert texts(again) == expected(180, 120)
        assert [e.sequence for e in again] == [e.sequence for e in got[120:]]
        await anna.send_many(device, payloads(5, 300))
        assert texts(await ben.envelopes(5)) == expected(5, 300)
        await ben.ack(2 ** 64 - 1)  # everything that it has
        await ben.nothing_comes()

        ben = await Client.back(server, device)
        await anna.send_many(device, payloads(1, 305))
        fresh, = await ben.envelopes(1)
        assert fresh.payload == b"message 305" and fresh.sequence > again[-1].sequence
    run(story())


def test_ack_goes_no_further_than_delivery(server):
    async def story():
        anna, ben = await pair(server)
        device = ben.device
        await ben.ack(2 ** 40)  # nothing was delivered
        await ben.close()
        await anna.send_many(device, payloads(3))
        ben = await Client.back(server, device)
        assert texts(await ben.envelopes(3)) == expected(3)
    run(story())


def test_repeats(stage):
    """The same envelope again is dropped and answered as before: waiting, delivered, acked, and after restarts."""
    server = stage.server()

    async def story():
        anna, ben = await pair(server)
        one, two = secrets.token_bytes(16), secrets.token_bytes(16)

        async def repeat():
            stored, refused = await anna.send_many(ben.device, [b"one", b"one again"], [one, one])
            assert stored == [one, one] and not refused
        await repeat()
        assert texts(await ben.envelopes(1)) == ["one"]
        await repeat()
        await ben.nothing_comes()

        server.restart()
        anna, ben = await Client.back(server, anna.device), await Client.back(server, ben.device)
        got = await ben.envelopes(1)
        await repeat()
        await ben.nothing_comes()
        await ben.ack(got[0].sequence)
        await ben.nothing_comes()
        await repeat()
        await ben.nothing_comes()

        # Acked: whether the server has kept that, a moment before it was killed, is not promised.
        server.kill()
        server.start()
        anna, ben = await Client.back(server, anna.device), await Client.back(server, ben.device)
        await repeat()
        await anna.send_many(ben.device, [b"two"], [two])
        got = []
        while two not in [e.id for e in got]:
            got += [e for e in await ben.some_envelopes() if not e.payload.startswith(MARK)]
        assert texts(got) in (["two"], ["one", "two"])

        # An ID is its sender's: nobody can take it from under another.
        carol = await Client.newcomer(server, "carol")
        await carol.send_many(ben.device, [b"carol's"], [one])
        assert texts(await ben.envelopes(1)) == ["carol's"]
    run(story())


def test_refusals_name_each_envelope(server):
    async def story():
        anna, ben = await pair(server)
        pb = schema()
        ids = [secrets.token_bytes(16) for _ in range(4)]
        targets = [(ben.device.name, 1), ("nobody-has-this", 1), (ben.device.name, 9), (ben.device.name, 1)]
        answer = await anna.ask(send=pb.Send(envelopes=[
            pb.OutgoingEnvelope(id=i, recipient=to, device_id=device, payload=b"x")
            for i, (to, device) in zip(ids, targets)]))
        assert sorted(answer.send_result.stored) == sorted([ids[0], ids[3]])
        assert {r.id: r.error.code for r in answer.send_result.refused} == {
            ids[1]: pb.ERROR_CODE_UNKNOWN_RECIPIENT, ids[2]: pb.ERROR_CODE_STALE_DEVICE}
    run(story())


def test_mailbox_full(stage):
    server = stage.server({"limits": {"mailbox-messages": 10, "mailbox-bytes": "20K"}})
    full = schema().ERROR_CODE_MAILBOX_FULL

    async def story():
        anna, ben = await pair(server)
        stored, refused = await anna.send_many(ben.device, payloads(12))
        assert len(stored) == 10 and [e.code for e in refused.values()] == [full] * 2
        got = await ben.envelopes(10)
        await ben.ack(got[-1].sequence)
        await ben.settle()
        stored, refused = await anna.send_many(ben.device, [bytes([i]) * 8000 for i in range(4)])
        assert len(stored) == 2 and len(refused) == 2
        server.restart()
        anna = await Client.back(server, anna.device)
        stored, refused = await anna.send_many(ben.device, [b"x" * 8000, b"small"])
        assert len(stored) == 1 and [e.code for e in refused.values()] == [full]
    run(story())


def test_payload_limit(stage):
    server = stage.server({"limits": {"payload": "2K"}})

    async def story():
        anna, ben = await pair(server)
        assert anna.welcome.limits.payload_max == 2048
        stored, refused = await anna.send_many(ben.device, [bytes(2048), bytes(2049)])
        assert len(stored) == 1 and [e.code for e in refused.values()] == [schema().ERROR_CODE_TOO_LARGE]
    run(story())


def test_window(stage):
    """No more than so many are under way; acks let the next ones come, from the store."""
    server = stage.server({"limits": {"unacked-messages": 8}})

    async def story():
        anna, ben = await pair(server)
        await anna.send_many(ben.device, payloads(100))
        got = []
        while len(got) < 100:
            fresh = (await ben.hear()).deliver.envelopes
            assert 0 < len(fresh) and len(got) + len(fresh) <= 100
            got += fresh
            await ben.ack(got[-1].sequence)
        assert texts(got) == expected(100)
    run(story())


def test_slow_reader(stage):
    """Somebody who does not read holds nobody up, and costs the server no more than the window."""
    server = stage.server({"limits": {"mailbox-messages": 5000}})
    frames = 20

    async def story():
        anna, ben = await pair(server)
        carol = await Client.newcomer(server, "carol")
        ben.socket.transport.pause_reading()
        for _ in range(frames):
            stored, _ = await anna.send_many(ben.device, [bytes(16 * 1024)] * 50)
            assert len(stored) == 50
        await anna.send_many(carol.device, [b"hello"])
        assert texts(await carol.envelopes(1)) == ["hello"]

        ben = await Client.back(server, ben.device)
        got = []
        while len(got) < frames * 50:
            got += (await ben.hear()).deliver.envelopes
            await ben.ack(got[-1].sequence)
        assert len({e.id for e in got}) == frames * 50
    run(story())


def test_retention(stage):
    """What nobody fetched in time goes by itself. What must stay is sent to a server that would keep it for long."""
    server = stage.server({"server": {"metrics": "127.0.0.1:0"}, "limits": {"retention": "1s"}})

    async def story():
        anna, ben = await pair(server)
        await ben.close()
        await anna.send_many(ben.device, payloads(5))

        def expired():
            return metrics.read(server.metrics_url)["envelopes_expired_total"] == 5
        await asyncio.get_running_loop().run_in_executor(None, until, "the end of what is old", expired)

        del server.config["limits"]["retention"]
        server.restart()
        anna = await Client.back(server, anna.device)
        await anna.send_many(ben.device, [b"fresh"])
        ben = await Client.back(server, ben.device)
        assert texts(await ben.envelopes(1)) == ["fresh"]
    run(story())


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_nothing_acknowledged_is_lost(stage, how):
    """Stopped or killed between any two frames: what was reported as stored is there, once, in order."""
    server = stage.server()

    async def story():
        anna, ben = await pair(server)
        devices = anna.device, ben.device
        await ben.close()
        reported = []
        for turn in range(5):
            anna = await Client.back(server, devices[0])
            for first in range(0, 200, 50):
                batch = [f"{turn} {first + i}".encode() for i in range(50)]
                ids = [secrets.token_bytes(16) for _ in batch]
                stored, refused = await anna.send_many(devices[1], batch, ids)
                assert not refused
                reported += ids
            # and some that nobody waits for
            pb = schema()
            await anna.tell(9999, send=pb.Send(envelopes=[pb.OutgoingEnvelope(
                id=secrets.token_bytes(16), recipient=devices[1].name, device_id=1, payload=b"unheard")]))
            if how == "kill":
                server.kill()
                server.start()
            else:
                assert server.stop() == 0
                server.start()
        ben = await Client.back(server, devices[1])
        got = []
        while len([e for e in got if e.payload != b"unheard"]) < len(reported):
            got += (await ben.hear()).deliver.envelopes
            await ben.ack(got[-1].sequence)
        assert [e.id for e in got if e.payload != b"unheard"] == reported
    run(story())


def test_more_at_once_than_is_taken(stage):
    """A client that does not wait for answers is made to wait, and every envelope is named once."""
    server = stage.server({"limits": {"envelopes-in-flight": 128}})

    async def story():
        anna, ben = await pair(server)
        pb, ids = schema(), []
        for request in range(1, 101):
            batch = [secrets.token_bytes(16) for _ in range(50)]
            ids += batch
            await anna.tell(1000 + request, send=pb.Send(envelopes=[
                pb.OutgoingEnvelope(id=i, recipient=ben.device.name, device_id=1, payload=b"x" * 100) for i in batch]))
        named = []
        while len(named) < len(ids):
            named += (await anna.hear()).send_result.stored
        assert sorted(named) == sorted(ids)
        for request in range(2000, 2300):
            await anna.tell(request, fetch_bundles=pb.FetchBundles(user_name=ben.device.name))
        answered = [(await anna.hear()).request for _ in range(300)]
        assert answered == list(range(2000, 2300))
        got = []
        while len(got) < len(ids):
            got += (await ben.hear()).deliver.envelopes
            await ben.ack(got[-1].sequence)
        assert [e.id for e in got] == ids
    run(story())
