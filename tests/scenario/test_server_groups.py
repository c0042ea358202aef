# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: groups have one order, one list, and one commit for each epoch."""
import asyncio
import itertools
import secrets
import sqlite3

import pytest

from harness import metrics
from harness.client import run
from harness.group import Member, group_of, newcomers
from harness.waiting import until
from harness.wire import Refused, schema

numbers = itertools.count(1)


async def people(server, *names):
    n = next(numbers)
    return await newcomers(server, *(f"{name}-g{n}" for name in names))


def code(refused):
    return refused.value.code.removeprefix("ERROR_CODE_")


async def refused(what):
    with pytest.raises(Refused) as problem:
        await what
    return code(problem)


def test_one_order(server):
    """Several speak at once: all others hear the same, in the same order, and nobody hears themselves."""
    async def story():
        anna, ben, carla, dora = await people(server, "anna", "ben", "carla", "dora")
        group = await group_of(anna, ben, carla, dora)
        assert anna.welcome.limits.group_members_max == 2000

        async def talk(member, word):
            for i in range(20):
                await member.say(group, f"{word} {i}".encode())
        await asyncio.gather(talk(anna, "a"), talk(ben, "b"))
        heard = [[e.payload for e in await member.envelopes(40)] for member in (carla, dora)]
        assert heard[0] == heard[1]
        assert [p for p in heard[0] if p.startswith(b"a")] == [f"a {i}".encode() for i in range(20)]
        assert [p for p in heard[0] if p.startswith(b"b")] == [e.payload for e in await anna.envelopes(20)]

        last = await carla.say(group, b"last")
        envelope, = await dora.hears(b"last")
        assert (envelope.group, envelope.id, envelope.sender, envelope.sender_device_id) == (
            group, last, carla.device.name, 1)
        await carla.nothing_comes()
    run(story())


def test_first_commit_wins(server):
    async def story():
        anna, ben, carla = await people(server, "anna", "ben", "carla")
        group = await group_of(anna, ben)
        results = await asyncio.gather(anna.commit(group, 1, b"by anna"), ben.commit(group, 1, b"by ben"),
                                       return_exceptions=True)
        lost, = [r for r in results if isinstance(r, Refused)]
        assert lost.code == "ERROR_CODE_STALE_EPOCH"
        winner, loser = (anna, ben) if results[1] is lost else (ben, anna)
        first, = await loser.envelopes(1)
        assert first.id in results
        assert await refused(loser.commit(group, 1)) == "STALE_EPOCH"
        assert await refused(loser.commit(group, 3)) == "STALE_EPOCH"
        second = await loser.commit(group, 2, b"rebased", added=[carla.device.name])
        await winner.hears(b"rebased")
        await carla.hears(b"welcome by rebased")

        found = await anna.fetch(group, 1)
        assert found.epoch == 3 and not found.more
        assert list(found.members) == sorted(c.device.name for c in (anna, ben, carla))
        assert [(c.epoch, c.id, c.sender) for c in found.commits] == [
            (1, first.id, winner.device.name), (2, second, loser.device.name)]
        assert not (await carla.fetch(group)).commits  # nothing from before she was there
        assert [c.id for c in (await ben.fetch(group, 1, first.id)).commits] == [second]
    run(story())


def test_repeats(stage):
    """What comes again by its ID goes to nobody, and is answered as before; also after the server was killed."""
    server = stage.server()

    async def story():
        anna, ben, carla = await people(server, "anna", "ben", "carla")
        group = await group_of(anna, ben)
        message = await anna.say(group, b"message")
        commit = await anna.commit(group, 1, b"commit", added=[carla.device.name])

        async def again():
            assert await anna.say(group, b"message", message) == message
            assert await anna.commit(group, 1, b"commit", commit, added=[carla.device.name]) == commit
            await anna.create(secrets.token_bytes(16))
        await again()
        await ben.hears(b"message", b"commit")
        await ben.ack(2 ** 64 - 1)
        await carla.hears(b"welcome by commit")
        await again()
        await ben.nothing_comes()

        server.kill()
        server.start()
        anna, ben, carla = [await Member.back(server, c.device) for c in (anna, ben, carla)]
        await again()
        await carla.hears(b"welcome by commit")  # which she had not acked, and once
        await ben.say(group, b"behind it")
        await carla.hears(b"behind it")
        assert (await carla.fetch(group)).epoch == 2
    run(story())


