# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: what somebody may use up, and no more."""
import asyncio
import secrets

import pytest
import websockets

from harness import metrics
from harness.client import Client, Device, run
from harness.waiting import DEADLINE, until
from harness.wire import Refused, schema


async def limited(request, most_ms):
    with pytest.raises(Refused) as caught:
        await request
    assert caught.value.code == "ERROR_CODE_RATE_LIMITED"
    assert 0 < caught.value.retry_after_ms <= most_ms


def test_registrations(stage):
    server = stage.server({"limits": {"registrations-per-address": "2/h"}})

    async def story():
        for name in ("alice", "bob"):
            await Client.newcomer(server, name)
        await limited(Client.newcomer(server, "carol"), 60 * 60 * 1000)
    run(story())


def test_wrong_passwords_of_an_account(stage):
    server = stage.server({"limits": {"wrong-passwords-per-account": "3/h"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        for i in range(3):
            guesser = await Client.connect(server, f"127.0.0.{i + 2}")
            with pytest.raises(Refused, match="WRONG_PASSWORD"):
                await guesser.login("alice", secrets.token_bytes(32))
            if i == 0:  # a right one is not counted
                new = await Client.connect(server, "127.0.1.1")
                await new.login("alice", alice.device.auth_key)
        await limited((await Client.connect(server, "127.0.0.9")).login("alice", alice.device.auth_key), 60 * 60 * 1000)
        await (await Client.connect(server, "127.0.0.9")).login("bob", bob.device.auth_key)
    run(story())


def test_many_tries_at_once(stage):
    """Guesses side by side get no further than one after another."""
    server = stage.server({"limits": {"wrong-passwords-per-account": "5/h"}})

    async def story():
        await Client.newcomer(server, "alice")

        async def guess():
            client = await Client.connect(server, "127.0.0.2")
            try:
                await client.login("alice", secrets.token_bytes(32))
            except Refused as refused:
                return refused.code
        answers = await asyncio.gather(*(guess() for _ in range(20)))
        assert sorted(answers) == ["ERROR_CODE_RATE_LIMITED"] * 15 + ["ERROR_CODE_WRONG_PASSWORD"] * 5
    run(story())


def test_wrong_passwords_of_an_address(stage):
    server = stage.server({"limits": {"wrong-passwords-per-address": "2/h"}})

    async def story():
        for name in ("nobody", "nor-this"):
            with pytest.raises(Refused, match="WRONG_PASSWORD"):
                await (await Client.connect(server)).login(name, secrets.token_bytes(32))
        await limited((await Client.connect(server)).login("somebody", secrets.token_bytes(32)), 60 * 60 * 1000)
    run(story())


@pytest.mark.parametrize("key", ["bundles-per-account", "bundles-per-address"])
def test_bundles(stage, key):
    server = stage.server({"limits": {key: "2/min"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        for _ in range(2):
            await bob.bundles("alice")
        await limited(bob.bundles("alice"), 60 * 1000)
        if key == "bundles-per-account":
            await alice.bundles("bob")
        else:
            await limited(alice.bundles("bob"), 60 * 1000)
    run(story())


def test_one_time_prekeys_cannot_be_drained(stage):
    """Beyond a rate, the last-resort prekey is given: whoever asks gets an answer, and the rest is kept."""
    server = stage.server({"limits": {"one-time-prekeys-per-account": "3/h"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        taken = [(await bob.bundles("alice"))[0] for _ in range(5)]
        assert [b.HasField("one_time_prekey") for b in taken] == [True] * 3 + [False] * 2
        assert taken[4].last_resort_prekey
        device = alice.device
        await alice.close()
        assert (await (await Client.connect(server)).authenticate(device)).one_time_prekeys_left == 97
    run(story())


def test_sends(stage):
    server = stage.server({"limits": {"sends-per-account": "10/h"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        stored, refused = await alice.send_many(bob.device, [b"x"] * 10)
        assert len(stored) == 10 and not refused
        stored, refused = await alice.send_many(bob.device, [b"y", b"z"])
        assert not stored and {e.code for e in refused.values()} == {schema().ERROR_CODE_RATE_LIMITED}
        assert all(0 < e.retry_after_ms <= 60 * 60 * 1000 for e in refused.values())
        # Coming back does not help; and others are not concerned.
        alice = await Client.back(server, alice.device)
        stored, _ = await alice.send_many(bob.device, [b"y"])
        assert not stored
        stored, _ = await bob.send_many(alice.device, [b"x"])
        assert len(stored) == 1
    run(story())


def test_sends_to_one(stage):
    """What is refused for one recipient concerns no other, and nothing that comes after it to the same one passes it."""
    server = stage.server({"limits": {"sends-per-recipient": "3/h"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        carol = await Client.newcomer(server, "carol")
        stored, refused = await alice.send_many(bob.device, [b"x"] * 5)
        assert len(stored) == 3 and {e.code for e in refused.values()} == {schema().ERROR_CODE_RATE_LIMITED}
        assert len(refused) == 2 and all(0 < e.retry_after_ms <= 60 * 60 * 1000 for e in refused.values())
        for sender, to in ((alice, carol), (carol, bob), (bob, alice)):
            stored, refused = await sender.send_many(to.device, [b"x"])
            assert len(stored) == 1 and not refused
    run(story())


@pytest.mark.parametrize("key", ["salt-queries-per-address", "authentications-per-address"])
def test_questions(stage, key):
    server = stage.server({"limits": {key: "2/h"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        asker = await Client.connect(server)

        async def ask():
            if key.startswith("salt"):
                await asker.ask(salt_query=schema().SaltQuery(user_name="alice"))
            else:
                with pytest.raises(Refused, match="WRONG_KEY"):
                    await asker.authenticate(alice.device, secrets.token_bytes(64))
        await ask()
        await ask()
        if key.startswith("salt"):
            await limited(ask(), 60 * 60 * 1000)
        else:
            await limited(asker.authenticate(alice.device), 60 * 60 * 1000)
    run(story())


def test_limit_that_passes(stage):
    """Whoever waits for as long as the refusal says is answered; on a slow machine it may take some tries to be refused."""
    server = stage.server({"limits": {"salt-queries-per-address": "1/200ms"}})

    async def story():
        asker = await Client.connect(server)
        wait_ms = 0

        async def answered():
            nonlocal wait_ms
            try:
                await asker.ask(salt_query=schema().SaltQuery(user_name="alice"))
            except Refused as refused:
                wait_ms = refused.retry_after_ms
                assert 0 < wait_ms <= 200
                return False
            return True
        while await answered():
            pass
        await asyncio.sleep(wait_ms / 1000)
        while not await answered():  # no two clocks are the same
            await asyncio.sleep(wait_ms / 1000)
    run(story())


def test_connections_of_an_address(stage):
    server = stage.server({"limits": {"connections-per-address": 3}})

    async def story():
        held = [await Client.connect(server) for _ in range(3)]
        with pytest.raises((OSError, websockets.WebSocketException)):
            await Client.connect(server)
        await held[0].close()

        async def again():
            try:
                return await Client.connect(server)
            except (OSError, websockets.WebSocketException):
                return None
        while not await again():
            await asyncio.sleep(0.01)
    run(story())


def test_password_queue(stage):
    """Beyond the queue, logins are told that the server is busy, at once."""
    server = stage.server({"passwords": {"queue": 1, "threads": 1, "memory": "256M", "passes": 4}})

    async def story():
        async def join(i):
            client = await Client.connect(server)
            try:
                await client.join(Device(f"user{i}"))
                return "registered"
            except Refused as refused:
                return refused.code
        answers = await asyncio.gather(*(join(i) for i in range(10)))
        assert set(answers) == {"registered", "ERROR_CODE_BUSY"}
    run(story())


def test_a_stall_is_nobodys_silence(stage):
    """The server's machine sleeps for longer than anybody may be silent: who sent something meanwhile stays."""
    server = stage.server({"limits": {"keepalive": "1s", "silence": "2s"}})

    async def story():
        anna = await Client.newcomer(server, "anna")
        server.freeze()
        request = asyncio.ensure_future(anna.settle())
        await asyncio.sleep(3.5)
        server.thaw()
        await request
        await anna.settle()
    run(story())


def test_time_to_authenticate_and_silence(stage):
    hasty = stage.server({"limits": {"authenticate-timeout": "4s"}})  # of which the handshake is a part
    # Who answers pings stays, also on a machine that stands still for a while.
    patient = stage.server({"limits": {"keepalive": "1s", "silence": "6s"}})

    async def unknown():
        stranger = await Client.silent(hasty)
        assert await stranger.end() == ("TIMEOUT", 4002)

    async def silent():
        alice = await Client.newcomer(patient, "alice")
        await alice.nothing_comes()
        alice.socket.pong = lambda *_: asyncio.sleep(0)  # answers no ping from here on
        assert await alice.end() == ("TIMEOUT", 4002)

    async def story():
        await asyncio.gather(unknown(), silent())
    run(story())


def test_who_answers_pings_stays(stage):
    """For longer than the silence that is allowed, with nothing but pongs."""
    server = stage.server({"limits": {"keepalive": "1s", "silence": "4s"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        answer, pongs, enough = alice.socket.pong, [], asyncio.Event()

        async def counting(data=b""):
            await answer(data)
            pongs.append(data)
            if len(pongs) == 4:  # one comes after a second at the earliest, and two are not under way at once
                enough.set()
        alice.socket.pong = counting
        await asyncio.wait_for(enough.wait(), DEADLINE)
        await alice.nothing_comes()
    run(story())


def test_too_slow(stage):
    """Who takes nothing for too long is cut off; what waits for them waits on."""
    server = stage.server({"server": {"metrics": "127.0.0.1:0"},
                           "limits": {"slow-reader": "2s", "unacked-bytes": "256M", "unacked-messages": 65536}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        bob.socket.transport.pause_reading()
        for _ in range(30):
            stored, _ = await alice.send_many(bob.device, [bytes(100 * 1024)] * 9)
            assert len(stored) == 9

        def cut_off():
            figures = metrics.read(server.metrics_url)
            return figures['goodbyes_total{reason="too-slow"}'] == 1 and figures["connections"] == 1
        await asyncio.get_running_loop().run_in_executor(None, until, "bob is cut off", cut_off)

        del server.config["limits"]["slow-reader"]  # to fetch it all may take longer than that
        server.restart()
        bob = await Client.back(server, bob.device)
        assert len(await bob.envelopes(270)) == 270
    run(story())
