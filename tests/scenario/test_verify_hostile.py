# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing emoji with a program that keeps to the protocol, and with one that does not. It has its cryptography from elsewhere."""
import secrets

import pytest

from harness import sas, wire
from harness.peer import content, text
from harness.user import path_encode
from harness.waiting import until


class Partner:
    """Somebody whom alice has written to, and who compares emoji by hand."""

    def __init__(self, user, peer):
        self.user, self.peer = user, peer
        self.path = f"/org/securemessenger/Messenger1/contact/{path_encode(peer.name)}"
        user.send(peer.name, "hello")
        peer.hear_of("text")
        self.them = sas.party(user.name, peer.identity_of(user.name))
        self.me = sas.party(peer.name, peer.device.bundle[0])
        self.secret = secrets.token_bytes(32)
        self.key = sas.public(self.secret)
        self.words = 0
        self.rejected = user.account("RejectedEnvelopes")

    # What the partner says and hears

    def say(self, step, data=b"", exchange=None):
        pb = wire.content_schema()
        self.peer.say(content({"verification": pb.Verification(exchange=exchange or self.exchange.id, step=step, data=data)},
                              ignorable=step != sas.COMMIT))

    def hear(self, step):
        heard = self.peer.hear_of("verification").verification
        assert heard.step == step and heard.exchange == self.exchange.id
        return heard.data

    def settle(self):
        """Until alice's daemon has dealt with all that was said so far."""
        self.words += 1
        self.peer.say(text(f"word {self.words}"))
        until("it is dealt with", lambda: (self.peer.name, f"word {self.words}") in self.user.texts(self.peer.name))

    # What alice's daemon says

    def get(self, name, interface="Verification"):
        return self.user.bus.property(interface, name, path=self.path)

    def act(self, method):
        self.user.bus.call(f"Verification.{method}", "(sa{sv})", (self.get("Exchange"), {}), path=self.path)

    def wait(self, state):
        until(f"it is {state}", lambda: self.get("State") == state)

    def check(self, state, rejected):
        self.settle()
        assert self.get("State") == state
        assert self.user.account("RejectedEnvelopes") - self.rejected == rejected

    @property
    def verified(self):
        return self.get("Verified", "Contact")

    def count(self, kind):
        return [m["kind"] for m in self.user.history(self.peer.name)].count(kind)

    # Both ways to begin

    def offer(self, key=None, exchange=None):
        self.exchange = sas.Exchange(exchange or secrets.token_bytes(16), self.me, self.them)
        self.say(sas.COMMIT, self.exchange.commitment(key or self.key))
        until("the offer", lambda: self.get("Exchange") == self.exchange.id.hex() and self.get("State") == "offered")

    def until_comparing(self):
        """The partner starts."""
        self.offer()
        self.act("Accept")
        self.theirs = self.hear(sas.ACCEPT)
        self.say(sas.REVEAL, self.key)
        self.wait("comparing")
        return self.exchange.confirmations(self.secret, self.key, self.theirs)

    def asked(self):
        """Alice starts; returns her commitment."""
        exchange, = self.user.bus.call("Verification.Start", "(a{sv})", ({},), path=self.path)
        self.exchange = sas.Exchange(bytes.fromhex(exchange), self.them, self.me)
        return self.hear(sas.COMMIT)

    def numbers(self):
        return [number for number, _, _ in self.get("Emoji")]


@pytest.fixture
def partner(server, alice, stage):
    return Partner(alice, stage.peer("partner", server))


def test_as_documented_the_partner_starts(partner):
    mine, hers = partner.until_comparing()
    assert partner.numbers() == partner.exchange.emoji(partner.secret, partner.key, partner.theirs)
    partner.act("Confirm")
    assert partner.hear(sas.CONFIRM) == hers
    partner.say(sas.CONFIRM, mine)
    partner.wait("verified")
    assert partner.verified
    partner.check("verified", 0)


