# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, and how: a D-Bus error by name, an exit code of its own, and a sentence."""
import re
import socket

import pytest

from harness.refusal import call, check, check_call, exit_codes
from harness.waiting import until

TEXT_MAX = 64 * 1024


@pytest.fixture(scope="module")
def nobody(shared_stage):
    """Somebody without an account."""
    return shared_stage.user("nobody")


class Elsewhere:
    """An address at which nobody listens, nor can: it is taken."""

    def __init__(self):
        self.taken = socket.socket()
        self.taken.bind(("127.0.0.1", 0))
        self.url = f"wss://127.0.0.1:{self.taken.getsockname()[1]}"
        self.pin = "sha256:" + "00" * 32


def register(user, server, name, password=b"long enough", **options):
    return call(user, "Account.Register", server.url, name, password, **({"pin": server.pin} | options))


def test_no_account(nobody):
    password = nobody.password.encode()
    for member, arguments in {"Account.Unlock": [password], "Account.Lock": [], "Account.Reconnect": [],
                              "Messages.Send": ["bob", "hi"], "Messages.SendFile": ["bob", b"hi"],
                              "Messages.History": ["bob"], "Messages.Get": ["0" * 32], "Events.List": [0]}.items():
        check_call("NoAccount", nobody, member, *arguments)
    check(nobody.unlock(expect=None), "NoAccount")
    check(nobody.lock(expect=None), "NoAccount")
    check(nobody.send("bob", "hi", expect=None), "NoAccount")
    check(nobody.smctl("history", "bob"), "NoAccount")
    assert nobody.account("State") == "no-account"
    nobody.smctl("status", expect=0)


def test_daemon_not_there(nobody):
    nobody.stop()
    result = nobody.send("bob", "hi", expect=3)
    assert result.err
    nobody.start()


@pytest.mark.parametrize("words", [["send"], ["send", "a", "b", "c"], ["no-such-verb"], ["--no-such-option"], [],
                                   ["watch", "--since", "x"], ["history"], ["history", "bob", "--limit", "x"]])
def test_wrong_usage(nobody, words):
    result = nobody.smctl(*words, expect=2)
    assert result.err and not result.out


@pytest.mark.parametrize("name", ["", "a", "A", "Alice", "-a", "a-", "a b", "ab/", "x" * 33, "ali\u0107e", "a\nb",
                                  "../etc", "a@b"])
def test_malformed_name(server, nobody, name):
    check_call("BadName", nobody, "Account.Register", server.url, name, b"long enough", pin=server.pin)
    check_call("BadName", nobody, "Account.Login", server.url, name, b"long enough", pin=server.pin)
    if name and not name.startswith("-"):
        check(nobody.register(server, name=name, expect=None), "BadName")


def test_name_taken(server, alice, nobody):
    check_call("NameTaken", nobody, "Account.Register", server.url, alice.name, b"long enough", pin=server.pin)
    check(nobody.register(server, name=alice.name, expect=None), "NameTaken")
    assert nobody.account("State") == "no-account"


@pytest.mark.parametrize("password", [b"", b"short", b"1234567", b"x" * 1025])
def test_bad_new_password(server, nobody, password):
    check_call("BadPassword", nobody, "Account.Register", server.url, "bad-password", password, pin=server.pin)


def test_bad_new_password_by_command_line(server, nobody):
    nobody.write_password("short")
    check(nobody.register(server, expect=None), "BadPassword")
    nobody.write_password(nobody.password)


def test_server_unreachable(nobody):
    nowhere = Elsewhere()
    check_call("ServerUnreachable", nobody, "Account.Register", nowhere.url, "wanderer", b"long enough",
               pin=nowhere.pin)
    check_call("ServerUnreachable", nobody, "Account.Login", nowhere.url, "wanderer", b"long enough", pin=nowhere.pin)
    check(nobody.register(nowhere, expect=None), "ServerUnreachable")


@pytest.mark.parametrize("url", ["", "chat.example", "http://127.0.0.1/", "ftp://x", "wss://", "wss://:1",
                                 "wss://127.0.0.1:99999", "ws://192.0.2.1:80", "ws://127.0.0.1:80"])
def test_bad_server_address(nobody, url):
    """What is no wss:// URL; ws:// needs a loopback address and the person's word."""
    check_call("InvalidArgument", nobody, "Account.Register", url, "wanderer", b"long enough")


