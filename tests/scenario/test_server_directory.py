# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: who can be found by the beginning of a name."""
import pytest

from harness.client import Client, Device, run
from harness.wire import Refused, schema

NAMES = ["ada", "bob", "bob-b", "bob.a", "bob2", "bobby", "boc", "z9"]


@pytest.fixture(scope="module")
def open_server(shared_stage):
    server = shared_stage.server({"directory": {"enabled": "yes"}})

    async def fill():
        for name in NAMES:
            await Client.newcomer(server, name, one_time=0)
    run(fill())
    return server


async def find(client, prefix="", after="", limit=100):
    answer = await client.ask(find_users=schema().FindUsers(prefix=prefix, after=after, limit=limit))
    return list(answer.users.user_names)


def test_finds_by_prefix(open_server):
    async def story():
        seeker = await Client.newcomer(open_server, "seeker")
        assert seeker.welcome.limits.directory
        assert await find(seeker, "bob") == sorted(n for n in NAMES if n.startswith("bob"))
        assert await find(seeker, "bobby") == ["bobby"]
        assert await find(seeker, "see") == ["seeker"]
        assert await find(seeker, "Bob") == await find(seeker, "bob%") == await find(seeker, "nobody") == []
        assert set(NAMES) < set(await find(seeker))
    run(story())


def test_pages(open_server):
    async def story():
        seeker = await Client.newcomer(open_server, "seeker2")
        everybody = await find(seeker)
        assert everybody == sorted(everybody)
        found, page = [], [""]
        while page:
            page = await find(seeker, after=found[-1] if found else "", limit=3)
            assert len(page) <= 3
            found += page
        assert found == everybody
        assert await find(seeker, "bob", after="bob2") == ["bobby"]
        assert await find(seeker, "bob", after="zzz") == []
    run(story())


def test_who_is_gone_is_not_found(open_server):
    async def story():
        seeker, gone = await Client.newcomer(open_server, "seeker3"), await Client.newcomer(open_server, "gone")
        assert await find(seeker, "gon") == ["gone"]
        await gone.ask(delete_account=schema().DeleteAccount(auth_key=gone.device.auth_key))
        assert await find(seeker, "gon") == []
    run(story())


def test_hostile(open_server):
    async def story():
        stranger = await Client.connect(open_server)
        with pytest.raises(Refused, match="OUT_OF_ORDER"):
            await find(stranger)
        await stranger.join(Device("hostile"))
        device = stranger.device
        for wrong in ({"limit": 0}, {"limit": 101}, {"prefix": "x" * 33}, {"after": "\n"}):
            client = await Client.back(open_server, device)
            await client.tell(7, find_users=schema().FindUsers(**({"limit": 1} | wrong)))
            assert await client.end() == ("PROTOCOL_ERROR", 4000)
    run(story())


def test_off_unless_switched_on(server):
    async def story():
        alice = await Client.newcomer(server, "directory-off")
        assert not alice.welcome.limits.directory
        with pytest.raises(Refused, match="DIRECTORY_OFF"):
            await find(alice, "a")
    run(story())


def test_limit(stage):
    server = stage.server({"directory": {"enabled": "yes"}, "limits": {"directory-per-account": "2/h"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        for _ in range(2):
            assert await find(alice) == ["alice", "bob"]
        with pytest.raises(Refused, match="RATE_LIMITED"):
            await find(alice)
        assert await find(bob, "b") == ["bob"]
    run(story())
