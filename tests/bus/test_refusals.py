# SPDX-License-Identifier: GPL-3.0-or-later
"""Each method, in each state and with each wrong argument, ends with the error that its documentation names."""
import os
import socket

import pytest
from gi.repository import GLib
from harness.bus import ROOT
from harness.waiting import until
from private import PASSWORD, handed_over, variants

SIGN_UP = "(ssha{sv})"
SEARCH = "Messages.Search", "(sa{sv})"
SEND, SEND_FILE, HISTORY, GET, LIST = ("Messages.Send", "(ssa{sv})"), ("Messages.SendFile", "(sha{sv})"), \
    ("Messages.History", "(sa{sv})"), ("Messages.Get", "(s)"), ("Events.List", "(ta{sv})")


def needs_store(daemon, error):
    with handed_over(b"text") as fd:
        daemon.refuses(error, *SEND, "somebody", "text", {})
        daemon.refuses(error, *SEND_FILE, "somebody", 0, {}, fds=[fd])
        daemon.refuses(error, *HISTORY, "somebody", {})
        daemon.refuses(error, *GET, "00" * 16)
        daemon.refuses(error, *SEARCH, "word", {})
        daemon.refuses(error, *LIST, 0, {})
        daemon.refuses(error, "Account.Reconnect", "(a{sv})", {})


def test_no_account(fresh):
    assert fresh.account("State") == "no-account"
    needs_store(fresh, "NoAccount")
    fresh.refuses("NoAccount", "Account.Lock", "(a{sv})", {})
    with handed_over(PASSWORD) as fd:
        fresh.refuses("NoAccount", "Account.Unlock", "(ha{sv})", 0, {}, fds=[fd])


def test_locked(pair):
    (alice, _), (_, bob_name) = pair
    alice.lock()
    try:
        needs_store(alice, "Locked")
        alice.refuses("org.freedesktop.DBus.Error.UnknownObject", "Contact.AcceptKey", "(aya{sv})", b"", {},
                      path=f"{ROOT}/contact/{bob_name}")
        alice.lock()  # does nothing
    finally:
        alice.unlock()


def test_already_registered(pair, server):
    alice, _ = pair[0]
    for method in "Register", "Login":
        with handed_over(PASSWORD) as fd:
            alice.refuses("AlreadyRegistered", f"Account.{method}", SIGN_UP, server.url, "another", 0, {}, fds=[fd])


# Register and Login

def refuses_sign_up(daemon, error, server, name="somebody", password=PASSWORD, method="Register", **options):
    with handed_over(password) as fd:
        daemon.refuses(error, f"Account.{method}", SIGN_UP, server, name, 0, variants(options), fds=[fd])
    assert daemon.account("State") == "no-account"


@pytest.mark.parametrize("name", ["", "a", "A", "Alice", "-alice", "alice-", "al ice", "ålice", "a" * 33, "a/b", ".."])
@pytest.mark.parametrize("method", ["Register", "Login"])
def test_bad_name(fresh, server, name, method):
    refuses_sign_up(fresh, "BadName", server.url, name, method=method, pin=server.pin)


@pytest.mark.parametrize("url", ["", "example.org", "http://example.org", "wss://", "wss://a@example.org",
                                 "ws://127.0.0.1:1", "wss://example.org/elsewhere"])
def test_bad_server(fresh, url):
    refuses_sign_up(fresh, "InvalidArgument", url)


def test_plain_text_beyond_loopback(fresh):
    refuses_sign_up(fresh, "InvalidArgument", "ws://192.0.2.1:1", **{"insecure-loopback": True})


@pytest.mark.parametrize("pin", ["", "sha256:", "sha256:00", "md5:00"])
def test_bad_pin(fresh, server, pin):
    refuses_sign_up(fresh, "InvalidArgument", server.url, pin=pin)


def test_unknown_option(fresh, server):
    refuses_sign_up(fresh, "InvalidArgument", server.url, colour="green")
    refuses_sign_up(fresh, "InvalidArgument", server.url, pin=True)
    with handed_over(b"token") as token, handed_over(PASSWORD) as fd:
        fresh.refuses("InvalidArgument", "Account.Login", SIGN_UP, server.url, "somebody", 0,
                      {"invitation": GLib.Variant("h", 1)}, fds=[fd, token])


