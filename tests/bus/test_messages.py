# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages and events as a program sees them: dictionaries, numbers, signals, pages, and calls that wait."""
from gi.repository import Gio, GLib
from harness.bus import NAME, ROOT
from harness.waiting import until
from private import Signals, handed_over, variants


def events(daemon, since=0, **options):
    found, = daemon.call("Events.List", "(ta{sv})", since, variants(options))
    return found


def test_dictionary(pair):
    (alice, alice_name), (bob, bob_name) = pair
    identity, state, reason = alice.send(bob_name, "Grüße", wait=True)
    assert (state, reason) == ("sent", "")
    message, = alice.call("Messages.Get", "(s)", identity)
    assert message == alice.history(bob_name)[-1]
    expected = {"id": identity, "conversation": bob_name, "sender": alice_name, "outgoing": True, "kind": "text",
                "text": "Grüße", "state": "sent"}
    assert message | expected == message
    assert set(message) == {*expected, "number", "time", "received-time"}
    until("it arrives", lambda: bob.history(alice_name)[-1]["id"] == identity)
    there = bob.history(alice_name)[-1]
    expected |= {"conversation": alice_name, "outgoing": False, "state": "received"}
    assert there | expected == there
    assert there["time"] == message["time"]


def test_longest_text(pair):
    (alice, alice_name), (bob, bob_name) = pair
    text = "ü" * 32768
    identity, state, _ = alice.send(bob_name, text, wait=True)
    assert state == "sent"
    until("it arrives", lambda: bob.history(alice_name)[-1]["id"] == identity)
    assert bob.history(alice_name)[-1]["text"] == text


def test_file(pair):
    (alice, _), (_, bob_name) = pair
    with handed_over("from a file\n".encode()) as fd:
        identity, state, _ = alice.call("Messages.SendFile", "(sha{sv})", bob_name, 0, variants({"wait": True}),
                                        fds=[fd])
    assert state == "sent"
    message, = alice.call("Messages.Get", "(s)", identity)
    assert message["text"] == "from a file\n"


def test_events(pair):
    """The signal says what List() says, and numbers have no gap that a program could miss."""
    (alice, _), (_, bob_name) = pair
    since = alice.account("LastEvent")
    with Signals(alice) as signals:
        alice.send(bob_name, "with events", wait=True)
        signals.until("LastEvent", lambda s: s.changed("Account").get("LastEvent", 0) >= since + 2)
        announced = [a[0] for _, _, member, a in signals.found if member == "Added"]
        assert signals.changed("Account")["QueuedMessages"] == 0
        signals.until("LastMessage", lambda s: "LastMessage" in s.changed("Contact"))
        contact = signals.changed("Contact")
    listed = events(alice, since)
    assert [e["kind"] for e in listed] == ["message-queued", "message-sent"]
    assert [e["number"] for e in announced] == [e["number"] for e in listed] == [since + 1, since + 2]
    assert {e["conversation"] for e in listed} == {bob_name}
    assert {e["message"]["state"] for e in listed} == {"sent"}  # as it is now
    assert contact["LastMessage"] == listed[-1]["message"]["number"]
    assert events(alice, alice.account("LastEvent")) == []


def test_event_pages(pair):
    alice, _ = pair[0]
    all_numbers = [e["number"] for e in events(alice, limit=500)]
    paged, since = [], 0
    while page := events(alice, since, limit=2):
        assert len(page) <= 2
        paged += [e["number"] for e in page]
        since = paged[-1]
    assert paged == all_numbers == sorted(set(all_numbers))
    assert events(alice, 2**64 - 1) == []


def test_history_pages(pair):
    (alice, _), (_, bob_name) = pair
    for n in range(5):
        alice.send(bob_name, f"page {n}", wait=True)
    numbers = [m["number"] for m in alice.history(bob_name, limit=500)]
    assert numbers == sorted(set(numbers))
    assert [m["number"] for m in alice.history(bob_name, limit=2)] == numbers[-2:]
    before = GLib.Variant("t", numbers[-2])
    assert [m["number"] for m in alice.history(bob_name, limit=2, before=before)] == numbers[-4:-2]
    after = GLib.Variant("t", numbers[0])
    assert [m["number"] for m in alice.history(bob_name, limit=2, after=after)] == numbers[1:3]


def test_long_pages_are_cut(pair):
    """A page is bounded in bytes: reading on by number still gives everything."""
    (alice, _), (_, bob_name) = pair
    for n in range(70):
        alice.send(bob_name, f"{n:04}" + "x" * 65000)
    page = alice.history(bob_name, limit=500)
    assert 10 < len(page) < 70
    read, since = [], GLib.Variant("t", 0)
    while page := alice.history(bob_name, limit=500, after=since):
        read += page
        since = GLib.Variant("t", page[-1]["number"])
    assert [m["text"][:4] for m in read[-70:]] == [f"{n:04}" for n in range(70)]
    until("all sent", lambda: alice.account("QueuedMessages") == 0)


