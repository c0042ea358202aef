# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people talk."""


def test_both_ways(alice, bob):
    sent = alice.send(bob, "Hello Bob!").json
    assert sent["state"] == "sent"
    bob.wait_text(alice, "Hello Bob!")
    bob.send(alice, "Hello Alice!")
    alice.wait_text(bob, "Hello Alice!")
    expected = [(alice.name, "Hello Bob!"), (bob.name, "Hello Alice!")]
    assert alice.texts(bob) == bob.texts(alice) == expected
    assert bob.history(alice)[0]["id"] == sent["id"]