@pytest.mark.parametrize("password", [b"", b"\n", b"1234567", b"1234567\n", b"x" * 1025, b"x" * 1025 + b"\n"])
def test_bad_password(fresh, server, password):
    refuses_sign_up(fresh, "BadPassword", server.url, password=password, pin=server.pin)


def test_password_without_end(fresh, server):
    fd = os.open("/dev/zero", os.O_RDONLY)
    refuses_sign_up(fresh, "BadPassword", server.url, password=fd, pin=server.pin)
    os.close(fd)


def test_password_is_a_folder(fresh, server):
    fd = os.open("/", os.O_RDONLY)
    refuses_sign_up(fresh, "InvalidArgument", server.url, password=fd, pin=server.pin)
    os.close(fd)


def test_password_that_never_comes(fresh, server):
    """It is given up on; nobody else waits meanwhile."""
    reader, writer = os.pipe()
    ended = []

    def on_end(connection, result):
        try:
            connection.call_with_unix_fd_list_finish(result)
        except GLib.Error as error:
            ended.append(error.message)

    from gi.repository import Gio
    fds = Gio.UnixFDList.new()
    fds.append(reader)
    os.write(writer, b"not all of i")
    fresh.bus.connection.call_with_unix_fd_list(
        "org.securemessenger.Messenger1", ROOT, "org.securemessenger.Messenger1.Account", "Register",
        GLib.Variant(SIGN_UP, (server.url, "somebody", 0, {})), None, Gio.DBusCallFlags.NONE, 120_000, fds, None, on_end)
    assert fresh.account("State") == "no-account"
    assert not ended

    def turn():
        GLib.MainContext.default().iteration(False)
        return ended
    until("the call ends", turn)
    assert "BadPassword" in ended[0]
    os.close(writer)
    os.close(reader)


def test_nobody_listens(fresh):
    with socket.socket() as taken:  # and so nobody else can
        taken.bind(("127.0.0.1", 0))
        refuses_sign_up(fresh, "ServerUnreachable", f"wss://127.0.0.1:{taken.getsockname()[1]}", pin="sha256:" + "00" * 32)


def test_wrong_pin(fresh, server):
    refuses_sign_up(fresh, "CertificateMismatch", server.url, pin="sha256:" + "00" * 32)


def test_no_pin_and_no_authority(fresh, server):
    refuses_sign_up(fresh, "CertificateMismatch", server.url)


def test_name_taken(fresh, pair, server):
    refuses_sign_up(fresh, "NameTaken", server.url, pair[0][1], pin=server.pin)


def test_wrong_password_at_login(fresh, pair, server):
    refuses_sign_up(fresh, "WrongPassword", server.url, pair[0][1], b"another password", "Login", pin=server.pin)
    refuses_sign_up(fresh, "WrongPassword", server.url, "nobody-has-this", PASSWORD, "Login", pin=server.pin)


# Unlock

@pytest.mark.parametrize("password, error", [(b"another password", "WrongPassword"), (b"", "WrongPassword"),
                                             (PASSWORD + b"\n\n", "WrongPassword"), (b"x" * 1026, "BadPassword")])
def test_wrong_password(pair, password, error):
    alice, _ = pair[0]
    for state in "unlocked", "locked":
        if state == "locked":
            alice.lock()
        with handed_over(password) as fd:
            alice.refuses(error, "Account.Unlock", "(ha{sv})", 0, {}, fds=[fd])
        assert alice.account("State") == state
    alice.unlock()


# With an unlocked store

@pytest.mark.parametrize("arguments, error", [
    (("Not A Name", "text", {}), "BadName"),
    (("", "text", {}), "BadName"),
    (("somebody", "", {}), "BadText"),
    (("somebody", "x" * 65537, {}), "TextTooLong"),
    (("somebody", "ü" * 32768 + "x", {}), "TextTooLong"),
    (("somebody", "text", {"colour": True}), "InvalidArgument"),
    (("somebody", "text", {"wait": "yes"}), "InvalidArgument"),
    (("nobody-has-this-name", "text", {"wait": True}), "UnknownRecipient"),
])
def test_send(pair, arguments, error):
    name, text, options = arguments
    pair[0][0].refuses(error, *SEND, name, text, variants(options))


