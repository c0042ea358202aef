# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: large ciphertexts in pieces."""
import asyncio
import itertools
import secrets

import pytest

from harness import metrics
from harness.client import Client, Device, run
from harness.waiting import until
from harness.wire import Refused, schema

PIECE = 128 * 1024
WINDOW = 8
numbers = itertools.count(1)


def name():
    return f"blobs{next(numbers)}"


def new_id():
    return secrets.token_bytes(16)


async def put_piece(client, blob_id, size, offset, data=b""):
    answer = await client.ask(put_blob=schema().PutBlob(id=blob_id, size=size, offset=offset, data=data))
    assert answer.blob_state.id == blob_id
    return answer.blob_state.stored


async def stored(client, blob_id, size):
    return await put_piece(client, blob_id, size, 0)


async def put(client, content, blob_id=None, start=0, stop=None):
    """Several pieces at a time, as a client does it."""
    blob_id = blob_id or new_id()
    stop = len(content) if stop is None else stop
    under_way, told = 0, start
    offsets = iter(range(start, stop, PIECE))
    while told < stop:
        while under_way < WINDOW and (offset := next(offsets, None)) is not None:
            client.requests += 1
            await client.tell(client.requests, put_blob=schema().PutBlob(
                id=blob_id, size=len(content), offset=offset, data=content[offset:min(offset + PIECE, stop)]))
            under_way += 1
        frame = await client.hear()
        assert not frame.HasField("error"), frame
        if frame.HasField("blob_state"):
            assert frame.blob_state.stored > told
            told = frame.blob_state.stored
            under_way -= 1
        else:
            client.unasked.append(frame)
    return blob_id


async def get_piece(client, blob_id, offset, length=PIECE):
    answer = (await client.ask(get_blob=schema().GetBlob(id=blob_id, offset=offset, length=length))).blob_data
    assert answer.id == blob_id and answer.offset == offset
    return answer


async def get(client, blob_id):
    first = await get_piece(client, blob_id, 0)
    content, requests = first.data, {}
    for offset in range(PIECE, first.size, PIECE):
        client.requests += 1
        requests[client.requests] = offset
        await client.tell(client.requests, get_blob=schema().GetBlob(id=blob_id, offset=offset, length=PIECE))
    pieces = {}
    while len(pieces) < len(requests):
        frame = await client.hear()
        if frame.HasField("blob_data"):
            assert frame.blob_data.offset == requests[frame.request]
            pieces[frame.blob_data.offset] = frame.blob_data.data
        else:
            client.unasked.append(frame)
    return content + b"".join(pieces[o] for o in sorted(pieces))


async def delete(client, blob_id):
    assert (await client.ask(delete_blob=schema().DeleteBlob(id=blob_id))).HasField("done")


async def refused(code, request):
    with pytest.raises(Refused) as caught:
        await request
    assert caught.value.code == f"ERROR_CODE_{code}"


def files(server):
    return [f for f in (server.state / "blobs").glob("*/*") if f.is_file()]


def file_of(server, blob_id):
    return server.state / "blobs" / blob_id.hex()[:2] / blob_id.hex()


# ---- The main path ----

def test_put_and_get(server):
    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        for size in (1, PIECE - 1, PIECE, PIECE + 1, 3_000_000):
            content = secrets.token_bytes(size)
            blob_id = await put(alice, content)
            assert await get(bob, blob_id) == content
            assert await stored(alice, blob_id, size) == size
        assert (await get_piece(bob, blob_id, 1_234_567, 1000)).data == content[1_234_567:1_235_567]
        end = await get_piece(bob, blob_id, len(content) - 10)
        assert end.data == content[-10:] and end.size == len(content)
        assert (await get_piece(bob, blob_id, len(content))).data == b""
        assert (await get_piece(bob, blob_id, 1 << 62)).data == b""
    run(story())


