# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups as the server sees them: what clients send to one is noise."""
import secrets

from harness.client import Client
from harness.wire import Refused, schema


class Member(Client):
    """A client that speaks of groups."""

    async def create(self, group):
        await self.ask(create_group=schema().CreateGroup(group=group))

    async def leave(self, group):
        await self.ask(leave_group=schema().LeaveGroup(group=group))

    async def say(self, group, payload, id_=None, **commit):
        """A message, or a commit where there is more to it. Its ID, once it is stored; Refused otherwise."""
        pb = schema()
        id_ = id_ or secrets.token_bytes(16)
        body = pb.GroupSend(group=group, id=id_, payload=payload,
                            commit=pb.GroupCommit(**commit) if commit else None)
        result = (await self.ask(group_send=body)).send_result
        for refusal in result.refused:
            assert refusal.id == id_
            raise Refused(refusal.error)
        assert list(result.stored) == [id_]
        return id_

    async def commit(self, group, epoch, payload=b"commit", id_=None, added=(), removed=(), in_spite_of=b""):
        return await self.say(group, payload, id_, epoch=epoch, added=added, removed=removed, in_spite_of=in_spite_of,
                              welcome=b"welcome by " + payload if added else b"")

    async def fetch(self, group, from_epoch=0, after=b""):
        return (await self.ask(fetch_group=schema().FetchGroup(group=group, from_epoch=from_epoch,
                                                               after=after))).group_commits

    async def hears(self, *payloads):
        """Exactly these, in this order."""
        found = await self.envelopes(len(payloads))
        assert [e.payload for e in found] == list(payloads)
        return found


async def newcomers(server, *names):
    return [await Member.newcomer(server, name) for name in names]


async def group_of(first, *others):
    """Of these clients, in epoch 1 where there are others. Nobody has heard anything but the welcome."""
    group = secrets.token_bytes(16)
    await first.create(group)
    if others:
        await first.commit(group, 0, b"founding", added=[o.device.name for o in others])
        for other in others:
            await other.hears(b"welcome by founding")
    return group
