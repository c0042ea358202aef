# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of a group whose program keeps to no rules of the group's: MLS it is, and the server takes it."""
import subprocess

from harness import places
from harness.client import run
from harness.group import Member
from harness.wire import schema


class Insider:
    """Has a name, as a User has. Can be added to one group."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.process = subprocess.Popen([places.INSIDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        run(self._register())

    def _ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        verdict, *answer = self.process.stdout.readline().split()
        assert verdict == "ok", (words[0], verdict, answer)
        return answer[0]

    async def _register(self):
        client = await Member.newcomer(self.server, self.name)
        self.device = client.device
        package = bytes.fromhex(self._ask("package", self.name, self.device.id))
        await client.ask(upload_key_packages=schema().UploadKeyPackages(one_time=[package]))

    def remove(self, name):
        """Of the group that they were added to; the ID of the commit, which the server has taken."""
        return run(self._remove(name))

    async def _remove(self, name):
        client = await Member.back(self.server, self.device)
        welcome, = [e for e in await client.some_envelopes() if e.group]
        epoch = int(self._ask("join", welcome.payload.hex()))
        commit = bytes.fromhex(self._ask("remove", name))
        return await client.commit(welcome.group, epoch, commit, removed=[name])

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
