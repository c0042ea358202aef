# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: passwords that change, passwords that are guessed, accounts that end."""
import asyncio
import itertools
import secrets
import time

import pytest

from harness.client import Client, Device, run
from harness.wire import Refused, schema

numbers = itertools.count(1)


def name():
    return f"passwords{next(numbers)}"


async def refused(code, request):
    with pytest.raises(Refused) as caught:
        await request
    assert caught.value.code == f"ERROR_CODE_{code}"
    return caught.value


def parameters():
    return schema().PasswordParameters(salt=secrets.token_bytes(16), passes=4, memory_kib=128 * 1024)


async def change(client, old, new, password=None):
    answer = await client.ask(change_password=schema().ChangePassword(
        old_auth_key=old, password=password or parameters(), new_auth_key=new))
    assert answer.HasField("done")


async def delete(client, key):
    answer = await client.ask(delete_account=schema().DeleteAccount(auth_key=key))
    assert answer.HasField("done")


async def login(server, who, key, address=None):
    client = await Client.connect(server, address)
    await client.login(who, key)
    return client


# ---- Changing ----

def test_change(server):
    async def story():
        alice = await Client.newcomer(server, name())
        old, new, password = alice.device.auth_key, secrets.token_bytes(32), parameters()
        await refused("WRONG_PASSWORD", change(alice, secrets.token_bytes(32), new))
        await change(alice, old, new, password)
        await refused("WRONG_PASSWORD", change(alice, old, old))
        await alice.nothing_comes()  # the connection goes on

        asker = await Client.connect(server)
        salt = await asker.ask(salt_query=schema().SaltQuery(user_name=alice.device.name))
        assert salt.salt.password == password
        await (await Client.back(server, alice.device)).nothing_comes()  # and so does the device
        await refused("WRONG_PASSWORD", login(server, alice.device.name, old))
        server.restart()
        await refused("WRONG_PASSWORD", login(server, alice.device.name, old))
        assert (await login(server, alice.device.name, new)).device.id == 2
    run(story())


def test_change_needs_the_connection(server):
    async def story():
        nobody = await Client.connect(server)
        await refused("OUT_OF_ORDER", change(nobody, bytes(32), bytes(32)))
        await refused("OUT_OF_ORDER", delete(nobody, bytes(32)))
        alice = await Client.newcomer(server, name())
        for wrong in ({"old_auth_key": bytes(31)}, {"new_auth_key": b""}, {"password": None}):
            alice = await Client.back(server, alice.device)
            body = {"old_auth_key": bytes(32), "new_auth_key": bytes(32), "password": parameters()} | wrong
            await alice.tell(7, change_password=schema().ChangePassword(**body))
            assert await alice.end() == ("PROTOCOL_ERROR", 4000)
    run(story())


def test_one_change_at_a_time(server):
    """Of two at once, the second is turned away, or was verified against what is no more."""
    async def story():
        alice = await Client.newcomer(server, name())
        keys = [secrets.token_bytes(32) for _ in range(5)]
        for i, key in enumerate(keys, 1000):
            await alice.tell(i, change_password=schema().ChangePassword(
                old_auth_key=alice.device.auth_key, password=parameters(), new_auth_key=key))
        answers = {}
        while len(answers) < 5:
            frame = await alice.hear()
            answers[frame.request] = frame
        done = [i for i in answers if answers[i].HasField("done")]
        assert len(done) == 1
        await login(server, alice.device.name, keys[done[0] - 1000])
    run(story())


