# SPDX-License-Identifier: GPL-3.0-or-later
"""The session with a contact at a glance, and renewed while messages are under way in both directions."""
import time

from harness.relay import Relay
from harness.waiting import until

def session(user, other):
    return user.smctl("--json", "session", other.name, expect=0).json


def settled(alice, bob):
    """Both ends of it, once each has what the other has sent: receipts follow messages."""
    def same():
        a, b = session(alice, bob), session(bob, alice)
        return (a, b) if (a["sent"], a["received"]) == (b["received"], b["sent"]) else None
    return until("both count the same", same)


def renewed(user, since=0):
    return [e for e in user.events(since) if e["kind"] == "session-renewed"]


def wait_renewed(user, since):
    until(f"{user.name}'s session is renewed", lambda: renewed(user, since))


def test_at_a_glance(server, alice, bob):
    bob.send(alice, "now there is one")
    alice.wait_text(bob, "now there is one")
    before = session(alice, bob)
    assert before["suite"] == 1 and before["acknowledged"] and before["device_id"] > 0
    assert 0 < before["started"] <= before["last_step"] <= time.time() * 1000
    assert before["renewal_time"] - before["started"] in (30 * 86400_000, 31 * 86400_000)
    assert before["started_here"] != session(bob, alice)["started_here"]
    alice.send(bob, "one more")
    bob.wait_text(alice, "one more")
    after = session(alice, bob)
    assert after["sent"] >= before["sent"] + 1 and after["started"] == before["started"]
    bob.send(alice, "a turn of the ratchet")
    alice.wait_text(bob, "a turn of the ratchet")
    assert session(alice, bob)["last_step"] > before["last_step"]
    bob.wait_state(alice, "a turn of the ratchet", "delivered")  # which alice has said by that, and nothing else is left to say
    alice.wait_state(bob, "one more", "delivered")
    settled(alice, bob)
    words = alice.smctl("session", bob.name, expect=0).out
    assert "Double Ratchet" in words and f"{session(alice, bob)['sent']} sent" in words


def test_refusals(server, stage, alice):
    for verb in ("session", "renew"):
        alice.smctl(verb, "nobody-at-all", expect=25)
        alice.smctl(verb, "\udcff", expect=8)
    stranger = stage.member("stranger", server)
    stranger.send(alice, "hello")
    alice.wait_text(stranger, "hello")
    alice.smctl("renew", stranger.name, expect=29)
    alice.smctl("block", stranger.name, expect=0)
    alice.smctl("renew", stranger.name, expect=30)


def test_renewal_with_messages_under_way(server, stage):
    """
    Bob is cut off while Alice renews: what he seals in the old session meanwhile, and what she sealed in it before, arrives,
    each once and in its order.
    """
    alice = stage.member("alice", server)
    relay = Relay(stage.folder, server)
    bob = stage.user("bob-behind-the-relay")
    bob.register(relay)
    alice.send(bob, "hello")
    bob.wait_text(alice, "hello")
    bob.send(alice, "welcome")
    alice.wait_text(bob, "welcome")
    settled(alice, bob)
    old, bobs_old = session(alice, bob)["started"], session(bob, alice)["started"]
    since = alice.account("LastEvent"), bob.account("LastEvent")

    held_up, held_down = [], []
    relay.from_client = lambda frame: held_up.append(frame) or [] if frame.HasField("send") else [frame]
    relay.from_server = lambda frame: held_down.append(frame) or [] if frame.HasField("deliver") else [frame]
    for n in range(3):
        bob.send(alice, f"from bob {n}", "--no-wait")
        alice.send(bob, f"from alice {n}")
    alice.smctl("renew", bob.name, expect=0)
    wait_renewed(alice, since[0])
    assert session(alice, bob)["started"] > old and session(alice, bob)["archived"] == 1
    assert session(bob, alice)["started"] == bobs_old and not renewed(bob, since[1])
    alice.send(bob, "from alice 3")
    until("all of Alice's is held up", lambda: sum(len(f.deliver.envelopes) for f in held_down) >= 5)
    until("all of Bob's is held up", lambda: sum(len(f.send.envelopes) for f in held_up) > 0)

    # The connection breaks with all that is on it; both sides send it again.
    relay.pass_all()
    relay.drop()
    relay.wait_for_next(bob)
    alice.wait_text(bob, "from bob 2")
    bob.wait_text(alice, "from alice 3")
    assert [t for s, t in alice.texts(bob) if s == bob.name] == ["welcome"] + [f"from bob {n}" for n in range(3)]
    assert [t for s, t in bob.texts(alice) if s == alice.name] == ["hello"] + [f"from alice {n}" for n in range(4)]
    wait_renewed(bob, since[1])

    bob.send(alice, "in the new one")
    alice.wait_text(bob, "in the new one")
    a, b = settled(alice, bob)
    assert a["started_here"] and not b["started_here"] and a["acknowledged"]
    assert a["archived"] == b["archived"] == 1 and not a["renewal_wanted"] and not b["renewal_wanted"]
    assert alice.account("RejectedEnvelopes") == bob.account("RejectedEnvelopes") == 0
    relay.close()


def test_both_renew_offline(server, alice, bob):
    """Each wants it while there is no connection: it is done afterwards, and they end in one session."""
    bob.send(alice, "before")
    alice.wait_text(bob, "before")
    since = alice.account("LastEvent"), bob.account("LastEvent")
    old = session(alice, bob)["started"], session(bob, alice)["started"]
    server.stop()
    alice.wait_offline()
    bob.wait_offline()
    for user, other in ((alice, bob), (bob, alice)):
        user.smctl("renew", other.name, expect=0)
        assert session(user, other)["renewal_wanted"]
        user.send(other, f"queued by {user.name}", expect=20)
    alice.restart()
    assert session(alice, bob)["renewal_wanted"]
    server.start()
    for user in (alice, bob):
        user.smctl("reconnect")
        user.wait_online()
    alice.wait_text(bob, f"queued by {bob.name}")
    bob.wait_text(alice, f"queued by {alice.name}")
    wait_renewed(alice, since[0])
    wait_renewed(bob, since[1])
    for sender, other in ((alice, bob), (bob, alice), (alice, bob)):
        sender.send(other, f"a word of {sender.name}")
        other.wait_text(sender, f"a word of {sender.name}")
    a, b = settled(alice, bob)
    assert a["started"] > old[0] and b["started"] > old[1]
    assert a["started_here"] != b["started_here"] and not a["renewal_wanted"] and not b["renewal_wanted"]
