# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: who may be who."""
import itertools
import secrets

import pytest

from harness.client import Client, Device, run
from harness.wire import Refused, schema

numbers = itertools.count(1)


def name():
    return f"accounts{next(numbers)}"


async def refused(code, request):
    with pytest.raises(Refused) as caught:
        await request
    assert caught.value.code == f"ERROR_CODE_{code}"
    return caught.value


def test_registers_and_comes_back(server):
    async def story():
        alice = await Client.newcomer(server, name())
        assert alice.device.id == 1
        await alice.close()
        alice = await Client.back(server, alice.device)
        await alice.close()
    run(story())


def test_name_taken(server):
    async def story():
        alice = await Client.newcomer(server, name())
        other = await Client.connect(server)
        await refused("NAME_TAKEN", other.join(Device(alice.device.name)))
        await other.join(Device(name()))  # on the same connection
    run(story())


@pytest.mark.parametrize("bad", ["", "a", "Alice", "al ice", "-alice", "alice.", "älice"])
def test_bad_name(server, bad):
    async def story():
        stranger = await Client.connect(server)
        await refused("BAD_NAME", stranger.join(Device(bad)))
    run(story())


def test_wrong_signature(server):
    async def story():
        alice = await Client.newcomer(server, name())
        device = alice.device
        other = await Client.connect(server)
        wrong = [
            secrets.token_bytes(64),
            device.sign(alice.welcome.challenge),  # made for another connection
            device.sign(other.welcome.challenge, server_name="evil.example"),
            device.sign(other.welcome.challenge, name="somebody"),
            device.sign(other.welcome.challenge, device_id=2),
        ]
        for signature in wrong:
            await refused("WRONG_KEY", other.authenticate(device, signature))
        await other.authenticate(device)
    run(story())


def test_unknown_name_and_device_are_a_wrong_key(server):
    async def story():
        alice = await Client.newcomer(server, name())
        nobody = Device(name())
        nobody.id = 1
        other = await Client.connect(server)
        await refused("WRONG_KEY", other.authenticate(nobody))
        alice.device.id = 7
        await refused("WRONG_KEY", other.authenticate(alice.device))
    run(story())


def test_server_names(server):
    async def story():
        client = await Client.silent(server)
        await refused("WRONG_SERVER_NAME", client.greet("evil.example"))
        await refused("WRONG_SERVER_NAME", client.greet(""))
        await client.greet("LOCALHOST")
    run(story())


def test_protocol_versions(server):
    async def story():
        client = await Client.silent(server)
        await refused("PROTOCOL_TOO_NEW", client.greet(oldest=2, newest=9))
        welcome = await client.greet(oldest=1, newest=9)
        assert welcome.protocol == 1
    run(story())


def test_salt_is_the_accounts_or_stays_the_same(server):
    async def story():
        alice = await Client.newcomer(server, name())
        asker = await Client.connect(server)

        async def salt(of):
            return (await asker.ask(salt_query=schema().SaltQuery(user_name=of))).salt.password
        assert await salt(alice.device.name) == alice.device.password
        invented = await salt("nobody-has-this")
        assert len(invented.salt) == 16 and invented.passes == 3 and invented.memory_kib == 256 * 1024
        assert await salt("nobody-has-this") == invented
        assert await salt("nor-this") != invented
        server.restart()
        asker = await Client.connect(server)
        assert await salt("nobody-has-this") == invented
    run(story())