def test_created_once(server):
    async def story():
        anna, ben = await people(server, "anna", "ben")
        group = secrets.token_bytes(16)
        await anna.create(group)
        await anna.create(group)  # her answer was lost
        assert await refused(ben.create(group)) == "GROUP_EXISTS"
        await anna.commit(group, 0, added=[ben.device.name])
        assert await refused(anna.create(group)) == "GROUP_EXISTS"
        assert await refused(ben.say(secrets.token_bytes(16), b"x")) == "NO_GROUP"
    run(story())


def test_added_and_removed(server):
    """Who comes hears the welcome and what is behind it; who goes hears the commit and no more."""
    async def story():
        anna, ben, carla, dora = await people(server, "anna", "ben", "carla", "dora")
        group = await group_of(anna, ben)
        await anna.say(group, b"before")
        assert await refused(carla.say(group, b"x")) == "NO_GROUP"
        assert await refused(carla.fetch(group)) == "NO_GROUP"
        await anna.commit(group, 1, b"change", added=[carla.device.name, "nobody-at-all"], removed=[ben.device.name])
        await anna.say(group, b"behind")
        await carla.hears(b"welcome by change", b"behind")
        await ben.hears(b"before", b"change")
        await ben.nothing_comes()
        assert await refused(ben.say(group, b"x")) == "NO_GROUP"
        assert await refused(ben.commit(group, 2)) == "NO_GROUP"

        # Replaced: a welcome, and not the commit.
        await anna.commit(group, 2, b"replace", added=[carla.device.name], removed=[carla.device.name])
        await carla.hears(b"welcome by replace")
        assert not (await carla.fetch(group)).commits

        await carla.leave(group)
        await carla.leave(group)
        await anna.say(group, b"alone")
        await carla.nothing_comes()
        assert list((await anna.fetch(group)).members) == [anna.device.name]
        await anna.leave(group)
        assert await refused(anna.fetch(group)) == "NO_GROUP"
        await dora.create(group)  # as there is none
    run(story())


def test_in_spite_of(server):
    """A commit that its members refuse is taken the place of: the epoch stays, and the list is as it would have been."""
    async def story():
        anna, ben, carla, mallory = await people(server, "anna", "ben", "carla", "mallory")
        group = await group_of(anna, ben, mallory)
        evil = await mallory.commit(group, 1, b"evil", added=[carla.device.name],
                                    removed=[anna.device.name, ben.device.name])
        await carla.hears(b"welcome by evil")
        for member in (anna, ben):
            await member.hears(b"evil")
        assert await refused(anna.say(group, b"x")) == "NO_GROUP"
        assert await refused(anna.commit(group, 1)) == "NO_GROUP"
        assert await refused(anna.commit(group, 1, in_spite_of=secrets.token_bytes(16))) == "STALE_EPOCH"
        assert await refused(anna.commit(group, 2, in_spite_of=evil)) == "STALE_EPOCH"
        good = await ben.commit(group, 1, b"good", removed=[mallory.device.name], in_spite_of=evil)
        await anna.hears(b"good")
        await carla.hears(b"good")
        await mallory.hears(b"good")
        assert await refused(mallory.say(group, b"x")) == "NO_GROUP"
        assert await refused(carla.say(group, b"x")) == "NO_GROUP"

        found = await anna.fetch(group, 1)
        assert found.epoch == 2 and list(found.members) == sorted([anna.device.name, ben.device.name])
        assert [(c.epoch, c.id) for c in found.commits] == [(1, evil), (1, good)]
        await anna.commit(group, 2, b"on")
        await ben.hears(b"on")

        # A group that somebody emptied is not gone for the others.
        evil = await anna.commit(group, 3, b"evil", removed=[ben.device.name])
        await anna.leave(group)
        await ben.hears(b"evil")
        await ben.commit(group, 3, b"good", in_spite_of=evil)
        assert list((await ben.fetch(group)).members) == [ben.device.name]
    run(story())


def test_full_mailbox_of_one(stage):
    """Others get what one member has no room for; a part of each mailbox is kept for those who write to its owner alone."""
    server = stage.server({"limits": {"mailbox-messages": 12}, "server": {"metrics": "127.0.0.1:0"}})

    async def story():
        anna, ben, carla = await people(server, "anna", "ben", "carla")
        group = await group_of(anna, ben, carla)
        for member in (ben, carla):
            await member.ack(2 ** 64 - 1)
            await member.settle()
        await ben.close()
        for i in range(11):
            await anna.say(group, b"%d" % i)
            await carla.ack((await carla.hears(b"%d" % i))[0].sequence)
            await carla.settle()
        stored, full = await anna.send_many(ben.device, [b"alone"] * 4)
        assert len(stored) == 3 and len(full) == 1
        ben = await Member.back(server, ben.device)
        await ben.hears(*(b"%d" % i for i in range(9)), *[b"alone"] * 3)
        found = metrics.read(server.metrics_url)
        assert found["group_messages_total"] == 11 and found["group_envelopes_skipped_full_total"] == 2
        assert found["group_commits_total"] == 1
    run(story())


