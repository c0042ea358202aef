# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's states, its password in every form, and what the bus hears of it."""
import os
import socket

import pytest
from gi.repository import Gio, GLib
from harness.bus import NAME, ROOT
from harness.process import Process
from harness.waiting import until
from private import PASSWORD, Daemon, Signals, handed_over


def managed(daemon):
    objects, = daemon.call("org.freedesktop.DBus.ObjectManager.GetManagedObjects")
    return objects


def test_fresh(fresh):
    assert fresh.account("State") == "no-account"
    assert fresh.account("Connection") == "offline" and fresh.account("AttachmentMax") == 0
    assert fresh.account("UserName") == "" and fresh.account("Server") == "" and fresh.account("IdentityKey") == []
    assert managed(fresh) == {}


def test_state_folder_is_private(pair):
    for daemon, _ in pair:
        folder = daemon.state / "secure-messenger"
        assert folder.stat().st_mode & 0o7777 == 0o700
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path


def test_registered(pair, server):
    alice, name = pair[0]
    assert alice.account("State") == "unlocked" and alice.account("Connection") == "online"
    assert alice.account("UserName") == name
    assert alice.account("Server") == server.url and alice.account("ServerPin") == server.pin
    assert alice.account("DeviceID") > 0 and len(alice.account("IdentityKey")) == 32
    assert alice.account("ConnectionError") == "" == alice.account("ConnectionErrorText")
    assert alice.account("AttachmentMax") > 2**20
    assert alice.account("NextAttempt") == 0 == alice.account("QueuedMessages")


def test_lock_and_unlock(pair):
    """What is locked away is not on the bus; all of it comes back."""
    (alice, _), (_, bob) = pair
    path = f"{ROOT}/contact/{bob}"
    until("bob is seen", lambda: managed(alice)[path][f"{NAME}.Contact"]["Online"])
    before = managed(alice)
    assert list(before) == [path]
    history = alice.history(bob)
    with Signals(alice) as signals:
        alice.lock()
        signals.until("State", lambda s: s.changed("Account").get("State") == "locked")
        assert signals.changed("Account") | {"UserName": "", "Server": "", "Connection": "offline", "LastEvent": 0} \
            == signals.changed("Account")
        assert ("InterfacesRemoved", path) in [(m, a[0]) for _, _, m, a in signals.found]
    assert managed(alice) == {}
    assert alice.account("IdentityKey") == []
    with Signals(alice) as signals:
        alice.unlock()
        signals.until("online", lambda s: s.changed("Account").get("Connection") == "online")
        assert signals.changed("Account")["State"] == "unlocked"
        assert ("InterfacesAdded", path) in [(m, a[0]) for _, _, m, a in signals.found]
    until("all is as before", lambda: managed(alice) == before)  # also who is connected
    assert alice.history(bob) == history


def test_restart(pair):
    (alice, _), (_, bob) = pair
    history, key = alice.history(bob), alice.account("IdentityKey")
    alice.restart()
    assert alice.account("State") == "locked"
    alice.unlock()
    assert alice.history(bob) == history and alice.account("IdentityKey") == key


def test_unlock_again(pair):
    alice, _ = pair[0]
    alice.unlock()
    assert alice.account("State") == "unlocked"


@pytest.mark.parametrize("kind", ["pipe", "memory", "file", "socket", "line feed"])
def test_password_from(pair, kind, tmp_path):
    alice, _ = pair[0]
    alice.lock()
    if kind == "pipe":
        fd, writer = os.pipe()
        os.write(writer, PASSWORD)
        os.close(writer)
    elif kind == "socket":
        ours, theirs = socket.socketpair()
        ours.sendall(PASSWORD)
        ours.close()
        fd = theirs.detach()
    elif kind == "file":
        (tmp_path / "password").write_bytes(PASSWORD)
        fd = os.open(tmp_path / "password", os.O_RDONLY)
    else:
        fd = os.memfd_create("password")
        os.write(fd, PASSWORD + (b"\n" if kind == "line feed" else b""))
        os.lseek(fd, 0, os.SEEK_SET)
    alice.unlock(fd)
    os.close(fd)
    assert alice.account("State") == "unlocked"


