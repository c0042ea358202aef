# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the server that proves who it is: for tests of the server alone. End to end, it sends noise."""
import asyncio
import secrets

import nacl.signing
import websockets

from harness.waiting import DEADLINE
from harness.wire import Stranger, connect, schema

MARK = b"\0nothing before this: "  # of an envelope that a client sends to itself
LABEL = b"SecureMessenger device authentication v1\0"


class Device:
    """What a device keeps between connections."""

    def __init__(self, name):
        self.name, self.id = name, None
        self.key = nacl.signing.SigningKey.generate()
        self.auth_key = secrets.token_bytes(32)
        self.password = schema().PasswordParameters(salt=secrets.token_bytes(16), passes=3, memory_kib=256 * 1024)

    def keys(self, one_time=100, first=1):
        pb = schema()
        return pb.DeviceKeys(
            auth_public_key=bytes(self.key.verify_key), identity=secrets.token_bytes(128),
            signed_prekey=secrets.token_bytes(128), last_resort_prekey=secrets.token_bytes(128),
            one_time_prekeys=[pb.OneTimePrekey(id=first + i, key=secrets.token_bytes(40)) for i in range(one_time)])

    def sign(self, challenge, server_name="127.0.0.1", name=None, device_id=None):
        server, user = server_name.encode(), (name or self.name).encode()
        text = (LABEL + bytes([len(server)]) + server + bytes([len(user)]) + user
                + (device_id or self.id).to_bytes(4, "big") + challenge)
        return self.key.sign(text).signature


class Client(Stranger):
    open = []  # of the story that runs

    def __init__(self, socket):
        super().__init__(socket)
        self.device = None
        Client.open.append(self)

    @classmethod
    async def silent(cls, server):
        """Connected, and no word said."""
        return cls(await connect(server.url))

    async def greet(self, server_name="127.0.0.1", oldest=1, newest=1):
        self.welcome = (await self.ask(hello=schema().Hello(
            protocol_min=oldest, protocol_max=newest, server_name=server_name, client="test"))).welcome
        return self.welcome

    @classmethod
    async def newcomer(cls, server, name, one_time=100, token=""):
        """Connected, and registered."""
        client = await cls.connect(server)
        await client.join(Device(name), one_time, token)
        return client

    async def join(self, device, one_time=100, token=""):
        answer = await self.ask(register_account=schema().RegisterAccount(
            user_name=device.name, password=device.password, auth_key=device.auth_key, invitation_token=token,
            device=device.keys(one_time)))
        device.id = answer.registered.device_id
        self.device = device

    async def login(self, name, auth_key):
        device = Device(name)
        device.auth_key = auth_key
        answer = await self.ask(login=schema().Login(user_name=name, auth_key=auth_key, device=device.keys()))
        device.id = answer.registered.device_id
        self.device = device

    @classmethod
    async def back(cls, server, device):
        """A new connection of a device."""
        client = await cls.connect(server)
        await client.authenticate(device)
        return client

    async def authenticate(self, device, signature=None):
        answer = await self.ask(authenticate=schema().Authenticate(
            user_name=device.name, device_id=device.id,
            signature=signature or device.sign(self.welcome.challenge)))
        self.device = device
        return answer.authenticated

    async def send_many(self, to, payloads, ids=None, ephemeral=False):
        """The IDs that were stored, and {ID: error} of the others."""
        pb = schema()
        ids = ids or [secrets.token_bytes(16) for _ in payloads]
        self.requests += 1
        await self.tell(self.requests, send=pb.Send(envelopes=[
            pb.OutgoingEnvelope(id=i, recipient=to.name, device_id=to.id, payload=p, ephemeral=ephemeral)
            for i, p in zip(ids, payloads)]))
        stored, refused = [], {}
        while len(stored) + len(refused) < len(ids):
            frame = await self.hear()
            if frame.HasField("error"):
                raise AssertionError(frame)
            if not frame.HasField("send_result"):
                self.unasked.append(frame)
                continue
            stored += frame.send_result.stored
            refused |= {r.id: r.error for r in frame.send_result.refused}
        return stored, refused

    async def envelopes(self, count):
        """The next so many."""
        found = [e for f in self.unasked for e in f.deliver.envelopes if not e.payload.startswith(MARK)]
        self.unasked = [f for f in self.unasked if not f.HasField("deliver")]
        while len(found) < count:
            frame = await self.hear()
            if frame.HasField("deliver"):
                found += [e for e in frame.deliver.envelopes if not e.payload.startswith(MARK)]
            else:
                self.unasked.append(frame)
        assert len(found) == count, "more than was sent"
        return found

    async def some_envelopes(self):
        """One at least, and whatever came with it."""
        while not (waiting := [f for f in self.unasked if f.HasField("deliver")]):
            self.unasked.append(await self.hear())
        self.unasked.remove(waiting[0])
        return list(waiting[0].deliver.envelopes)

    async def ack(self, sequence):
        await self.tell(ack=schema().Ack(sequence=sequence))

    async def settle(self):
        """What this client has asked for so far, the store has done."""
        await self.ask(upload_prekeys=schema().UploadPrekeys())

    async def nothing_comes(self):
        """An envelope to oneself arrives, and before it none that was not asked for."""
        mark = MARK + secrets.token_bytes(8)
        await self.send_many(self.device, [mark])
        found = []
        while mark not in found:
            for frame in [f for f in self.unasked if f.HasField("deliver")] or [await self.hear()]:
                found += [e.payload for e in frame.deliver.envelopes]
            self.unasked = [f for f in self.unasked if not f.HasField("deliver")]
        assert not [p for p in found if not p.startswith(MARK)]

    async def end(self):
        """Waits until the server ends the connection; returns its Goodbye and the close code."""
        goodbye = None
        while True:
            try:
                frame = await self.hear()
            except websockets.ConnectionClosed:
                name = schema().GoodbyeReason.Name(goodbye.reason).removeprefix("GOODBYE_REASON_") if goodbye else None
                return name, self.socket.close_code
            if frame.HasField("goodbye"):
                goodbye = frame.goodbye
            else:
                self.unasked.append(frame)


def run(story):
    """A test's story, which ends some time; nobody waits for connections that it leaves open."""
    async def bounded():
        try:
            return await asyncio.wait_for(story, 2 * DEADLINE)
        finally:
            for client in Client.open:
                client.socket.transport.abort()
            Client.open.clear()
    return asyncio.run(bounded())