def test_changes_are_limited(stage):
    server = stage.server({"limits": {"password-changes-per-account": "2/h"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        key = alice.device.auth_key
        for _ in range(2):
            await change(alice, key, key)
        await refused("RATE_LIMITED", change(alice, key, key))
    run(story())


def test_cost_follows_the_configuration(stage):
    """A login makes the hash anew where the cost that is configured has changed."""
    server = stage.server({"passwords": {"passes": 1, "memory": "8M"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        key = alice.device.auth_key

        def hashes():
            server.stop()
            found = (server.state / "smserver.db").read_bytes()
            server.config["passwords"] = {"passes": 2, "memory": "16M"}
            server.start()
            return b"$m=8192,t=1,p=1$" in found, b"$m=16384,t=2,p=1$" in found
        assert hashes() == (True, False)
        await refused("WRONG_PASSWORD", login(server, "alice", secrets.token_bytes(32)))
        await login(server, "alice", key)
        assert hashes()[1]
        await login(server, "alice", key)
    run(story())


# ---- Guessing ----

def test_pauses_grow(stage):
    """After a few wrong passwords, each next has to wait longer; a right one ends it."""
    server = stage.server({"limits": {"wrong-password-pause": "20s"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        guesser = await Client.connect(server, "127.0.0.2")
        for _ in range(3):
            await refused("WRONG_PASSWORD", guesser.login("alice", secrets.token_bytes(32)))
        error = await refused("RATE_LIMITED", guesser.login("alice", secrets.token_bytes(32)))
        assert 0 < error.retry_after_ms <= 20_000
        await refused("RATE_LIMITED", guesser.login("alice", alice.device.auth_key))  # the right one has to wait too
        await refused("WRONG_PASSWORD", guesser.login("bob", secrets.token_bytes(32)))  # it was for alice

        # The owner is at another address: nobody keeps her out.
        await refused("WRONG_PASSWORD", change(alice, secrets.token_bytes(32), secrets.token_bytes(32)))
        await refused("WRONG_PASSWORD", login(server, "alice", secrets.token_bytes(32)))
        alice = await login(server, "alice", alice.device.auth_key)
        for _ in range(3):  # which began anew with the right one
            await refused("WRONG_PASSWORD", change(alice, secrets.token_bytes(32), secrets.token_bytes(32)))
        await refused("RATE_LIMITED", change(alice, alice.device.auth_key, secrets.token_bytes(32)))
        await refused("RATE_LIMITED", delete(alice, alice.device.auth_key))
    run(story())


def test_pauses_pass(stage):
    server = stage.server({"limits": {"wrong-password-pause": "100ms"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        guesser = await Client.connect(server, "127.0.0.2")
        pauses, guessed = [], 0
        while len(pauses) < 4:
            begin = time.monotonic()
            try:
                await guesser.login("alice", secrets.token_bytes(32))
            except Refused as error:
                if error.code == "ERROR_CODE_RATE_LIMITED":  # what is left of the pause; and what had passed of it, at most
                    pauses.append(error.retry_after_ms + (time.monotonic() - guessed) * 1000)
                    await asyncio.sleep(error.retry_after_ms / 1000)
                else:
                    guessed = begin
        assert pauses[3] > 790  # 100, 200, 400, 800, and no clock is exact
        await asyncio.sleep(1.6)
        await guesser.login("alice", alice.device.auth_key)
    run(story())


def test_pauses_of_an_address(stage):
    """Whoever tries one password on many names waits as well."""
    server = stage.server({"limits": {"wrong-password-pause": "30s"}})

    async def story():
        guesser = await Client.connect(server, "127.0.0.2")
        for i in range(20):
            await refused("WRONG_PASSWORD", guesser.login(f"name{i}", secrets.token_bytes(32)))
        await refused("RATE_LIMITED", guesser.login("yet-another", secrets.token_bytes(32)))
        other = await Client.connect(server, "127.0.0.3")
        await refused("WRONG_PASSWORD", other.login("yet-another", secrets.token_bytes(32)))
    run(story())


def test_strangers_do_not_lock_out(stage):
    """Many who guess from many addresses use up what strangers may try, not what the owner may."""
    server = stage.server({"limits": {"wrong-passwords-per-account": "5/h"}})

    async def story():
        alice = await Client.newcomer(server, "alice")
        for i in range(5):
            guesser = await Client.connect(server, f"127.0.1.{i + 1}")
            await refused("WRONG_PASSWORD", guesser.login("alice", secrets.token_bytes(32)))
        await refused("RATE_LIMITED", login(server, "alice", secrets.token_bytes(32), "127.0.1.9"))
        await refused("WRONG_PASSWORD", login(server, "alice", secrets.token_bytes(32)))
        await alice.close()
        alice = await login(server, "alice", alice.device.auth_key)
        new = secrets.token_bytes(32)
        await change(alice, alice.device.auth_key, new)
        # After a restart, whoever comes back with a device is known again.
        server.restart()
        alice = await Client.back(server, alice.device)
        for i in range(5):
            await refused("WRONG_PASSWORD", login(server, "alice", secrets.token_bytes(32), f"127.0.1.{i + 1}"))
        await login(server, "alice", new)
    run(story())


# ---- Deleting ----

def test_delete(server):
    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        device = alice.device
        await bob.send_many(device, [b"unread"])
        await refused("WRONG_PASSWORD", delete(alice, secrets.token_bytes(32)))
        await delete(alice, device.auth_key)
        assert await alice.end() == ("DEVICE_REMOVED", 4004)

        for _ in range(2):
            await refused("WRONG_KEY", (await Client.connect(server)).authenticate(device))
            await refused("WRONG_PASSWORD", login(server, device.name, device.auth_key))
            await refused("UNKNOWN_RECIPIENT", bob.bundles(device.name))
            stored, errors = await bob.send_many(device, [b"too late"])
            assert not stored
            assert [e.code for e in errors.values()] == [schema().ERROR_CODE_UNKNOWN_RECIPIENT]
            await refused("NAME_TAKEN", (await Client.connect(server)).join(Device(device.name)))
            asker = await Client.connect(server)
            salt = await asker.ask(salt_query=schema().SaltQuery(user_name=device.name))
            assert salt.salt.password.salt != device.password.salt
            server.restart()
            bob = await Client.back(server, bob.device)
    run(story())


def test_name_comes_free(stage):
    server = stage.server({"registration": {"reserve-names": "0s"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        await bob.send_many(alice.device, [b"for the first one"])
        await delete(alice, alice.device.auth_key)
        assert await alice.end() == ("DEVICE_REMOVED", 4004)
        alice = await Client.newcomer(server, "alice")
        await alice.nothing_comes()
    run(story())


def test_delete_while_somebody_logs_in(server):
    """Either the login comes first, and the old device deletes nothing, or there is nothing to log in to."""
    async def story():
        for _ in range(5):
            alice = await Client.newcomer(server, name())
            device = alice.device
            new = await Client.connect(server)
            outcomes = await asyncio.gather(delete(alice, device.auth_key), new.login(device.name, device.auth_key),
                                                 return_exceptions=True)
            reached = [o is None for o in outcomes]
            assert any(reached)
            asker = await Client.newcomer(server, name())
            if reached[0]:
                await refused("UNKNOWN_RECIPIENT", asker.bundles(device.name))
            else:
                bundle, = await asker.bundles(device.name)
                assert bundle.device_id == 2 and reached[1]
                await new.nothing_comes()
    run(story())
