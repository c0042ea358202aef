# SPDX-License-Identifier: GPL-3.0-or-later
"""
A server, or somebody who has become it, that plays tricks. Bob's daemon talks to it through a relay that the tests
direct. Nothing crashes, no ratchet moves, what is wrong is counted, and what is right still arrives.
"""
import itertools
import secrets

import pytest

from harness import wire
from harness.relay import Relay
from harness.waiting import until


class Tricked:
    """alice, at the server; bob, behind the relay; and ways to keep envelopes from him and to hand him others."""

    numbers = itertools.count(1)

    def __init__(self, alice, bob, relay):
        self.alice, self.bob, self.relay = alice, bob, relay

    def close(self):
        self.bob.stop()
        self.relay.close()

    def capture(self, *texts):
        """alice sends them; the relay keeps their envelopes from bob."""
        self.relay.from_server = lambda frame: [] if frame.HasField("deliver") else [frame]
        before = len(self.relay.seen)
        for text in texts:
            self.alice.send(self.bob, text)
        until("the envelopes at the relay", lambda: len(self.relay.seen) == before + len(texts))
        self.relay.pass_all()
        return self.relay.seen[before:]

    def texts(self):
        return [text for _, text in self.bob.texts(self.alice, 500)]

    def rejected(self):
        return self.bob.account("RejectedEnvelopes")

    def check_refused(self, *envelopes):
        """Each is counted, and none of them makes a text."""
        before, texts = self.rejected(), self.texts()
        for envelope in envelopes:
            self.relay.deliver(envelope)
        until("all counted", lambda: self.rejected() >= before + len(envelopes))
        assert self.rejected() == before + len(envelopes)
        assert self.texts() == texts

    def throw(self, frame):
        """At bob's daemon, which may well hang up; then it is asked to come back, however long it meant to wait."""
        before = self.relay.connections
        stays = self.relay.throw(frame)
        self.bob.daemon.check_running()
        if not stays:
            self.come_back(before)

    def come_back(self, before):
        """On another connection than that many first ones."""
        def online():
            if self.bob.account("Connection") == "offline":
                self.bob.smctl("reconnect", expect=0)
            return self.relay.connections > before and self.bob.account("Connection") == "online"
        until("bob's return", online)

    def reconnect(self):
        before = self.relay.connections
        self.relay.drop()
        self.come_back(before)

    def check_alive(self):
        """Both ways, in whatever session there is now."""
        n = next(self.numbers)
        self.alice.send(self.bob, f"still there? {n}")
        self.bob.wait_text(self.alice, f"still there? {n}")
        self.bob.send(self.alice, f"yes {n}")
        self.alice.wait_text(self.bob, f"yes {n}")
        self.bob.daemon.check_running()
        self.alice.daemon.check_running()


def make_pair(server, stage, alice=None):
    alice, bob = alice or stage.member("alice", server), stage.user(f"bob-behind-a-relay{next(stage.numbers)}")
    relay = Relay(bob.folder, server)
    bob.register(relay)
    # What passes the relay is what the tests say, and no receipts or tickets between.
    for setting in ("send-delivery-receipts", "show-presence"):
        alice.smctl("settings", setting, "no", expect=0)
    return Tricked(alice, bob, relay)


@pytest.fixture(scope="module")
def pair(shared_server, shared_stage):
    pair = make_pair(shared_server, shared_stage)
    yield pair
    pair.close()


@pytest.fixture
def tricked(pair):
    """In a session that both have spoken in; and whatever was done, both can talk afterwards."""
    pair.check_alive()
    yield pair
    pair.relay.pass_all()
    pair.check_alive()


def changed(envelope, **changes):
    copy = wire.schema().Envelope()
    copy.CopyFrom(envelope)
    for key, value in changes.items():
        setattr(copy, key, value)
    return copy


def flipped(data, position):
    return data[:position] + bytes([data[position] ^ 0x40]) + data[position + 1:]


