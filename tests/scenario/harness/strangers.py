# SPDX-License-Identifier: GPL-3.0-or-later
"""Thousands who write to one person for the first time: each with keys of their own, all made by one process."""
import asyncio
import secrets
import subprocess

from harness import places, wire
from harness.client import Client
from harness.peer import text


class Strangers:
    """For one person at a real server, whose bundle they all have."""

    def __init__(self, server, person, name):
        self.person = person
        self.bundle = asyncio.run(self._fetch(server, name))
        self.process = subprocess.Popen([places.PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    async def _fetch(self, server, name):
        client = await Client.newcomer(server, name, one_time=1)
        bundle, = await client.bundles(self.person.name)
        await client.close()
        return bundle

    def _ask(self, *lines):
        """All at once; the answer to the last."""
        print("\n".join(" ".join(map(str, line)) for line in lines), file=self.process.stdin, flush=True)
        for line in lines:
            verdict, *words = self.process.stdout.readline().split()
            assert verdict == "ok", (line[0], verdict, words)
        return bytes.fromhex(words[0])

    def envelope(self, name, words):
        """The first envelope of somebody who is called that."""
        payload = self._ask(
            ("anew",), ("address", name, 1, self.person.name, self.bundle.device_id),
            ("start", self.bundle.identity.hex(), self.bundle.signed_prekey.hex(), "-"),
            ("encrypt", text(words).SerializeToString().hex()))
        return wire.schema().Envelope(id=secrets.token_bytes(16), sender=name, sender_device_id=1, payload=payload)

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