def count_rows(server, table):
    with sqlite3.connect(f"file:{server.state}/smserver.db?mode=ro", uri=True) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_payloads_are_stored_once(stage):
    """And go when nobody needs them any more: acked by all, or with the mailbox of who did not; commits when their time is over."""
    server = stage.server()

    async def story():
        members = await people(server, *"abcdefgh")
        group = await group_of(*members)
        await members[0].say(group, b"to seven")
        assert count_rows(server, "shared") <= 3  # a commit, its welcome, and this
        for member in members[1:]:
            await member.hears(b"to seven")
            await member.ack(2 ** 64 - 1)
        until("only the commit", lambda: count_rows(server, "shared") == 1)
        await members[0].say(group, b"unread")
        server.config["limits"]["retention"] = "1s"
        server.restart()
        until("nothing", lambda: not any(count_rows(server, table) for table in ("shared", "shared_uses", "group_commit")))
        member = await Member.back(server, members[1].device)
        assert (await member.fetch(group)).epoch == 1
        await member.commit(group, 1, b"on")
        assert (await member.fetch(group)).epoch == 2
    run(story())


def test_account_deleted(server):
    """It is off all lists, and its group goes with its last member."""
    async def story():
        anna, ben = await people(server, "anna", "ben")
        group, own = await group_of(anna, ben), await group_of(ben)
        await anna.say(group, b"unread")
        await ben.ask(delete_account=schema().DeleteAccount(auth_key=ben.device.auth_key))
        assert list((await anna.fetch(group)).members) == [anna.device.name]
        await anna.say(group, b"to nobody")
        await anna.commit(group, 1, added=[ben.device.name])
        assert list((await anna.fetch(group)).members) == [anna.device.name]
        await anna.create(own)
        found = await anna.ask(take_key_packages=schema().TakeKeyPackages(user_names=[ben.device.name]))
        assert list(found.key_packages.missing) == [ben.device.name]
    run(story())


def test_device_replaced(server):
    """The list has accounts: the new device gets what comes from then on."""
    async def story():
        anna, ben = await people(server, "anna", "ben")
        group = await group_of(anna, ben)
        await ben.ask(upload_key_packages=schema().UploadKeyPackages(one_time=[b"old"], last_resort=b"old"))
        await anna.say(group, b"for the old one")
        old = ben
        ben = await Member.connect(server)
        await ben.login(old.device.name, old.device.auth_key)
        await anna.say(group, b"for the new one")
        await ben.hears(b"for the new one")
        answer = await anna.ask(take_key_packages=schema().TakeKeyPackages(user_names=[ben.device.name]))
        assert list(answer.key_packages.missing) == [ben.device.name]
    run(story())


def test_key_packages(server):
    """Each one-time package once, then the last resort; the owner hears that they go to the end."""
    async def story():
        pb = schema()
        anna, ben = await people(server, "anna", "ben")

        async def upload(**what):
            return (await ben.ask(upload_key_packages=pb.UploadKeyPackages(**what))).key_package_count.left

        async def take(*names):
            return (await anna.ask(take_key_packages=pb.TakeKeyPackages(user_names=names))).key_packages
        assert await upload() == 0
        assert list((await take(ben.device.name)).missing) == [ben.device.name]
        assert await upload(one_time=[b"old"] * 3, last_resort=b"last resort") == 3
        assert await upload(one_time=[b"%d" % i for i in range(21)], replace=True) == 21
        assert await refused(upload(one_time=[b"x"] * 80)) == "TOO_MANY_PREKEYS"
        assert await upload() == 21

        found = await take(*[ben.device.name] * 20, "nobody-at-all", anna.device.name)
        assert [p.package for p in found.packages] == [b"%d" % i for i in range(20)]
        assert {(p.user_name, p.device_id) for p in found.packages} == {(ben.device.name, 1)}
        assert list(found.missing) == ["nobody-at-all", anna.device.name]
        found = await take(*[ben.device.name] * 3)
        assert [p.package for p in found.packages] == [b"20", b"last resort", b"last resort"]
        await ben.nothing_comes()
        assert [f.key_package_count.left for f in ben.unasked if f.HasField("key_package_count")][-1] == 0
    run(story())


