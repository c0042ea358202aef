# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people talk, whichever of them is there."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.refusal import call
from harness.waiting import until

TEXT_MAX = 64 * 1024


def test_both_ways(alice, bob):
    sent = alice.smctl("--json", "send", bob.name, "Hello Bob!", expect=0).json
    assert sent["state"] == "sent"
    bob.wait_text(alice, "Hello Bob!")
    bob.send(alice, "Hello Alice!")
    alice.wait_text(bob, "Hello Alice!")
    expected = [(alice.name, "Hello Bob!"), (bob.name, "Hello Alice!")]
    assert alice.texts(bob)[-2:] == bob.texts(alice)[-2:] == expected
    assert sent["id"] in [m["id"] for m in bob.history(alice)]


def test_both_see_one_safety_number(alice, bob):
    alice.send(bob, "Which number do you see?")
    bob.wait_text(alice, "Which number do you see?")
    number = alice.contact(bob, "SafetyNumber")
    assert len(number) == 60 and number.isdigit()
    assert number == bob.contact(alice, "SafetyNumber")
    assert alice.contact(bob, "IdentityKey") == bob.account("IdentityKey")


def test_receiver_away(alice, bob):
    bob.stop()
    for n in range(3):
        alice.send(bob, f"while you were out {n}")
    bob.start()
    bob.unlock()
    bob.wait_text(alice, "while you were out 2")
    assert [text for _, text in bob.texts(alice)][-3:] == [f"while you were out {n}" for n in range(3)]


def test_sender_cut_off(server, alice, bob):
    """What is sent without a server is queued, says so by exit code 20, and leaves by itself, in order."""
    server.stop()
    alice.wait_offline()
    for n in range(3):
        queued = alice.send(bob, f"from the tunnel {n}", expect=20).json
        assert queued["state"] == "queued" and queued["reason"]
    assert alice.account("QueuedMessages") == 3
    server.start()
    bob.wait_text(alice, "from the tunnel 2")
    assert [text for _, text in bob.texts(alice)][-3:] == [f"from the tunnel {n}" for n in range(3)]
    alice.wait_state(bob, "from the tunnel 2", "sent")
    assert alice.account("QueuedMessages") == 0


def test_not_waiting(alice, bob):
    alice.send(bob, "no need to wait", "--no-wait", expect=None)
    bob.wait_text(alice, "no need to wait")


@pytest.mark.parametrize("text", [
    "سلام! نیم‌فاصله‌ها می‌مانند، و ۱۲۳ هم", "e\u0301 is not \u00e9", "👩‍👩‍👧‍👦 \u202eabc\u202c \ufeff", "tab\tand\nlines\r\n  ",
    "'; DROP TABLE message; --", "%s%n%d \\ \x01\x1b[31m \x7f", "-", "--json",
])
def test_texts_arrive_as_they_are(alice, bob, text):
    alice.smctl("send", bob.name, "-", input=text, expect=0)
    until("the text", lambda: (alice.name, text) in bob.texts(alice))
    assert alice.texts(bob)[-1] == (alice.name, text)


def test_longest_text(alice, bob):
    text = "x" * (TEXT_MAX - 3) + "آ" + "!"
    assert len(text.encode()) == TEXT_MAX
    alice.send(bob, text)
    bob.wait_text(alice, text)


def test_five_hundred_in_order(alice, bob):
    texts = [f"number {n}" for n in range(500)]
    for text in texts:
        call(alice, "Messages.Send", bob.name, text)
    bob.wait_text(alice, texts[-1])
    assert [text for _, text in bob.texts(alice, 500)] == texts


def test_both_write_first(server, stage):
    """Each starts a session before the other's reaches them; both messages arrive, and one session goes on."""
    carol, dave = stage.member("carol", server), stage.member("dave", server)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda way: way[0].send(way[1], f"{way[0].name} was first"), [(carol, dave), (dave, carol)]))
    for n in range(3):
        carol.wait_text(dave, f"{dave.name} was first" if n == 0 else f"from dave {n - 1}")
        dave.wait_text(carol, f"{carol.name} was first" if n == 0 else f"from carol {n - 1}")
        carol.send(dave, f"from carol {n}")
        dave.send(carol, f"from dave {n}")
    carol.wait_text(dave, "from dave 2")
    dave.wait_text(carol, "from carol 2")
    assert carol.account("RejectedEnvelopes") == dave.account("RejectedEnvelopes") == 0


def test_both_write_first_from_the_queue(server, stage):
    """The same, surely crossing: both sent while there was no server."""
    carol, dave = stage.member("carol", server), stage.member("dave", server)
    server.stop()
    carol.send(dave, "carol to dave", expect=20)
    dave.send(carol, "dave to carol", expect=20)
    server.start()
    carol.wait_text(dave, "dave to carol")
    dave.wait_text(carol, "carol to dave")
    carol.send(dave, "and now?")
    dave.wait_text(carol, "and now?")
    dave.send(carol, "now too")
    carol.wait_text(dave, "now too")


def test_notes(server, alice):
    """What one writes to oneself stays here, with or without a connection, and can be changed as any other message."""
    server.stop()
    alice.wait_offline()
    note = alice.send(alice, "by milk").json
    assert note["state"] == "sent"
    alice.smctl("edit", note["id"], "buy milk", expect=0)
    alice.smctl("react", note["id"], "👍", expect=0)
    alice.smctl("reply", note["id"], "and bread", expect=0)
    server.start()
    alice.smctl("reconnect", expect=0)
    alice.wait_online()
    alice.restart()
    alice.wait_online()
    assert alice.texts(alice) == [(alice.name, "buy milk"), (alice.name, "and bread")]
    assert {m["state"] for m in alice.history(alice)} == {"read"}
    assert alice.account("QueuedMessages") == 0 == alice.contact(alice, "Unread")
    alice.smctl("delete", "--yes", note["id"], expect=0)
    assert alice.texts(alice) == [(alice.name, "and bread")]