def test_forged_payloads(tricked):
    """A bit flipped anywhere: refused, and then the true one can still be read, so no key was used up."""
    true, = tricked.capture("the true text")
    size = len(true.payload)
    places = sorted({0, 1, 2, 5, 10, 20, 40, 60, 80, 100, 140, size // 2, size - 17, size - 16, size - 1})
    tricked.check_refused(*[changed(true, id=secrets.token_bytes(16), payload=flipped(true.payload, place))
                            for place in places if place < size])
    tricked.relay.deliver(true)
    until("the true text", lambda: "the true text" in tricked.texts())


def test_truncated_payloads(tricked):
    true, = tricked.capture("the whole text")
    size = len(true.payload)
    cuts = {1, 2, 3, 8, 30, 50, 100, size // 2, size - 1}
    tricked.check_refused(*[changed(true, id=secrets.token_bytes(16), payload=true.payload[:cut])
                            for cut in sorted(cuts)])
    tricked.check_refused(changed(true, id=secrets.token_bytes(16), payload=true.payload + b"\0"))
    tricked.relay.deliver(true)
    until("the whole text", lambda: "the whole text" in tricked.texts())


def test_noise(tricked):
    """Payloads that never were envelopes, of all lengths that the wire allows."""
    like, = tricked.capture("like this")
    tricked.check_refused(*[changed(like, id=secrets.token_bytes(16), payload=secrets.token_bytes(size))
                            for size in (1, 16, 100, 1000, 65536, 128 * 1024)])
    tricked.relay.deliver(like)
    until("the true one", lambda: "like this" in tricked.texts())


def test_repeats(tricked):
    """The same envelope again, under its own ID and under others: shown once."""
    once, = tricked.capture("said once")
    tricked.relay.deliver(once)
    until("the text", lambda: "said once" in tricked.texts())
    tricked.check_refused(*[changed(once, id=secrets.token_bytes(16)) for _ in range(5)])
    assert tricked.texts().count("said once") == 1


def test_redelivery(tricked):
    """By its own number, as after a reconnect whose ack got lost: no fault of anybody, and shown once."""
    tricked.relay.from_client = lambda frame: [] if frame.HasField("ack") else [frame]
    tricked.alice.send(tricked.bob, "delivered again")
    tricked.bob.wait_text(tricked.alice, "delivered again")
    again = wire.schema().ServerFrame(deliver=wire.schema().Deliver(envelopes=[tricked.relay.seen[-1]]))
    before = tricked.rejected()
    tricked.relay.inject(again, again)
    tricked.relay.pass_all()
    tricked.reconnect()
    tricked.check_alive()
    assert tricked.texts().count("delivered again") == 1
    assert tricked.rejected() <= before + 1  # the relay gives what comes again a number of its own


def test_reordered(tricked):
    """Backwards, and some only after the rest: each arrives, each once."""
    texts = [f"out of order {n}" for n in range(12)]
    envelopes = tricked.capture(*texts)
    before = tricked.rejected()
    for envelope in reversed(envelopes[3:]):
        tricked.relay.deliver(envelope)
    tricked.check_alive()
    tricked.relay.deliver(*envelopes[:3])
    until("all of them", lambda: set(texts) <= set(tricked.texts()))
    assert all(tricked.texts().count(text) == 1 for text in texts)
    assert tricked.rejected() == before


def test_wrong_sender(tricked):
    """The server says that alice's envelope comes from somebody else: nobody gets her words in the mouth."""
    true, = tricked.capture("signed, alice")
    other = tricked.bob.smctl("--json", "contacts", expect=0).lines
    before = tricked.rejected()
    tricked.relay.deliver(changed(true, id=secrets.token_bytes(16), sender="mallory"),
                          changed(true, id=secrets.token_bytes(16), sender_device_id=true.sender_device_id + 1),
                          changed(true, id=secrets.token_bytes(16), sender=tricked.bob.name))
    until("all counted", lambda: tricked.rejected() == before + 3)
    assert "signed, alice" not in tricked.texts()
    assert "signed, alice" not in [t for c in tricked.bob.smctl("--json", "contacts", expect=0).lines
                                   for _, t in tricked.bob.texts(c["name"], 500)]
    tricked.relay.deliver(true)
    until("the text", lambda: "signed, alice" in tricked.texts())
    assert len(other) >= 1


@pytest.mark.parametrize("frame", [
    b"", b"\x00", b"\xff" * 40, b"\x08", b"\x52\xff\xff\xff\xff\x0f", secrets.token_bytes(5000), "a text message",
], ids=["empty", "zero", "ones", "cut", "long-length", "noise", "text"])
def test_malformed_frames(tricked, frame):
    """The daemon hangs up on nonsense and comes back later; it does not end."""
    tricked.throw(frame)


def test_frames_beyond_their_limits(tricked):
    pb = wire.schema()
    envelope = tricked.relay.seen[-1]
    for frame in (
            pb.ServerFrame(deliver=pb.Deliver(envelopes=[changed(envelope, id=b"short")])),
            pb.ServerFrame(deliver=pb.Deliver(envelopes=[changed(envelope, sender="Not A Name")])),
            pb.ServerFrame(deliver=pb.Deliver(envelopes=[changed(envelope, payload=b"")])),
            pb.ServerFrame(deliver=pb.Deliver(envelopes=[changed(envelope, payload=bytes(129 * 1024))])),
            pb.ServerFrame(deliver=pb.Deliver(envelopes=[envelope] * 129)),
            pb.ServerFrame(deliver=pb.Deliver()),
            pb.ServerFrame(prekey_count=pb.PrekeyCount(one_time_prekeys_left=2**32 - 1)),
            pb.ServerFrame(error=pb.Error(code=9, text="x" * 5000)),
    ):
        tricked.throw(frame)


def test_unasked_answers(tricked):
    """Answers to questions that nobody asked, and answers of the wrong kind."""
    pb = wire.schema()
    for request in (0, 1, 2, 3, 77, 2**64 - 1):
        for body in ({"welcome": pb.Welcome(protocol=1, challenge=bytes(32))}, {"done": pb.Done()},
                     {"salt": pb.Salt()}, {"registered": pb.Registered(device_id=9)},
                     {"authenticated": pb.Authenticated()}, {"bundles": pb.Bundles()},
                     {"send_result": pb.SendResult(stored=[secrets.token_bytes(16)])},
                     {"error": pb.Error(code=pb.ERROR_CODE_WRONG_KEY)}):
            tricked.throw(pb.ServerFrame(request=request, **body))


def test_forged_bundle(tricked, server, shared_stage):
    """The server hands bob other keys than carol's, or hers with a bit flipped: he does not write with them."""
    carol = shared_stage.member("carol", server)

    def forge(frame):
        for bundle in frame.bundles.bundles if frame.HasField("bundles") else []:
            bundle.signed_prekey = flipped(bundle.signed_prekey, len(bundle.signed_prekey) // 2)
        return [frame]
    tricked.relay.from_server = forge
    tricked.bob.send(carol, "for carol alone", expect=20)
    tricked.bob.daemon.check_running()
    assert not carol.knows(tricked.bob)


def test_claims_that_a_message_is_stored(tricked):
    """A SendResult that names other envelopes moves none of ours to sent."""
    def lie(frame):
        if frame.HasField("send_result"):
            frame.send_result.stored[:] = [secrets.token_bytes(16) for _ in frame.send_result.stored]
        return [frame]
    tricked.relay.from_server = lie
    sent = tricked.bob.send(tricked.alice, "did it arrive?", "--no-wait", expect=None).json
    until("alice has it", lambda: "did it arrive?" in [t for _, t in tricked.alice.texts(tricked.bob, 500)])
    state, = [m["state"] for m in tricked.bob.history(tricked.alice) if m["id"] == sent["id"]]
    assert state == "queued"
    tricked.relay.pass_all()
    tricked.reconnect()
    tricked.bob.wait_state(tricked.alice, "did it arrive?", "sent")
    assert [t for _, t in tricked.alice.texts(tricked.bob, 500)].count("did it arrive?") == 1


@pytest.mark.parametrize("sequence", [0, 1, 2**40, 2**63, 2**64 - 1])
def test_numbers_that_jump(server, stage, pair, sequence):
    """
    The server counts from somewhere else, as a hostile one would, or one that was put back from a backup: nothing is
    shown twice, and nothing that comes later is thrown away for its number.
    """
    pair = make_pair(server, stage, pair.alice)
    pair.check_alive()
    pb = wire.schema()
    envelope, = pair.capture("numbered")
    pair.throw(pb.ServerFrame(deliver=pb.Deliver(envelopes=[changed(envelope, sequence=sequence)])))
    pair.check_alive()
    pair.relay.deliver(envelope)
    until("the text", lambda: "numbered" in pair.texts())
    pair.check_alive()
    assert pair.texts().count("numbered") == 1
    pair.close()