def test_login_wrong_password(server, alice, nobody):
    nobody.write_password("not the password")
    check_call("WrongPassword", nobody, "Account.Login", server.url, alice.name, b"not the password", pin=server.pin)
    check(nobody.login(server, name=alice.name, expect=None), "WrongPassword")
    check_call("WrongPassword", nobody, "Account.Login", server.url, "no-such-name", b"any password", pin=server.pin)
    nobody.write_password(nobody.password)
    assert nobody.account("State") == "no-account"
    assert alice.account("Connection") == "online"


def test_already_registered(server, alice):
    check_call("AlreadyRegistered", alice, "Account.Register", server.url, "another", b"long enough", pin=server.pin)
    check_call("AlreadyRegistered", alice, "Account.Login", server.url, alice.name, b"long enough", pin=server.pin)
    check(alice.register(server, expect=None), "AlreadyRegistered")


def test_unlock_wrong_password(alice):
    alice.write_password("not the password")
    check(alice.unlock(expect=None), "WrongPassword")  # unlocked already: still no
    alice.lock()
    check(alice.unlock(expect=None), "WrongPassword")
    check_call("WrongPassword", alice, "Account.Unlock", b"")
    assert alice.account("State") == "locked"
    alice.write_password(alice.password)
    alice.unlock()


def test_locked(alice, bob):
    alice.lock()
    for member, arguments in {"Account.Reconnect": [], "Messages.Send": [bob.name, "hi"],
                              "Messages.SendFile": [bob.name, b"hi"], "Messages.History": [bob.name],
                              "Messages.Get": ["0" * 32], "Events.List": [0]}.items():
        check_call("Locked", alice, member, *arguments)
    check(alice.send(bob, "hi", expect=None), "Locked")
    check(alice.smctl("history", bob.name), "Locked")
    check(alice.smctl("contacts"), "Locked")
    alice.unlock()


def test_unknown_recipient(alice):
    check(alice.send("no-such-person", "hi", expect=None), "UnknownRecipient")
    check_call("UnknownRecipient", alice, "Messages.Send", "no-such-person", "hello?", wait=True)
    failed = alice.history("no-such-person")
    assert [(m["state"], m["reason"]) for m in failed] == [("failed", "UnknownRecipient")] * 2


def test_malformed_recipient(alice):
    for name in ("Bob", "", "a/b", "x" * 33):
        check_call("BadName", alice, "Messages.Send", name, "hi")
    check(alice.send("Bob", "hi", expect=None), "BadName")


def test_not_utf8(alice, bob):
    before = alice.texts(bob) if alice.knows(bob) else []
    for text in (b"caf\xe9", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"cut short \xd8", b"nul\0inside"):
        check(alice.send(bob, text, expect=None), "BadText")
        check_call("BadText", alice, "Messages.SendFile", bob.name, text)
    check(alice.send(bob, b"", expect=None), "BadText")
    check_call("BadText", alice, "Messages.Send", bob.name, "")
    assert before == (alice.texts(bob) if before else [])


def test_text_too_long(alice, bob):
    check(alice.send(bob, "x" * (TEXT_MAX + 1), expect=None), "TextTooLong")
    check(alice.send(bob, "x" * (8 * 1024 * 1024), expect=None), "TextTooLong")
    check_call("TextTooLong", alice, "Messages.Send", bob.name, "x" * (TEXT_MAX - 1) + "é")
    check_call("TextTooLong", alice, "Messages.SendFile", bob.name, b"x" * (TEXT_MAX + 1))


def test_not_found(alice):
    check(alice.smctl("history", "never-met"), "NotFound")
    check_call("NotFound", alice, "Messages.History", "never-met")
    check_call("NotFound", alice, "Messages.Get", "0" * 32)


def test_unknown_option(alice, bob):
    for member, arguments in {"Messages.Send": [bob.name, "hi"], "Messages.History": [bob.name], "Events.List": [0],
                              "Account.Lock": [], "Account.Reconnect": [],
                              "Account.Unlock": [alice.password.encode()]}.items():
        check_call("InvalidArgument", alice, member, *arguments, no_such_option=True)
    check_call("InvalidArgument", alice, "Messages.Send", bob.name, "hi", wait="yes")
    check_call("InvalidArgument", alice, "Events.List", 0, limit=501)
    assert alice.account("State") == "unlocked"


