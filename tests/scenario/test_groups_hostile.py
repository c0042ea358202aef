# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups on a server that lies, and with people who should not be in: what each attempt leads to (docs/protocol-groups.md)."""
import secrets
import shutil

import pytest

from harness.bus import DBusError
from harness.insider import Insider
from harness.relay import Relay
from harness.waiting import until
from harness.wire import schema

GROUP = "+crew"


class Circle:
    """Three people, each behind a relay of their own: anna administers. mallory is in no group."""

    def __init__(self, stage, server):
        self.stage, self.server = stage, server
        self.relays = {}
        self.anna, self.bert, self.carol, self.mallory = [self.join(n) for n in ("anna", "bert", "carol", "mallory")]
        self.three = [self.anna, self.bert, self.carol]
        for person in (self.bert, self.carol):
            self.anna.send(person, "hello")
        for person in (self.bert, self.carol):
            person.wait_text(self.anna, "hello")
            person.smctl("accept", self.anna.name, expect=0)
        group(self.anna, "create", "crew", self.bert.name, self.carol.name)
        for person in self.three:
            until("all are in", lambda: group(person, "list").lines != [])
        self.id = bytes.fromhex(info(self.anna)["id"])

    def join(self, name, server=None):
        user = self.stage.user(f"{name}{next(self.stage.numbers)}")
        self.relays[user] = Relay(user.folder, server or self.server)
        self.stage.ends.insert(0, self.relays[user].close)
        user.register(self.relays[user])
        return user

    def relay(self, user):
        return self.relays[user]

    def heard(self, user):
        """The group's envelopes that the server had for this person."""
        return [e for e in self.relay(user).seen if e.group == self.id]

    def deliver(self, user, *payloads, sender=None):
        """Envelopes of the group which the server makes by itself."""
        pb = schema()
        self.relay(user).deliver(*[
            pb.Envelope(id=secrets.token_bytes(16), sender=(sender or self.anna).name, sender_device_id=1, group=self.id,
                        payload=payload) for payload in payloads])

    def talk(self, *people):
        """Everybody says something, and everybody reads all of it; and they are in the same group."""
        people = people or self.three
        words = {person: f"{person.name} says {secrets.token_hex(4)}" for person in people}
        for person in people:
            say(person, words[person])
        for person in people:
            for text in words.values():
                wait_text(person, text)
        until("all agree", lambda: len({(info(p)["epoch"], info(p)["authenticator"]) for p in people}) == 1)


def group(user, action, *arguments, expect=0):
    return user.smctl("--json", "group", "--yes", action, *arguments, expect=expect)


def info(user):
    return group(user, "info", GROUP).json


def members(user):
    return sorted(m["name"] for m in info(user)["members"])


def state(user):
    found = info(user)
    return found["standing"], found["epoch"], found["authenticator"], members(user)


def history(user):
    try:
        return user.history(GROUP, 500)
    except DBusError:  # they are not in it yet
        return []


def texts(user):
    return [m["text"] for m in history(user) if m["kind"] == "text"]


def say(user, text):
    return user.smctl("--json", "send", GROUP, text, expect=0).json["id"]


def wait_text(user, text):
    until(f"{user.name} reads {text!r}", lambda: text in texts(user))


@pytest.fixture(scope="module")
def circle(shared_stage, shared_server):
    return Circle(shared_stage, shared_server)


@pytest.fixture(autouse=True)
def honest_again(circle):
    yield
    for relay in circle.relays.values():
        relay.pass_all()


# ---- The server ----