def test_as_documented_alice_starts(partner):
    commitment = partner.asked()
    partner.say(sas.ACCEPT, partner.key)
    hers = partner.hear(sas.REVEAL)
    assert commitment == partner.exchange.commitment(hers)
    partner.wait("comparing")
    assert partner.numbers() == partner.exchange.emoji(partner.secret, hers, partner.key)
    from_her, mine = partner.exchange.confirmations(partner.secret, hers, partner.key)
    partner.say(sas.CONFIRM, mine)
    partner.check("comparing", 0)
    assert not partner.verified, "the person here has not looked yet"
    partner.act("Confirm")
    assert partner.hear(sas.CONFIRM) == from_her
    partner.wait("verified")


@pytest.mark.parametrize("key", ["another", "of small order", "her own"])
def test_reveal_that_does_not_fit(partner, key):
    """Another key than the one committed to; and one that fits, but is none."""
    wrong = {"another": sas.public(secrets.token_bytes(32)), "of small order": bytes(32), "her own": None}[key]
    partner.offer(wrong if key == "of small order" else None)
    partner.act("Accept")
    hers = partner.hear(sas.ACCEPT)
    partner.say(sas.REVEAL, wrong or hers)
    partner.wait("mismatch")
    partner.hear(sas.MISMATCH)
    assert not partner.verified and partner.count("verification-mismatch") == 1 and not partner.numbers()


@pytest.mark.parametrize("key", ["of small order", "her own"])
def test_accept_with_a_key_that_is_none(partner, key):
    """Her own cannot be known before she reveals it, but is refused like one: the commitment is sent back as a key."""
    commitment = partner.asked()
    partner.say(sas.ACCEPT, bytes(32) if key == "of small order" else commitment)
    if key == "of small order":
        partner.wait("mismatch")
    else:
        partner.wait("comparing")
        partner.say(sas.CONFIRM, commitment)
        partner.wait("mismatch")
    assert not partner.verified


@pytest.mark.parametrize("which", ["noise", "hers", "of the other key"])
def test_confirmation_that_does_not_fit(partner, which):
    """Hers come back, one made with the other side's key, and noise: none makes anybody verified."""
    mine, hers = partner.until_comparing()
    partner.act("Confirm")
    assert partner.hear(sas.CONFIRM) == hers
    swapped = sas.Exchange(partner.exchange.id, partner.them, partner.me)
    partner.say(sas.CONFIRM, {"noise": secrets.token_bytes(32), "hers": hers,
                              "of the other key": swapped.confirmations(partner.secret, partner.key, partner.theirs)[0]}[which])
    partner.wait("mismatch")
    assert not partner.verified and partner.count("verification-mismatch") == 1
    partner.say(sas.CONFIRM, mine)  # the right one comes too late
    partner.check("mismatch", 0)
    assert not partner.verified


def test_out_of_order(partner):
    """Steps that are not their turn change nothing, and the exchange goes on as if they had not been."""
    noise = secrets.token_bytes(32)
    partner.offer()
    for step in (sas.REVEAL, sas.CONFIRM, sas.ACCEPT):
        partner.say(step, noise)
    partner.check("offered", 3)
    partner.act("Accept")
    partner.theirs = partner.hear(sas.ACCEPT)
    for step in (sas.CONFIRM, sas.ACCEPT):
        partner.say(step, noise)
    partner.check("accepted", 5)
    partner.say(sas.REVEAL, partner.key)
    partner.wait("comparing")
    numbers = partner.numbers()
    assert numbers == partner.exchange.emoji(partner.secret, partner.key, partner.theirs)
    partner.say(sas.ACCEPT, noise)
    partner.check("comparing", 6)
    assert partner.numbers() == numbers