def test_limits(stage):
    server = stage.server({"groups": {"members": 3, "per-account": 2}, "limits": {
        "sends-per-account": "3/h", "group-changes-per-account": "4/h", "group-fetches-per-account": "1/h",
        "key-packages-per-account": "2/h", "one-time-key-packages-per-account": "1/h"}})

    async def story():
        pb = schema()
        anna, ben, *others = await people(server, "anna", "ben", "carla", "dora")
        names = [c.device.name for c in (ben, *others)]
        one, two, three = (secrets.token_bytes(16) for _ in range(3))
        assert anna.welcome.limits.group_members_max == 3
        await anna.create(one)
        await anna.create(two)
        assert await refused(anna.create(three)) == "GROUP_FULL"
        assert await refused(anna.commit(one, 0, added=names)) == "GROUP_FULL"
        await anna.commit(one, 0, added=names[:2])
        assert (await anna.fetch(one)).epoch == 1
        assert await refused(anna.fetch(one)) == "RATE_LIMITED"
        await anna.say(one, b"third")
        assert await refused(anna.say(one, b"fourth")) == "RATE_LIMITED"

        await ben.create(three)
        assert await refused(ben.create(secrets.token_bytes(16))) == "GROUP_FULL"
        await others[1].create(two[:8] + one[:8])
        assert await refused(others[1].commit(two[:8] + one[:8], 0, added=names[:1])) == "GROUP_FULL"
        await anna.leave(two)
        assert await refused(anna.leave(one)) == "RATE_LIMITED"

        await ben.ask(upload_key_packages=pb.UploadKeyPackages(one_time=[b"one", b"two"], last_resort=b"last"))
        found = await anna.ask(take_key_packages=pb.TakeKeyPackages(user_names=names[:1] * 2))
        assert [p.package for p in found.key_packages.packages] == [b"one", b"last"]
        assert await refused(anna.ask(take_key_packages=pb.TakeKeyPackages(user_names=names[:1]))) == "RATE_LIMITED"
    run(story())


def test_groups_are_off(stage):
    server = stage.server({"groups": {"members": 0}})

    async def story():
        anna, = await people(server, "anna")
        assert anna.welcome.limits.group_members_max == 0
        assert await refused(anna.create(secrets.token_bytes(16))) == "UNSUPPORTED"
    run(story())


def test_large_ones(server):
    """The largest commit with the largest welcome, and answers that come in parts."""
    async def story():
        anna, ben = await people(server, "anna", "ben")
        group = secrets.token_bytes(16)
        await anna.create(group)
        commit, welcome = secrets.token_bytes(256 * 1024), secrets.token_bytes(704 * 1024)
        await anna.say(group, commit, epoch=0, added=[ben.device.name], welcome=welcome)
        await ben.hears(welcome)
        for epoch in range(1, 5):
            await anna.commit(group, epoch, commit)
        await ben.hears(*[commit] * 4)
        found, epoch, after = [], 0, b""
        while True:
            part = await anna.fetch(group, epoch, after)
            found += part.commits
            if not part.more:
                break
            epoch, after = found[-1].epoch, found[-1].id
        assert [c.epoch for c in found] == list(range(5)) and all(c.payload == commit for c in found)
    run(story())


def test_killed_between(stage):
    """What was answered is there, whole; what was not is there for all, or for nobody."""
    server = stage.server()

    async def story():
        anna, ben, carla = await people(server, "anna", "ben", "carla")
        group = await group_of(anna, ben, carla)
        said = [await anna.say(group, b"%d" % i) for i in range(5)]
        pb = schema()
        under_way = [secrets.token_bytes(16) for _ in range(50)]
        for i, id_ in enumerate(under_way):
            await anna.tell(1000 + i, group_send=pb.GroupSend(group=group, id=id_, payload=b"under way"))
        server.kill()
        server.start()
        anna, ben, carla = [await Member.back(server, c.device) for c in (anna, ben, carla)]
        for id_ in under_way:
            await anna.say(group, b"under way", id_)
        await anna.commit(group, 1, b"end")
        heard = []
        for member in (ben, carla):
            envelopes = []
            while not envelopes or envelopes[-1].payload != b"end":
                frame = await member.hear()
                envelopes += frame.deliver.envelopes
            heard.append([e.id for e in envelopes if not e.payload.startswith(b"welcome")])
        assert heard[0] == heard[1]
        assert heard[0][:5] == said and heard[0][5:-1] == under_way
    run(story())
