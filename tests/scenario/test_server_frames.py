# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: frames that are wrong. Each is answered, or ends the connection, and the server lives on."""
import asyncio
import itertools
import secrets

import pytest
import websockets

from harness.client import Client, Device, run
from harness.wire import Refused, client_context, schema

numbers = itertools.count(1)


def name():
    return f"frames{next(numbers)}"


async def lives(server):
    await (await Client.newcomer(server, name())).close()


async def is_thrown_out(client):
    assert await client.end() == ("PROTOCOL_ERROR", 4000)
    errors = [f.error.code for f in client.unasked if f.HasField("error")]
    assert errors == [schema().ERROR_CODE_MALFORMED]


def valid_frames():
    """One of each kind, as a device would send them."""
    pb, device = schema(), Device("alice")
    envelope = pb.OutgoingEnvelope(id=secrets.token_bytes(16), recipient="bob", device_id=1, payload=b"x")
    return {
        "hello": pb.Hello(protocol_min=1, protocol_max=1, server_name="localhost", client="test"),
        "salt_query": pb.SaltQuery(user_name="alice"),
        "register_account": pb.RegisterAccount(user_name="alice", password=device.password,
                                               auth_key=device.auth_key, device=device.keys(2)),
        "login": pb.Login(user_name="alice", auth_key=device.auth_key, device=device.keys(2)),
        "authenticate": pb.Authenticate(user_name="alice", device_id=1, signature=secrets.token_bytes(64)),
        "upload_prekeys": pb.UploadPrekeys(signed_prekey=b"x"),
        "fetch_bundles": pb.FetchBundles(user_name="alice"),
        "send": pb.Send(envelopes=[envelope]),
        "ack": pb.Ack(sequence=1),
    }


FIRST = {"hello"}
SECOND = {"salt_query", "register_account", "login", "authenticate"}
THIRD = {"upload_prekeys", "fetch_bundles", "send", "ack"}


def test_out_of_order(server):
    """Whatever has no place in a state is refused in it, and changes nothing."""
    async def refuses(client, kinds):
        for kind in kinds:
            with pytest.raises(Refused) as caught:
                await client.ask(**{kind: valid_frames()[kind]})
            assert caught.value.code == "ERROR_CODE_OUT_OF_ORDER", kind

    async def story():
        client = await Client.silent(server)
        await refuses(client, SECOND | THIRD)
        await client.greet()
        await refuses(client, FIRST | THIRD)
        await client.join(Device(name()))
        await refuses(client, FIRST | SECOND)
        await client.nothing_comes()
    run(story())