def test_repeated(partner):
    """What has been said counts once: a second key, or the same one, changes no emoji."""
    mine, hers = partner.until_comparing()
    numbers = partner.numbers()
    partner.say(sas.COMMIT, partner.exchange.commitment(partner.key))
    partner.check("comparing", 0)
    partner.say(sas.REVEAL, partner.key)
    partner.say(sas.REVEAL, sas.public(secrets.token_bytes(32)))
    partner.check("comparing", 2)
    partner.say(sas.CONFIRM, mine)
    partner.say(sas.CONFIRM, mine)
    partner.check("comparing", 3)
    assert partner.numbers() == numbers and not partner.verified
    partner.act("Confirm")
    partner.wait("verified")
    assert partner.hear(sas.CONFIRM) == hers
    partner.say(sas.CONFIRM, secrets.token_bytes(32))
    partner.say(sas.CANCEL)
    partner.check("verified", 3)
    assert partner.verified and partner.count("verified") == 1


def test_repeated_accept(partner):
    """The other side has one key. A second one, chosen once the starter's is known, would be a search for emoji."""
    partner.asked()
    partner.say(sas.ACCEPT, partner.key)
    partner.hear(sas.REVEAL)
    partner.wait("comparing")
    numbers = partner.numbers()
    for _ in range(3):
        partner.say(sas.ACCEPT, sas.public(secrets.token_bytes(32)))
    partner.check("comparing", 3)
    assert partner.numbers() == numbers


def test_both_start_at_once(partner):
    """The lesser ID goes on, whatever the other side makes of it."""
    partner.asked()
    own = partner.exchange
    partner.say(sas.COMMIT, secrets.token_bytes(32), exchange=b"\xff" * 16)
    partner.check("started", 0)
    assert partner.get("Exchange") == own.id.hex()
    partner.say(sas.ACCEPT, partner.key, exchange=b"\xff" * 16)
    partner.check("started", 0)
    lesser = sas.Exchange(bytes(16), partner.me, partner.them)
    partner.say(sas.COMMIT, lesser.commitment(partner.key), exchange=lesser.id)
    partner.hear(sas.CANCEL)
    partner.exchange = lesser
    hers = partner.hear(sas.ACCEPT)
    partner.say(sas.REVEAL, partner.key)
    partner.wait("comparing")
    assert partner.numbers() == lesser.emoji(partner.secret, partner.key, hers)


def test_one_at_a_time(partner):
    """Many offers are one, the last; steps of those that it took the place of are ignored."""
    partner.until_comparing()
    old = partner.exchange.id
    for n in range(20):
        partner.say(sas.COMMIT, secrets.token_bytes(32), exchange=bytes([n]) * 16)
    partner.check("offered", 0)
    assert partner.get("Exchange") == (bytes([19]) * 16).hex() and not partner.numbers()
    for step in (sas.CONFIRM, sas.REVEAL):
        partner.say(step, secrets.token_bytes(32), exchange=old)
    partner.say(sas.MISMATCH, exchange=old)
    partner.check("offered", 0)
    assert partner.count("verification-mismatch") == 0


def test_mismatch_comes_late(partner):
    """It takes away what it had given, but not what was verified by other means before anybody saw emoji."""
    mine, _ = partner.until_comparing()
    partner.act("Confirm")
    partner.say(sas.CONFIRM, mine)
    partner.wait("verified")
    partner.say(sas.MISMATCH)
    partner.wait("mismatch")
    assert not partner.verified and partner.count("verification-mismatch") == 1
    key = partner.get("IdentityKey", "Contact")
    partner.user.bus.call("Contact.MarkVerified", "(aya{sv})", (key, {}), path=partner.path)
    partner.offer()
    partner.say(sas.MISMATCH)
    partner.wait("cancelled")
    assert partner.verified


def test_malformed(partner):
    partner.offer()
    for step, data, exchange in ((sas.REVEAL, b"x" * 31, None), (sas.REVEAL, b"", None), (sas.CANCEL, b"x", None),
                                 (sas.CANCEL, b"", b"x" * 15), (7, b"", None), (0, b"", None), (sas.COMMIT, b"x" * 33, None)):
        partner.say(step, data, exchange)
    partner.check("offered", 7)
