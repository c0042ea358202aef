# SPDX-License-Identifier: GPL-3.0-or-later
"""
A contact whose program says whatever the test wants: a client of the server of its own, end to end with libe2ee, and with
contents that no proper program would seal.
"""
import asyncio
import secrets
import subprocess
import threading
import time

from harness import places, wire
from harness.client import Client, Device
from harness.waiting import DEADLINE


def content(body=None, message_id=None, sent_ms=None, **more):
    """A Content with one body, {field: message}, and what may stand beside it."""
    pb = wire.content_schema()
    return pb.Content(message_id=message_id or secrets.token_bytes(16),
                      sent_ms=int(time.time() * 1000) if sent_ms is None else sent_ms, **(body or {}), **more)


def text(words, **more):
    return content({"text": wire.content_schema().Text(utf8=words.encode())}, **more)


class _Keys(Device):
    """A device with the keys that libe2ee made."""

    def __init__(self, name, bundle):
        super().__init__(name)
        self.bundle = bundle

    def keys(self, one_time=1, first=1):
        pb = wire.schema()
        identity, signed_prekey, one_time_prekey = self.bundle
        number = int.from_bytes(one_time_prekey[2:6], "big")
        return pb.DeviceKeys(
            auth_public_key=bytes(self.key.verify_key), identity=identity, signed_prekey=signed_prekey,
            last_resort_prekey=secrets.token_bytes(128),
            one_time_prekeys=[pb.OneTimePrekey(id=number, key=one_time_prekey)])


class Peer:
    """Has a name, as a User has. It talks with one person, who has to write first."""

    def __init__(self, server, name):
        self.name = name
        self.process = subprocess.Popen([places.PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.device = _Keys(name, self._ask("bundle"))
        self.client = self._run(self._join(server))
        self.other = None
        self.heard = []  # and not asked for yet

    async def _join(self, server):
        client = await Client.connect(server)
        await client.join(self.device)
        return client

    def _run(self, story):
        return asyncio.run_coroutine_threadsafe(story, self.loop).result(2 * DEADLINE)

    def _ask(self, *words):
        print(*(word.hex() or "-" if isinstance(word, bytes) else word for word in words), file=self.process.stdin,
              flush=True)
        verdict, *answer = self.process.stdout.readline().split()
        assert verdict == "ok", (words[0], verdict, answer)
        return [bytes.fromhex(word.strip("-")) for word in answer]

    def hear(self, count=1):
        """The next so many contents, decoded; what has come behind them waits."""
        while len(self.heard) < count:
            self.heard += self._open(self._run(self.client.some_envelopes()))
        heard, self.heard = self.heard[:count], self.heard[count:]
        return heard

    def hear_of(self, body):
        """The next content with this body, decoded; others wait."""
        while not (found := [c for c in self.heard if c.HasField(body)]):
            self.heard += self._open(self._run(self.client.some_envelopes()))
        self.heard.remove(found[0])
        return found[0]

    def identity_of(self, name):
        """As the server has it."""
        answer = self._run(self.client.ask(fetch_bundles=wire.schema().FetchBundles(user_name=name)))
        return answer.bundles.bundles[0].identity

    def _open(self, envelopes):
        if not self.other:
            self.other = Device(envelopes[0].sender)
            self.other.id = envelopes[0].sender_device_id
            self._ask("address", self.name, self.device.id, self.other.name, self.other.id)
        return [wire.content_schema().Content.FromString(self._ask("decrypt", envelope.payload)[0])
                for envelope in envelopes]

    def say(self, *contents):
        """Contents, or bytes that are none; each in an envelope of its own."""
        payloads = [self._ask("encrypt", c if isinstance(c, bytes) else c.SerializeToString())[0] for c in contents]
        stored, refused = self._run(self.client.send_many(self.other, payloads))
        assert len(stored) == len(payloads), refused

    def end(self):
        self._run(self.client.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
