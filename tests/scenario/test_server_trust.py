# SPDX-License-Identifier: GPL-3.0-or-later
"""Is it the server? And does it speak what we speak?"""
import pytest

from harness import wire
from harness.refusal import call, check, check_call
from harness.relay import Refuser, Relay
from harness.waiting import until

WRONG_PIN = "sha256:" + "5a" * 32


def test_wrong_pin(server, stage):
    eve = stage.user("eve")
    check(eve.register(server, pin=WRONG_PIN, expect=None), "CertificateMismatch")
    check_call("CertificateMismatch", eve, "Account.Register", server.url, "eve", b"long enough", pin=WRONG_PIN)
    check_call("CertificateMismatch", eve, "Account.Login", server.url, "eve", b"long enough", pin=WRONG_PIN)
    assert eve.account("State") == "no-account"


def test_self_signed_without_pin(server, stage):
    eve = stage.user("eve")
    check(eve.register(server, pin=None, expect=None), "CertificateMismatch")
    check_call("CertificateMismatch", eve, "Account.Register", server.url, "eve", b"long enough")


@pytest.mark.parametrize("pin", ["", "sha256:", "5a" * 32, "sha256:" + "5a" * 31, "sha256:" + "zz" * 32, "md5:00"])
def test_malformed_pin(server, stage, pin):
    eve = stage.user("eve")
    check_call("InvalidArgument", eve, "Account.Register", server.url, "eve", b"long enough", pin=pin)


def test_certificate_changes_later(stage):
    """Somebody else at the server's address: the daemon stays away, says why, and comes back to the real one."""
    server = stage.server()
    alice, bob = stage.member("alice", server), stage.member("bob", server)
    server.stop()
    alice.wait_offline()
    impostor = stage.server(start=False)
    impostor.port = server.port
    impostor.start()
    assert impostor.pin != server.pin
    call(alice, "Account.Reconnect")
    until("the refusal", lambda: alice.account("ConnectionError") == "CertificateMismatch")
    assert alice.account("Connection") != "online" and alice.account("ConnectionErrorText")
    queued = alice.send(bob, "only for the real server", expect=20).json
    assert queued["reason"] == "CertificateMismatch"
    impostor.stop()
    server.start()
    call(alice, "Account.Reconnect")
    alice.wait_online()
    bob.wait_text(alice, "only for the real server")


def test_server_moves(stage):
    """Another address and another certificate: who says so keeps the account, and what waited arrives."""
    server = stage.server()
    alice, bob = stage.member("alice", server), stage.member("bob", server)
    bob.send(alice, "before")
    alice.wait_text(bob, "before")
    assert alice.smctl("--json", "server", expect=0).json == {"server": server.url, "server_pin": server.pin}
    old = server.pin
    server.stop()
    for user in (alice, bob):
        user.wait_offline()
    for path in server.state.glob("*.pem"):
        path.unlink()
    server.port = None
    server.start()
    assert server.pin != old
    alice.send(bob, "where are you?", expect=20)

    # Nearly right, and not written as it has to be.
    alice.smctl("server", server.url, "--server-pin", old, expect=0)
    until("the refusal", lambda: alice.account("ConnectionError") == "CertificateMismatch")
    check(alice.smctl("server", "--server-pin", "sha256:00"), "InvalidArgument")
    check(alice.smctl("server", "http://" + server.url), "InvalidArgument")
    check_call("InvalidArgument", alice, "Account.SetServer", server.url, pin="")
    assert alice.account("Server") == server.url and alice.account("ServerPin") == old

    said = alice.smctl("server", "--server-pin", server.pin, expect=0).out
    assert server.url in said and server.pin in said
    alice.wait_online()
    bob.smctl("server", server.url, "--server-pin", server.pin, expect=0)
    bob.wait_text(alice, "where are you?")
    assert [message["text"] for message in alice.history(bob)] == ["before", "where are you?"]
    bob.restart()
    bob.wait_online()

    alice.lock()
    check(alice.smctl("server"), "Locked")
    check(alice.smctl("server", server.url), "Locked")


def test_server_is_left(stage, server):
    """In the midst of a connection; a server that does not know the account takes nothing of it."""
    alice, other = stage.member("alice", server), stage.server()
    alice.smctl("server", other.url, "--server-pin", other.pin, expect=0)
    until("the refusal", lambda: alice.account("ConnectionError") == "DeviceRemoved")
    alice.smctl("server", server.url, "--server-pin", server.pin, expect=0)
    alice.wait_online()


VERSIONS = [("PROTOCOL_TOO_OLD", "ProtocolTooOld"), ("PROTOCOL_TOO_NEW", "ProtocolTooNew")]


@pytest.mark.parametrize("code, name", VERSIONS)
def test_server_of_another_version(stage, code, name):
    eve = stage.user("eve")
    refuser = Refuser(eve.folder, code)
    check(eve.register(refuser, expect=None), name)
    check_call(name, eve, "Account.Login", refuser.url, "eve", b"long enough", pin=refuser.pin)
    assert eve.account("State") == "no-account"
    refuser.close()


@pytest.mark.parametrize("code, name", VERSIONS)
def test_server_changes_its_version(server, stage, code, name):
    """An account that is there already sees it in its status, and what it sends waits."""
    eve, bob = stage.user("eve"), stage.member("bob", server)
    relay = Relay(eve.folder, server)
    eve.register(relay, name=f"eve-{name.lower()}")
    pb = wire.schema()

    def refuse(frame):
        if frame.HasField("welcome"):
            return [pb.ServerFrame(request=frame.request, error=pb.Error(code=pb.ErrorCode.Value("ERROR_CODE_" + code)))]
        return [frame]
    relay.from_server = refuse
    relay.drop()
    until("the refusal", lambda: eve.account("ConnectionError") == name)
    assert eve.send(bob, "later", expect=20).json["reason"] == name
    relay.from_server = lambda frame: [frame]
    call(eve, "Account.Reconnect")
    eve.wait_online()
    bob.wait_text(f"eve-{name.lower()}", "later")
    relay.close()


def test_server_by_another_name(server, stage):
    """What the daemon tells the server is whom it believes to be talking to; the server must agree."""
    eve = stage.user("eve")
    relay = Relay(eve.folder, server)
    told = []

    def rename(frame):
        if frame.HasField("hello"):
            told.append(frame.hello.server_name)
            frame.hello.server_name = "elsewhere.example"
        return [frame]
    relay.from_client = rename
    result = eve.register(relay, expect=None)
    assert set(told) == {"127.0.0.1"}
    assert result.code not in (0, 2, 3) and result.err
    assert eve.account("State") == "no-account"
    relay.close()