def test_login_replaces_the_device(server):
    async def story():
        alice, bob = await Client.newcomer(server, name()), await Client.newcomer(server, name())
        await bob.send_many(alice.device, [b"for the old device"])
        old = alice.device
        new = await Client.connect(server)
        await refused("WRONG_PASSWORD", new.login(old.name, secrets.token_bytes(32)))
        await refused("WRONG_PASSWORD", new.login("nobody-has-this", old.auth_key))
        await new.login(old.name, old.auth_key)
        assert new.device.id == 2
        assert await alice.end() == ("DEVICE_REMOVED", 4004)

        await refused("WRONG_KEY", (await Client.connect(server)).authenticate(old))
        stored, errors = await bob.send_many(old, [b"too late"])
        assert not stored and [e.code for e in errors.values()] == [schema().ERROR_CODE_STALE_DEVICE]
        bundle, = await bob.bundles(old.name)
        assert bundle.device_id == 2
        await bob.send_many(new.device, [b"for the new device"])
        envelope, = await new.envelopes(1)
        assert envelope.payload == b"for the new device"
    run(story())


def test_newer_connection_wins(server):
    async def story():
        first = await Client.newcomer(server, name())
        for _ in range(3):  # whichever thread it lands on
            second = await Client.back(server, first.device)
            assert await first.end() == ("REPLACED", 4001)
            first = second
        bob = await Client.newcomer(server, name())
        await bob.send_many(first.device, [b"to the newest"])
        assert (await first.envelopes(1))[0].payload == b"to the newest"
    run(story())


def test_prekeys(server):
    async def story():
        alice, bob = await Client.newcomer(server, name(), one_time=3), await Client.newcomer(server, name())
        taken = [(await bob.bundles(alice.device.name))[0] for _ in range(5)]
        assert [b.one_time_prekey.id for b in taken[:3]] == [1, 2, 3]
        assert all(b.HasField("one_time_prekey") and not b.last_resort_prekey for b in taken[:3])
        assert all(b.last_resort_prekey and not b.HasField("one_time_prekey") for b in taken[3:])
        await refused("UNKNOWN_RECIPIENT", bob.bundles("nobody-has-this"))

        pb = schema()
        keys = alice.device.keys(200, first=10)
        answer = await alice.ask(upload_prekeys=pb.UploadPrekeys(
            signed_prekey=b"new signed", one_time_prekeys=keys.one_time_prekeys[:190]))
        assert answer.prekey_count.one_time_prekeys_left == 190
        counts = [f.prekey_count.one_time_prekeys_left for f in alice.unasked if f.HasField("prekey_count")]
        assert counts == [2, 1, 0]  # told each time that it fell
        await refused("TOO_MANY_PREKEYS", alice.ask(upload_prekeys=pb.UploadPrekeys(
            one_time_prekeys=keys.one_time_prekeys[189:])))
        bundle, = await bob.bundles(alice.device.name)
        assert bundle.signed_prekey == b"new signed" and bundle.one_time_prekey.id == 10

        device = alice.device
        await alice.close()
        left = await (await Client.connect(server)).authenticate(device)
        assert left.one_time_prekeys_left == 189
    run(story())


def test_closed(stage):
    server = stage.server({"registration": {"policy": "closed"}})

    async def story():
        stranger = await Client.connect(server)
        assert stranger.welcome.registration == schema().REGISTRATION_POLICY_CLOSED
        await refused("REGISTRATION_CLOSED", stranger.join(Device("alice")))
    run(story())


def test_invitation(stage, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("# for friends\nfirst-token\n\n  second-token  \n")
    server = stage.server({"registration": {"policy": "invitation", "invitation-file": tokens}})

    async def story():
        stranger = await Client.connect(server)
        assert stranger.welcome.registration == schema().REGISTRATION_POLICY_INVITATION
        for wrong in ("", "third-token", "first-toke", "# for friends"):
            await refused("BAD_INVITATION", stranger.join(Device("alice"), token=wrong))
        await stranger.join(Device("alice"), token="first-token")
        other = await Client.connect(server)
        await refused("BAD_INVITATION", other.join(Device("bob"), token="first-token"))
        await other.join(Device("bob"), token="second-token")
        with tokens.open("a") as file:
            print("third-token", file=file)
        server.restart()
        third = await Client.connect(server)
        await refused("BAD_INVITATION", third.join(Device("carol"), token="first-token"))
        await third.join(Device("carol"), token="third-token")
    run(story())