@pytest.mark.parametrize("kind", sorted(FIRST | SECOND | THIRD))
def test_truncated(server, kind):
    """Every shorter version of a frame, each on a connection of its own, as far as it is malformed."""
    frame = schema().ClientFrame(request=1, **{kind: valid_frames()[kind]}).SerializeToString()
    cuts = range(len(frame)) if len(frame) < 40 else itertools.chain(range(20), range(20, len(frame), len(frame) // 8))

    async def one(cut):
        client = await Client.silent(server)
        await client.socket.send(frame[:cut])
        answer = await client.hear()
        assert answer.HasField("error")
        if answer.error.code == schema().ERROR_CODE_MALFORMED:
            assert await client.end() == ("PROTOCOL_ERROR", 4000)
        await client.close()

    async def story():
        for cut in cuts:
            await one(cut)
        await lives(server)
    run(story())


@pytest.mark.parametrize("bytes_", [b"\xff" * 64, b"\x00", b"\x08", b"\x12\xff\xff\xff\xff\x0f", b"\x0a\x05hello"],
                         ids=lambda b: b[:4].hex())
def test_garbage(server, bytes_):
    async def story():
        client = await Client.silent(server)
        await client.socket.send(bytes_)
        await is_thrown_out(client)
        await lives(server)
    run(story())


def test_noise(server):
    async def story():
        for size in (1, 7, 100, 5000, 200_000):
            client = await Client.silent(server)
            await client.socket.send(secrets.token_bytes(size))
            await client.hear()
        await lives(server)
    run(story())


def test_unknown_body(server):
    """A client from the future hears that this is unknown here, and goes on; unless it is a stranger."""
    async def ask(client):
        await client.socket.send(b"\x08\x07" + b"\xa2\x06\x03new")  # request 7, field 100
        answer = await client.hear()
        assert answer.request == 7 and answer.error.code == schema().ERROR_CODE_UNSUPPORTED

    async def story():
        client = await Client.connect(server)
        await client.join(Device(name()))
        await ask(client)
        await ask(client)
        stranger = await Client.connect(server)
        await ask(stranger)
        assert await stranger.end() == ("PROTOCOL_ERROR", 4000)
    run(story())


def test_beyond_limits(server):
    pb = schema()

    def envelope(**change):
        return pb.OutgoingEnvelope(**({"id": secrets.token_bytes(16), "recipient": "bob", "device_id": 1,
                                       "payload": b"x"} | change))
    wrong = [
        {"send": pb.Send()},
        {"send": pb.Send(envelopes=[envelope() for _ in range(129)])},
        {"send": pb.Send(envelopes=[envelope(id=b"short")])},
        {"send": pb.Send(envelopes=[envelope(payload=b"")])},
        {"send": pb.Send(envelopes=[envelope(payload=bytes(128 * 1024 + 1))])},
        {"send": pb.Send(envelopes=[envelope(recipient="Not A Name")])},
        {"upload_prekeys": pb.UploadPrekeys(one_time_prekeys=Device("x").keys(201).one_time_prekeys)},
        {"upload_prekeys": pb.UploadPrekeys(signed_prekey=bytes(2049))},
        {"fetch_bundles": pb.FetchBundles(user_name="a" * 33)},
    ]

    async def story():
        client = await Client.newcomer(server, name())
        for body in wrong:
            client = await Client.back(server, client.device)
            await client.tell(99, **body)
            await is_thrown_out(client)
        await lives(server)
    run(story())


def test_frame_too_large(server):
    async def story():
        client = await Client.silent(server)
        await client.socket.send(bytes(1024 * 1024 + 1))
        await is_thrown_out(client)

        async def parts():
            for _ in range(20):
                yield bytes(100_000)
        client = await Client.silent(server)
        try:
            await client.socket.send(parts())
        except websockets.ConnectionClosed:
            pass
        await client.end()  # who goes on sending may miss the Goodbye
        await lives(server)
    run(story())


def test_largest_frame(server):
    """As large as allowed is no mistake, in one piece and in many."""
    pb = schema()

    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        payloads = [secrets.token_bytes(128 * 1024 - 200) for _ in range(7)]
        stored, refused = await alice.send_many(bob.device, payloads)
        assert len(stored) == 7 and not refused
        assert [e.payload for e in await bob.envelopes(7)] == payloads

        frame = pb.ClientFrame(request=77, send=pb.Send(envelopes=[pb.OutgoingEnvelope(
            id=secrets.token_bytes(16), recipient=bob.device.name, device_id=1, payload=b"in parts")]))
        data = frame.SerializeToString()

        async def parts():
            for i in range(0, len(data), 3):
                yield data[i:i + 3]
        await alice.socket.send(parts())
        assert (await alice.hear()).send_result.stored
        assert (await bob.envelopes(1))[0].payload == b"in parts"
    run(story())


def test_text_message(server):
    async def story():
        client = await Client.connect(server)
        await client.socket.send("hello?")
        await is_thrown_out(client)
        await lives(server)
    run(story())


def test_ping_is_answered(server):
    async def story():
        client = await Client.connect(server)
        pong = await client.socket.ping(b"there?")
        hearing = asyncio.ensure_future(client.hear())
        await pong
        hearing.cancel()
    run(story())


def test_not_a_websocket(server):
    """Another path, plain HTTP over TLS, no TLS at all, half a handshake: nothing there, and no harm."""
    async def http(request, tls=True):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=client_context() if tls else None)
        writer.write(request)
        answer = b""
        try:
            answer = await reader.read()
        except OSError:
            pass
        writer.close()
        return answer

    async def story():
        assert b"404" in (await http(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")).split(b"\r\n")[0]
        assert b"404" in (await http(b"GET /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n")).split(b"\r\n")[0]
        await http(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False)
        await http(secrets.token_bytes(2000))
        with pytest.raises(websockets.InvalidHandshake):
            await websockets.connect(server.url + "/v2", ssl=client_context())
        half = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(20)]
        await lives(server)
        for _, writer in half:
            writer.close()
    run(story())