def test_registration_closed(stage):
    server = stage.server({"registration": {"policy": "closed"}})
    eve = stage.user("eve")
    check_call("RegistrationClosed", eve, "Account.Register", server.url, "eve", b"long enough", pin=server.pin)
    check(eve.register(server, expect=None), "RegistrationClosed")


def test_mailbox_full(stage):
    """The recipient is away for long; the sender is told, and the message stays in the history as failed."""
    server = stage.server({"limits": {"mailbox-messages": 5}})
    alice, bob = stage.member("alice", server), stage.member("bob", server)
    bob.stop()
    for n in range(5):
        alice.send(bob, f"fits {n}")
    check(alice.send(bob, "does not fit", expect=None), "MailboxFull")
    check_call("MailboxFull", alice, "Messages.Send", bob.name, "neither does this", wait=True)
    assert [m["state"] for m in alice.history(bob)] == ["sent"] * 5 + ["failed"] * 2
    bob.start()
    bob.unlock()
    bob.wait_text(alice, "fits 4")
    until("room again", lambda: alice.send(bob, "now it fits", expect=None).code == 0)
    bob.wait_text(alice, "now it fits")


def test_too_many_registrations(stage):
    """From one address. When to try again is in the text."""
    server = stage.server({"limits": {"registrations-per-address": "2/h"}})
    stage.member("alice", server)
    stage.member("bob", server)
    eve = stage.user("eve")
    result = eve.register(server, expect=None)
    check(result, "RateLimited")
    assert re.search(r"\d", result.err), f"no time to try again: {result}"
    text = check_call("RateLimited", eve, "Account.Register", server.url, "eve", b"long enough", pin=server.pin)
    assert re.search(r"\d", text), text


def test_too_many_messages(stage):
    """They wait, the history says until when, and they leave by themselves then, in order."""
    server = stage.server({"limits": {"sends-per-account": "5/10s"}})
    alice, bob = stage.member("alice", server), stage.member("bob", server)
    texts = []
    for n in range(50):
        texts.append(f"number {n}")
        result = alice.send(bob, texts[-1], expect=None)
        if result.code:
            break
    assert n >= 5
    assert (result.code, result.json["reason"]) == (20, "RateLimited"), result
    assert len(result.err.split()) > 3
    waiting = [m for m in alice.history(bob) if m["id"] == result.json["id"]]
    assert not waiting or waiting[0]["state"] in ("sent", "delivered") or re.search(r"\d", waiting[0]["reason_text"]), waiting
    bob.wait_text(alice, texts[-1])
    assert [text for _, text in bob.texts(alice)] == texts


def test_invitation(stage):
    tokens = stage.folder / "invitations"
    tokens.write_text("let-me-in-please\n")
    tokens.chmod(0o600)
    server = stage.server({"registration": {"policy": "invitation", "invitation-file": tokens}})
    eve = stage.user("eve")
    check(eve.register(server, expect=None), "BadInvitation")
    check_call("BadInvitation", eve, "Account.Register", server.url, "eve", b"long enough", pin=server.pin)
    token = eve.folder / "token"
    token.write_text("let-me-out\n")
    check(eve.register(server, more=["--invitation-file", token], expect=None), "BadInvitation")
    token.write_text("let-me-in-please\n")
    eve.register(server, more=["--invitation-file", token])


def test_every_error_has_its_own_exit_code():
    codes = list(exit_codes().values())
    assert len(codes) == len(set(codes)) > 20


def test_directory(stage):
    """Names by their beginning, page after page, where there is a directory; and where there is none."""
    server = stage.server({"directory": {"enabled": "yes"}})
    alice, bob = stage.member("alice", server), stage.member("bob", server)
    assert alice.smctl("find", expect=0).out.split() == sorted([alice.name, bob.name])
    assert alice.smctl("--json", "find", "bo", expect=0).json == {"name": bob.name}
    assert alice.smctl("find", "nobody", expect=0).out == ""
    check_call("BadName", alice, "Account.FindUsers", "UPPER")
    server.stop()
    alice.wait_offline()
    check(alice.smctl("find"), "ServerUnreachable")


def test_no_directory(alice):
    check(alice.smctl("find", "bo"), "DirectoryOff")