def test_add_a_member(circle):
    """It lets mallory hear all that the group does, gives her another's welcome, and tells the others that she is in."""
    anna, bert, carol, mallory = circle.anna, circle.bert, circle.carol, circle.mallory
    circle.talk()
    group(anna, "renew", GROUP)
    until("bert has it", lambda: info(bert)["epoch"] == info(anna)["epoch"])
    before = state(bert)
    overheard = [e.payload for e in circle.heard(bert)]
    commit = overheard[-1]
    circle.deliver(mallory, *overheard)
    forged = [commit[:-1] + bytes([commit[-1] ^ 1]), commit[:len(commit) // 2], b"\0" * 64, secrets.token_bytes(200)]
    circle.deliver(bert, *forged, overheard[0])
    circle.talk()
    assert state(bert) == before and mallory.name not in members(anna)
    anna.send(mallory, "are you there?")  # it is behind those envelopes
    until("mallory has heard all of it", lambda: mallory.knows(anna))
    assert group(mallory, "list").lines == []


def test_again(circle):
    """Every message and every commit once more, under another envelope's ID."""
    bert = circle.bert
    circle.talk()
    before = state(bert), [m["id"] for m in history(bert)]
    circle.deliver(bert, *[e.payload for e in circle.heard(bert)])
    circle.anna.send(bert, "behind all that")
    bert.wait_text(circle.anna, "behind all that")
    assert (state(bert), [m["id"] for m in history(bert)]) == before
    circle.talk()


def test_another_key_package(circle):
    """Instead of erin's: that of somebody else, and that of another erin, whom the server has made."""
    anna, mallory, stage = circle.anna, circle.mallory, circle.stage
    erin = stage.member("erin", circle.server)
    anna.send(erin, "hello")
    erin.wait_text(anna, "hello")
    elsewhere = stage.server()
    false_erin = stage.user(erin.name)
    made = []
    relay = Relay(false_erin.folder, elsewhere)
    stage.ends.insert(0, relay.close)
    relay.from_client = lambda frame: made.extend(frame.upload_key_packages.one_time) or [frame]
    false_erin.register(relay)
    until("she has packages", lambda: made)
    theirs = []

    def exchange(frame):
        for package in frame.key_packages.packages:
            package.package = theirs[-1]
        return [frame]
    circle.relay(anna).from_server = exchange
    theirs.append(made[0])
    group(anna, "add", GROUP, erin.name, expect=21)
    theirs.append(made[1])
    group(anna, "add", GROUP, mallory.name, expect=21)  # of somebody else altogether
    assert members(anna) == sorted(p.name for p in circle.three)


def test_withhold_a_removal(circle):
    anna, bert, carol = circle.three

    def without_commits(frame):
        kept = [e for e in frame.deliver.envelopes if e.group != circle.id]
        if frame.HasField("deliver") and len(kept) < len(frame.deliver.envelopes):
            del frame.deliver.envelopes[:]
            frame.deliver.envelopes.extend(kept)
            return [frame] if kept else []
        return [frame]
    circle.relay(bert).from_server = without_commits
    circle.relay(carol).from_server = without_commits
    before = info(bert)["epoch"]
    count = len(circle.heard(bert))
    group(anna, "remove", GROUP, carol.name)
    say(anna, "carol is out")
    until("the server had it for bert", lambda: len(circle.heard(bert)) == count + 2)
    commit, message = [e.payload for e in circle.heard(bert)[count:]]
    # Nobody can read the new epoch without the commit: not who stays, nor who goes.
    circle.deliver(carol, message)
    anna.send(carol, "seen?")
    carol.wait_text(anna, "seen?")
    assert "carol is out" not in texts(carol)
    # Who stays asks for what is missing, as soon as there is a word of the new epoch.
    assert (info(bert)["epoch"], carol.name in members(bert)) == (before, True)
    circle.relay(bert).pass_all()
    circle.deliver(bert, message)
    wait_text(bert, "carol is out")
    assert carol.name not in members(bert)
    # With the commit, she knows that she is out; and still reads nothing.
    circle.relay(carol).pass_all()
    circle.deliver(carol, commit, message)
    until("she knows", lambda: info(carol)["standing"] != "member")
    assert "carol is out" not in texts(carol)
    group(anna, "add", GROUP, carol.name)
    until("she is back", lambda: info(carol)["standing"] == "member")
    circle.talk()


def test_split(circle):
    """Bert is shown a commit that nobody else sees, his own; and not the one that the others have."""
    anna, bert, carol = circle.three
    relay = circle.relay(bert)

    def take_alone(frame):
        if not frame.HasField("group_send"):
            return [frame]
        pb = schema()
        answer = pb.ServerFrame(request=frame.request, send_result=pb.SendResult(stored=[frame.group_send.id]))
        relay.answer(answer)
        return []
    relay.from_client = take_alone
    group(bert, "renew", GROUP)
    relay.from_client = lambda frame: [frame]
    group(anna, "renew", GROUP)
    until("carol has it", lambda: info(carol)["epoch"] == info(anna)["epoch"])
    assert info(bert)["epoch"] == info(anna)["epoch"]
    assert info(carol)["authenticator"] == info(anna)["authenticator"] != info(bert)["authenticator"]
    say(anna, "to all of you")
    wait_text(carol, "to all of you")
    until("bert is told", lambda: history(bert)[-1]["kind"] == "unreadable")
    assert "to all of you" not in texts(bert)
    say(anna, "still nothing?")
    say(bert, "nobody reads this")
    until("the others are told", lambda: history(carol)[-1]["kind"] == "unreadable")
    assert len([m for m in history(bert) if m["kind"] == "unreadable"]) == 1
    group(bert, "rejoin", GROUP)  # over to the half of whoever he knows
    until("bert is back", lambda: info(bert)["authenticator"] == info(anna)["authenticator"])
    circle.talk()
    assert "nobody reads this" not in texts(anna) + texts(carol)


# ---- People ----

def test_member_without_rules(circle):
    """An ordinary member removes another. The server takes it for the group's next commit; nobody else does."""
    anna, bert, carol = circle.three
    wicked = Insider(circle.server, f"wicked{next(circle.stage.numbers)}")
    circle.stage.ends.append(wicked.end)
    group(anna, "add", GROUP, wicked.name)
    until("all have it", lambda: all(wicked.name in members(p) for p in circle.three))
    before = state(bert)
    wicked.remove(carol.name)
    for person in circle.three:
        until("all are told", lambda: (history(person)[-1]["kind"], history(person)[-1]["sender"]) ==
              ("group-refused", wicked.name))
    assert state(bert) == before and info(carol)["standing"] == "member"
    group(anna, "remove", GROUP, wicked.name)  # in spite of that one, which is undone on the server's list as well
    circle.talk()
    assert members(anna) == sorted(p.name for p in circle.three)
    for person in circle.three:
        assert [m["kind"] for m in history(person)].count("group-refused") == 1


def test_removed_and_rolled_back(circle):
    """Whoever was removed, and has a copy of the store from before: with all that the server has for the others."""
    anna, bert, carol = circle.three
    carol.stop()
    store, copy = carol.home / ".local/state", carol.folder / "copy"
    shutil.copytree(store, copy)
    count = len(circle.heard(bert))
    group(anna, "remove", GROUP, carol.name)
    say(anna, "the new password is swordfish")
    wait_text(bert, "the new password is swordfish")
    overheard = [e.payload for e in circle.heard(bert)[count:]]
    shutil.rmtree(store)
    shutil.copytree(copy, store)
    carol.start()
    carol.unlock()
    carol.wait_online()
    circle.deliver(carol, *reversed(overheard))
    circle.deliver(carol, *overheard)
    until("she knows", lambda: info(carol)["standing"] in ("removed", "lost"))
    assert "the new password is swordfish" not in texts(carol)
    carol.smctl("send", GROUP, "I am still here", expect=50)


def test_another_machine(circle):
    """Whoever has logged in anew has a key of their own, and no group: an administrator takes it, and replaces them."""
    anna, bert = circle.anna, circle.bert
    bert.stop()
    machine = circle.stage.user(bert.name, bert.password)
    machine.login(circle.server)
    machine.send(anna, "It is me, on another machine")
    anna.wait_text(machine, "It is me, on another machine")
    assert group(anna, "add", GROUP, bert.name, expect=21).code == 21  # not before she has accepted the key
    anna.trust(machine)
    group(anna, "add", GROUP, bert.name)
    until("he is asked", lambda: group(machine, "list").lines != [])
    if info(machine)["standing"] == "invited":
        group(machine, "accept", GROUP)
    circle.talk(anna, machine)
    assert [m["kind"] for m in history(anna) if m.get("subject") == bert.name][-1] == "member-replaced"
    assert members(anna) == sorted([anna.name, bert.name])
    circle.bert = machine


def test_blocked(circle):
    """What a blocked member says is not shown; what they change is: it is everybody's group."""
    anna, bert = circle.anna, circle.bert
    bert.smctl("block", anna.name, expect=0)
    say(anna, "do you hear me?")
    group(anna, "rename", GROUP, "ship")
    until("bert sees the change", lambda: group(bert, "list").json["name"] == "ship")
    group(anna, "rename", "+ship", "crew")
    until("and back", lambda: group(bert, "list").json["name"] == "crew")
    assert "do you hear me?" not in texts(bert)
    bert.smctl("unblock", anna.name, expect=0)
    circle.talk(anna, bert)
    assert "do you hear me?" not in texts(bert)