@pytest.mark.parametrize("text, error", [(b"", "BadText"), (b"\xff\xfe", "BadText"), (b"nul\0byte", "BadText"),
                                         (b"\xed\xa0\x80", "BadText"), (b"x" * 65537, "TextTooLong")])
def test_send_file(pair, text, error):
    with handed_over(text) as fd:
        pair[0][0].refuses(error, *SEND_FILE, "somebody", 0, {}, fds=[fd])


def test_send_file_without_end(pair):
    fd = os.open("/dev/zero", os.O_RDONLY)
    pair[0][0].refuses("TextTooLong", *SEND_FILE, "somebody", 0, {}, fds=[fd])
    os.close(fd)


def test_history(pair):
    (alice, _), (_, bob) = pair
    alice.refuses("NotFound", *HISTORY, "never-heard-of", {})
    alice.refuses("NotFound", *HISTORY, "Not A Name", {})
    for options in {"limit": 0}, {"limit": 501}, {"limit": "many"}, {"before": GLib.Variant("t", 0)}, {"colour": True}:
        alice.refuses("InvalidArgument", *HISTORY, bob, variants(options))


def test_get(pair):
    for wrong in "", "00" * 16, "xyz", "00" * 17, "zz" * 16:
        pair[0][0].refuses("NotFound", *GET, wrong)


def test_search(pair):
    alice, _ = pair[0]
    for options in {"limit": 0}, {"limit": 501}, {"before": GLib.Variant("t", 0)}, {"in": True}, {"colour": True}:
        alice.refuses("InvalidArgument", *SEARCH, "word", variants(options))
    for words in "", "?", "x" * 1025, "a " * 17:
        alice.refuses("InvalidArgument", *SEARCH, words, {})
    for name in "never-heard-of", "Not A Name", "":
        alice.refuses("NotFound", *SEARCH, "word", variants({"in": name}))


def test_list(pair):
    for options in {"limit": 0}, {"limit": 501}, {"colour": True}:
        pair[0][0].refuses("InvalidArgument", *LIST, 0, variants(options))


def test_accept_key(pair):
    (alice, _), (_, bob) = pair
    path = f"{ROOT}/contact/{bob}"
    for wrong in b"", b"\0" * 32, b"\0" * 33:
        alice.refuses("KeyChanged", "Contact.AcceptKey", "(aya{sv})", wrong, {}, path=path)
    key = alice.bus.property("Contact", "IdentityKey", path=path)
    alice.refuses("InvalidArgument", "Contact.AcceptKey", "(aya{sv})", key, variants({"colour": True}), path=path)
    alice.call("Contact.AcceptKey", "(aya{sv})", key, {}, path=path)  # the one that it has: nothing to do


def test_options_of_all_methods(pair):
    alice, _ = pair[0]
    with handed_over(PASSWORD) as fd:
        alice.refuses("InvalidArgument", "Account.Unlock", "(ha{sv})", 0, variants({"colour": True}), fds=[fd])
    for method in "Lock", "Reconnect":
        alice.refuses("InvalidArgument", f"Account.{method}", "(a{sv})", variants({"colour": True}))
    assert alice.account("State") == "unlocked"


def test_wrong_signature(pair):
    alice, _ = pair[0]
    alice.refuses("org.freedesktop.DBus.Error.InvalidArgs", "Messages.Send", "(ss)", "somebody", "text")
    alice.refuses("org.freedesktop.DBus.Error.UnknownMethod", "Messages.Fly", "()")
    alice.refuses("org.freedesktop.DBus.Error.UnknownObject", "Contact.AcceptKey", "(aya{sv})", b"", {},
                  path=f"{ROOT}/contact/never_2dheard_2dof")


def test_properties_cannot_be_set(pair):
    alice, _ = pair[0]
    alice.refuses("org.freedesktop.DBus.Error.PropertyReadOnly", "org.freedesktop.DBus.Properties.Set", "(ssv)",
                  "org.securemessenger.Messenger1.Account", "State", GLib.Variant("s", "unlocked"))