def test_new_contact(pair, make_daemon, server, new_name):
    """A stranger who writes appears as an object."""
    bob, bob_name = pair[1]
    carol, carol_name = make_daemon(), new_name()
    carol.register(server, carol_name)
    path = f"{ROOT}/contact/{carol_name}"
    with Signals(bob) as signals:
        carol.send(bob_name, "you do not know me", wait=True)
        signals.until("the object", lambda s: ("InterfacesAdded", path) in [(m, a[0]) for _, _, m, a in s.found])
        added, = [a for _, _, m, a in signals.found if m == "InterfacesAdded"]
    contact = added[1][f"{NAME}.Contact"]
    assert contact["Name"] == carol_name and not contact["KeyChanged"]
    assert bytes(contact["IdentityKey"]) == bytes(carol.account("IdentityKey"))
    until("she has his number", lambda: carol.bus.property("Contact", "SafetyNumber", f"{ROOT}/contact/{bob_name}"))
    assert contact["SafetyNumber"] == carol.bus.property("Contact", "SafetyNumber", f"{ROOT}/contact/{bob_name}")
    assert len(contact["SafetyNumber"]) == 60


# Calls that wait

def wait_calls(connection, count, name):
    """Begins so many sends that wait; returns the list that their ends go to."""
    ended = []

    def on_end(source, result):
        try:
            ended.append(source.call_finish(result).unpack())
        except GLib.Error as error:
            ended.append(Gio.DBusError.get_remote_error(error))

    for n in range(count):
        connection.call(NAME, ROOT, f"{NAME}.Messages", "Send",
                        GLib.Variant("(ssa{sv})", (name, f"waiting {n}", {"wait": GLib.Variant("b", True)})),
                        None, Gio.DBusCallFlags.NONE, 120_000, None, on_end)
    return ended


def turn_until(what, condition):
    def turn():
        while GLib.MainContext.default().iteration(False):
            pass
        return condition()
    return until(what, turn)


def connect(daemon):
    connection = Gio.DBusConnection.new_for_address_sync(
        daemon.bus.address,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    connection.set_exit_on_close(False)
    return connection


def test_too_many_calls(pair, server):
    """One program cannot pile up calls without end, and hinders no other. What it left waiting is let go of with it."""
    (alice, _), (_, bob_name) = pair
    before = alice.account("QueuedMessages")
    server.freeze()
    try:
        greedy = connect(alice)
        ended = wait_calls(greedy, 70, bob_name)
        turn_until("six are refused", lambda: len(ended) == 6)
        assert set(ended) == {f"{NAME}.Error.TooManyCalls"}
        assert alice.account("QueuedMessages") == before + 64
        modest = connect(alice)
        answer = wait_calls(modest, 1, bob_name)
        greedy.close_sync(None)
        turn_until("it is queued", lambda: alice.account("QueuedMessages") == before + 65)
        assert not answer
    finally:
        server.thaw()
    turn_until("the answer", lambda: answer)
    assert answer[0][1:] == ("sent", "")
    until("all sent", lambda: alice.account("QueuedMessages") == 0)
    modest.close_sync(None)


def test_offline(pair, server):
    """A call that waits is told at once that the message is queued; it leaves by itself, in order."""
    (alice, alice_name), (bob, bob_name) = pair
    assert server.stop() == 0
    try:
        until("noticed", lambda: alice.account("Connection") == "offline")
        assert alice.account("ConnectionError") == "ServerUnreachable"
        sent = [alice.send(bob_name, f"offline {n}", wait=n % 2 == 0) for n in range(4)]
        assert {s[1:] for s in sent} == {("queued", "Offline")}
        message = alice.history(bob_name)[-1]
        assert message["state"] == "queued" and message["reason"] == "Offline"
        assert message["reason-text"].endswith(".")
        assert alice.account("QueuedMessages") == 4
    finally:
        server.start()
    for daemon in alice, bob:
        daemon.call("Account.Reconnect", "(a{sv})", {})
    until("all arrive", lambda: bob.history(alice_name)[-1]["id"] == sent[-1][0])
    assert [m["text"] for m in bob.history(alice_name, limit=4)] == [f"offline {n}" for n in range(4)]
    until("all sent", lambda: alice.account("QueuedMessages") == 0)


def test_lock_answers_who_waits(pair, server):
    (alice, _), (_, bob_name) = pair
    server.freeze()
    try:
        connection = connect(alice)
        ended = wait_calls(connection, 3, bob_name)
        turn_until("they are queued", lambda: alice.account("QueuedMessages") == 3)
        alice.lock()
        turn_until("answered", lambda: len(ended) == 3)
        assert {end[1] for end in ended} == {"queued"}
    finally:
        server.thaw()
    alice.unlock()
    until("all sent", lambda: alice.account("QueuedMessages") == 0)
    connection.close_sync(None)