def test_limit_leaves_room_for_a_hundred_mebibytes(server):
    """Padded, as clients pad, and with what each chunk has more."""
    async def story():
        alice = await Client.newcomer(server, name())
        padded = 104 << 20
        assert alice.welcome.limits.blob_max >= 24 + padded + 17 * (padded // 65536)
    run(story())


def test_delete(server):
    async def story():
        alice, mallory = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        blob_id = await put(alice, b"mine")
        await delete(mallory, blob_id)  # as if there were none
        assert await get(mallory, blob_id) == b"mine"
        await delete(alice, blob_id)
        await refused("NOT_FOUND", get(alice, blob_id))
        await delete(alice, blob_id)
        await asyncio.get_running_loop().run_in_executor(
            None, until, "the file is gone", lambda: not file_of(server, blob_id).exists())
    run(story())


def test_goes_with_its_account(server):
    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        mine, his = [await put(alice, secrets.token_bytes(50_000)) for _ in range(3)], await put(bob, b"his")
        await alice.ask(delete_account=schema().DeleteAccount(auth_key=alice.device.auth_key))
        for blob_id in mine:
            await refused("NOT_FOUND", get(bob, blob_id))
        assert await get(bob, his) == b"his"
        await asyncio.get_running_loop().run_in_executor(
            None, until, "the files are gone", lambda: not any(file_of(server, i).exists() for i in mine))
    run(story())


def test_retention(stage):
    """What is put is put at a server that would keep it for long."""
    server = stage.server()

    async def story():
        alice = await Client.newcomer(server, "alice")
        whole = await put(alice, secrets.token_bytes(200_000))
        await put_piece(alice, new_id(), 200_000, 0, bytes(1000))  # never completed
        server.config["limits"]["retention"] = "1s"
        server.restart()
        alice = await Client.back(server, alice.device)
        await asyncio.get_running_loop().run_in_executor(None, until, "the files are gone", lambda: not files(server))
        await refused("NOT_FOUND", get(alice, whole))
    run(story())


# ---- Cut, killed, left over ----

def test_goes_on_after_a_cut(server):
    async def story():
        alice = await Client.newcomer(server, name())
        content = secrets.token_bytes(10 * PIECE + 77)
        blob_id = await put(alice, content, stop=4 * PIECE)
        await refused("NOT_FOUND", get(alice, blob_id))
        alice.socket.transport.abort()
        alice = await Client.back(server, alice.device)
        assert await stored(alice, blob_id, len(content)) == 4 * PIECE
        await put(alice, content, blob_id, start=4 * PIECE)
        assert await get(alice, blob_id) == content
    run(story())


def test_what_it_said_is_stored_survives_a_kill(stage):
    server = stage.server()

    async def story():
        alice = await Client.newcomer(server, "alice")
        content = secrets.token_bytes(40 * PIECE)
        blob_id, told = new_id(), 0
        whole = await put(alice, content[:PIECE * 3])
        for kill_after in (1, 7, 20):
            for i, offset in enumerate(range(told, len(content), PIECE)):
                await alice.tell(1000 + i, put_blob=schema().PutBlob(
                    id=blob_id, size=len(content), offset=offset, data=content[offset:offset + PIECE]))
                if i >= kill_after:
                    break
            told = (await alice.hear()).blob_state.stored
            server.kill()
            server.start()
            alice = await Client.back(server, alice.device)
            on_disk = await stored(alice, blob_id, len(content))
            assert told <= on_disk <= len(content)
            told = on_disk
        await put(alice, content, blob_id, start=told)
        assert await get(alice, blob_id) == content
        assert await get(alice, whole) == content[:PIECE * 3]
    run(story())


def test_files_without_a_row_and_longer_than_theirs(stage):
    """As a crash may leave them: between the file and its row, and between the row and its file's end."""
    server = stage.server()

    async def story():
        alice = await Client.newcomer(server, "alice")
        content = secrets.token_bytes(2 * PIECE)
        blob_id, orphan = await put(alice, content, stop=PIECE), new_id()
        server.kill()
        with file_of(server, blob_id).open("ab") as file:
            file.write(secrets.token_bytes(5 * PIECE))
        file_of(server, orphan).parent.mkdir(exist_ok=True)
        file_of(server, orphan).write_bytes(b"nobody's")
        stray = file_of(server, orphan).with_name("not-a-blob")
        stray.write_bytes(b"")
        server.start()
        await asyncio.get_running_loop().run_in_executor(
            None, until, "the orphan is gone", lambda: not file_of(server, orphan).exists())
        assert stray.exists()
        alice = await Client.back(server, alice.device)
        assert await stored(alice, blob_id, len(content)) == PIECE
        await put(alice, content, blob_id, start=PIECE)
        assert await get(alice, blob_id) == content
    run(story())


# ---- Hostile ----

def test_conflicts(server):
    async def story():
        alice, mallory = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        content = secrets.token_bytes(3 * PIECE)
        blob_id = await put(alice, content, stop=PIECE)
        for who, size, offset, data in (
                (mallory, len(content), PIECE, content[PIECE:2 * PIECE]),  # another's
                (mallory, len(content), 0, b""),
                (alice, len(content) + 1, PIECE, b"x"),  # another size
                (alice, len(content), 2 * PIECE, content[2 * PIECE:]),  # a hole
                (alice, len(content), PIECE - 1, b"xy"),  # across the end of what is there
                (alice, 100, 50, b"x")):
            await refused("BLOB_CONFLICT", put_piece(who, blob_id, size, offset, data))
        await refused("BLOB_CONFLICT", put_piece(alice, new_id(), 100, 50, b"x"))  # a new one begins at 0
        assert await put_piece(alice, blob_id, len(content), 0, content[:PIECE]) == PIECE  # a repeat
        await put(alice, content, blob_id, start=PIECE)
        assert await get(mallory, blob_id) == content
        assert await stored(alice, new_id(), 5) == 0  # which leaves nothing
    run(story())


def test_malformed(server):
    async def story():
        pb, blob_id = schema(), new_id()
        alice = await Client.newcomer(server, name())
        for wrong in ({"put_blob": pb.PutBlob(id=blob_id[:15], size=1)}, {"put_blob": pb.PutBlob(id=blob_id)},
                      {"put_blob": pb.PutBlob(id=blob_id, size=10, offset=5, data=bytes(6))},
                      {"put_blob": pb.PutBlob(id=blob_id, size=1 << 20, data=bytes(PIECE + 1))},
                      {"put_blob": pb.PutBlob(id=blob_id, size=1 << 63)},
                      {"get_blob": pb.GetBlob(id=blob_id)}, {"get_blob": pb.GetBlob(id=blob_id, length=PIECE + 1)},
                      {"delete_blob": pb.DeleteBlob()}):
            alice = await Client.back(server, alice.device)
            await alice.tell(7, **wrong)
            assert await alice.end() == ("PROTOCOL_ERROR", 4000)
        stranger = await Client.connect(server)
        await refused("OUT_OF_ORDER", put_piece(stranger, blob_id, 1, 0, b"x"))
        await refused("OUT_OF_ORDER", get_piece(stranger, blob_id, 0))
        await stranger.join(Device(name()))
        await refused("NOT_FOUND", get_piece(stranger, new_id(), 0))
    run(story())


def test_limits(stage):
    server = stage.server({"blobs": {"size": "300K", "account": "500K"}, "limits": {"blob-gets-per-account": "3/h"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        assert alice.welcome.limits.blob_max == 300 * 1024
        await refused("TOO_LARGE", put_piece(alice, new_id(), 300 * 1024 + 1, 0, b"x"))
        first = await put(alice, bytes(300 * 1024))
        await refused("BLOB_QUOTA", put_piece(alice, new_id(), 250 * 1024, 0, b"x"))  # by what it is to have
        await put(alice, bytes(190 * 1024))
        await put(alice, b"small")  # counts as a block
        await put(alice, b"small")
        await refused("BLOB_QUOTA", put_piece(alice, new_id(), 4, 0, b"x"))
        await put(bob, bytes(300 * 1024))
        await delete(alice, first)
        await put(alice, bytes(300 * 1024))
        for _ in range(3):
            await refused("NOT_FOUND", get_piece(bob, first, 0))
        await refused("RATE_LIMITED", get_piece(bob, first, 0))
    run(story())


def test_none_kept(stage):
    server = stage.server({"blobs": {"size": 0}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        assert alice.welcome.limits.blob_max == 0
        await refused("TOO_LARGE", put_piece(alice, new_id(), 1, 0, b"x"))
    run(story())


def test_disk_as_good_as_full(stage):
    """Blobs leave room for messages."""
    server = stage.server({"blobs": {"reserve": "500000G"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        blob_id = new_id()
        await refused("BUSY", put_piece(alice, blob_id, 10, 0, b"x"))
        assert await stored(alice, blob_id, 10) == 0
        assert not files(server)
        kept, _ = await alice.send_many(bob.device, [b"goes on"])
        assert len(kept) == 1
        server.stop()
        server.config["blobs"]["reserve"] = 0
        server.start()
        alice = await Client.back(server, alice.device)
        await put(alice, b"0123456789", blob_id)
    run(story())


def test_slow_reader(stage):
    """Asks for much and takes nothing: holds little memory, and keeps nobody waiting, least its own messages."""
    server = stage.server({"server": {"metrics": "127.0.0.1:0", "threads": 1}})

    def read_bytes():
        return metrics.read(server.metrics_url)["blob_bytes_out_total"]

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        content = secrets.token_bytes(20_000_000)
        blob_id = await put(alice, content)
        bob.socket.transport.pause_reading()
        offsets = list(range(0, len(content), PIECE))
        for i, offset in enumerate(offsets):
            await bob.tell(i + 1, get_blob=schema().GetBlob(id=blob_id, offset=offset, length=PIECE))
        assert await get(alice, blob_id) == content
        await alice.send_many(bob.device, [b"in between"])
        await alice.nothing_comes()
        assert read_bytes() < 1.9 * len(content)
        bob.socket.transport.resume_reading()
        heard, pieces, between = 0, {}, None
        while len(pieces) < len(offsets) or between is None:
            frame = await bob.hear()
            heard += 1
            if frame.HasField("deliver"):
                between = heard
                assert frame.deliver.envelopes[0].payload == b"in between"
            else:
                pieces[frame.blob_data.offset] = frame.blob_data.data
        assert b"".join(pieces[o] for o in sorted(pieces)) == content
        assert between < len(offsets)
    run(story())


def test_many_at_once(server):
    """Several accounts, several blobs each, side by side."""
    async def story():
        async def one():
            client = await Client.newcomer(server, name())
            for _ in range(3):
                content = secrets.token_bytes(secrets.randbelow(1_000_000) + 1)
                assert await get(client, await put(client, content)) == content
            return client
        clients = await asyncio.gather(*(one() for _ in range(8)))
        await clients[0].send_many(clients[1].device, [b"as ever"])
        assert (await clients[1].envelopes(1))[0].payload == b"as ever"
    run(story())