def test_longest_password(make_daemon, server, new_name):
    daemon = make_daemon()
    daemon.register(server, new_name(), password=b"x" * 1024 + b"\n")
    daemon.lock()
    daemon.unlock(b"x" * 1024)


def test_any_bytes_are_a_password(make_daemon, server, new_name):
    daemon = make_daemon()
    daemon.register(server, new_name(), password=b"\0\xff\n\0 bytes")
    daemon.lock()
    daemon.unlock(b"\0\xff\n\0 bytes")


def test_credential(make_daemon, server, new_name, tmp_path):
    """A machine without a person: the service manager hands over the password."""
    (tmp_path / "secure-messenger.password").write_bytes(PASSWORD + b"\n")
    daemon = make_daemon(CREDENTIALS_DIRECTORY=str(tmp_path))
    daemon.register(server, new_name())
    daemon.restart()
    until("unlocked", lambda: daemon.account("State") == "unlocked")
    until("online", lambda: daemon.account("Connection") == "online")


def test_wrong_credential(make_daemon, server, new_name, tmp_path):
    daemon = make_daemon(CREDENTIALS_DIRECTORY=str(tmp_path))
    daemon.register(server, new_name())
    (tmp_path / "secure-messenger.password").write_bytes(b"another password")
    daemon.restart()
    until("said so", lambda: "credential does not unlock" in daemon.process.log())
    assert daemon.account("State") == "locked"


def test_stopped_in_the_middle(make_daemon, server, new_name):
    """Calls that read a password, hash it, or wait for the server do not keep the daemon from ending properly."""
    daemon = make_daemon()
    daemon.register(server, new_name())
    daemon.lock()
    connection = daemon.bus.connection

    def begin(fd, method="Unlock", signature="(ha{sv})", arguments=(0, {})):
        fds = Gio.UnixFDList.new()
        fds.append(fd)
        connection.call_with_unix_fd_list(NAME, ROOT, f"{NAME}.Account", method, GLib.Variant(signature, arguments), None,
                                          Gio.DBusCallFlags.NONE, 120_000, fds, None, None)

    reader, writer = os.pipe()
    with handed_over(PASSWORD) as fd:
        begin(reader)
        begin(fd)
        begin(reader)
        connection.flush_sync(None)
        daemon.account("State")  # it has all three by now
        assert daemon.process.stop() == 0
        until("the bus notices", lambda: not daemon.bus.has(NAME))
    os.close(writer)
    os.close(reader)
    daemon.start()
    daemon.unlock()


def test_stopped_while_registering(make_daemon, server, new_name):
    """What was half made is gone, and the next attempt starts afresh."""
    daemon, name = make_daemon(), new_name()
    server.freeze()
    try:
        with handed_over(PASSWORD) as fd:
            fds = Gio.UnixFDList.new()
            fds.append(fd)
            daemon.bus.connection.call_with_unix_fd_list(
                NAME, ROOT, f"{NAME}.Account", "Register", GLib.Variant("(ssha{sv})", (
                    server.url, name, 0, {"pin": GLib.Variant("s", server.pin)})),
                None, Gio.DBusCallFlags.NONE, 120_000, fds, None, None)
            daemon.bus.connection.flush_sync(None)
            daemon.account("State")
            daemon.process.stop()
            until("the bus notices", lambda: not daemon.bus.has(NAME))
    finally:
        server.thaw()
    daemon.start()
    assert daemon.account("State") == "no-account"
    daemon.register(server, name)


def test_login_elsewhere(make_daemon, server, new_name):
    """The old device is told, and does not fight."""
    old, new, name = make_daemon(), make_daemon(), new_name()
    old.register(server, name)
    new.register(server, name, "Login")
    assert new.account("DeviceID") > old.account("DeviceID")
    until("told", lambda: old.account("ConnectionError") == "DeviceRemoved")
    assert old.account("Connection") == "offline" and old.account("NextAttempt") == 0
    assert old.account("ConnectionErrorText").endswith(".")
    assert new.account("Connection") == "online"
    old.call("Account.Reconnect", "(a{sv})", {})
    until("refused", lambda: old.account("Connection") == "offline" and
          old.account("ConnectionError") == "DeviceRemoved")
    old.send("somebody", "stays here")
    assert old.history("somebody")[-1]["reason"] == "DeviceRemoved"


def test_second_daemon_on_the_bus(fresh):
    other = Process("second", fresh.folder, [*fresh.process.arguments, "--state-folder", fresh.folder / "other"],
                    fresh.env)
    other.start()
    assert other.process.wait(60) == 1
    assert "another smd serves this bus" in other.log()
    assert fresh.account("State") == "no-account"


def test_second_daemon_in_the_folder(fresh, ground):
    folder = ground / "second"
    folder.mkdir()
    other = Daemon(folder)
    process = Process("second", folder, [*other.process.arguments, "--state-folder", fresh.state / "secure-messenger"],
                      other.env)
    process.start()
    assert process.process.wait(60) == 1
    assert "another smd uses the state folder" in process.log()
    other.bus.stop()


def test_damaged_vault(make_daemon, server, new_name):
    daemon = make_daemon()
    daemon.register(server, new_name())
    vault = daemon.state / "secure-messenger" / "vault"
    good = vault.read_bytes()
    assert daemon.process.stop() == 0
    vault.write_bytes(good[:-1])
    daemon.process.start()
    assert daemon.process.process.wait(60) == 1
    assert "cannot read the vault" in daemon.process.log()
    vault.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    daemon.start()
    with handed_over(PASSWORD) as fd:
        daemon.refuses("WrongPassword", "Account.Unlock", "(ha{sv})", 0, {}, fds=[fd])
    vault.write_bytes(good)
    daemon.restart()
    daemon.unlock()


def test_missing_store(make_daemon, server, new_name):
    daemon = make_daemon()
    daemon.register(server, new_name())
    daemon.lock()
    folder = daemon.state / "secure-messenger"
    (folder / "store.db").rename(folder / "elsewhere")
    with handed_over(PASSWORD) as fd:
        daemon.refuses("StoreDamaged", "Account.Unlock", "(ha{sv})", 0, {}, fds=[fd])
    (folder / "elsewhere").rename(folder / "store.db")
    daemon.unlock()


def begin_unlock(daemon, fd):
    """Returns a function that waits for the answer: None, or the error's name."""
    answers = []
    daemon.bus.connection.call_with_unix_fd_list(
        NAME, ROOT, f"{NAME}.Account", "Unlock", GLib.Variant("(ha{sv})", (0, {})), None, Gio.DBusCallFlags.NONE, 120_000,
        Gio.UnixFDList.new_from_array([fd]), None, lambda connection, result: answers.append(result))
    daemon.account("State")  # it has the call by now

    def answered():
        GLib.MainContext.default().iteration(False)
        return answers

    def answer():
        until("an answer to Unlock", answered)
        try:
            daemon.bus.connection.call_with_unix_fd_list_finish(answers[0])
        except GLib.Error as error:
            return Gio.DBusError.get_remote_error(error).removeprefix(f"{NAME}.Error.")
        return None
    return answer


def test_lock_ends_unlock(make_daemon, server, new_name):
    """Whoever locks can rely on it: an Unlock from before ends with Locked."""
    daemon = make_daemon()
    daemon.register(server, new_name())
    daemon.lock()
    reading, writing = os.pipe()
    os.write(writing, PASSWORD)
    answer = begin_unlock(daemon, reading)  # takes the descriptor over
    daemon.lock()
    os.close(writing)
    assert answer() == "Locked" and daemon.account("State") == "locked"

    def locked_while_it_is_hashed():
        """Unless that was over already, on a machine that was slow to say that it shall lock."""
        with handed_over(PASSWORD) as fd:
            answer = begin_unlock(daemon, os.dup(fd))
        daemon.lock()
        said = answer()
        assert said in ("Locked", None) and daemon.account("State") == "locked"
        return said == "Locked"
    until("a lock in time", locked_while_it_is_hashed)
    daemon.unlock()
