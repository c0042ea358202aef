# SPDX-License-Identifier: GPL-3.0-or-later
"""smctl export: everything that was said, in a file that others can read, or only those who know its password."""
import fcntl
import json
import os
import socket
import struct
import subprocess
import threading

import pytest
from nacl import bindings

from harness import places
from harness.bus import DBusError, in_memory
from harness.refusal import call
from harness.waiting import DEADLINE, until

PASSWORD = "a password of the export"


@pytest.fixture(scope="module")
def talked(shared_stage, shared_server):
    """A person with some messages: odd ones too, and so many that they are no one page."""
    alice, bob, carol = (shared_stage.member(name, shared_server) for name in ("alice", "bob", "carol"))
    texts = ["first", "lines\nand \"quotes\" \\ \u202eturned\u202c \x1b[31m", "می‌خواهم 👍🏽", "x" * 65536]
    texts += [f"number {n}" for n in range(200)]
    for text in texts:
        call(alice, "Messages.Send", bob.name, text)
    alice.send(carol, "for carol alone")
    until("they are sent", lambda: alice.account("QueuedMessages") == 0)
    bob.send(alice, "an answer")
    alice.wait_text(bob, "an answer")
    alice.wait_state(bob, "first", "delivered")  # he has accepted her by that, and says, all at once, what he has got
    return alice, bob, carol, [*texts, "for carol alone", "an answer"]


def lines_of(text):
    """Of an export that is complete: its header and its messages."""
    header, *messages, end = map(json.loads, text.splitlines())
    assert header["line"] == "header" and header["format"] == "secure-messenger-export" and header["version"] == 1
    assert end == {"line": "end", "messages": len(messages)}
    assert {m.pop("line") for m in messages} <= {"message"}
    return header, messages


def decrypt(data, password):
    """By docs/export-format.md alone, without our code."""
    assert data[:8] == b"SMexport"
    passes, memory_kib = struct.unpack("<II", data[8:16])
    key = bindings.crypto_pwhash_alg(32, password, data[16:32], passes, memory_kib * 1024,
                                     bindings.crypto_pwhash_ALG_ARGON2ID13)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, data[32:56], key)
    plain, at, tag, ad = b"", 56, 0, data[:32]
    while tag != bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL:
        part, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, data[at:at + 65536 + 17], ad)
        plain, at, ad = plain + part, at + 65536 + 17, None
    assert at >= len(data)
    return plain.decode()


def test_everything(talked):
    """Each message once, in order, as history has it; exact, and in letters that harm no terminal."""
    alice, bob, carol, texts = talked
    out = alice.smctl("export", expect=0).out
    header, messages = lines_of(out)
    assert header["user_name"] == alice.name and header["server"].startswith("wss://")
    assert [m["text"] for m in messages if m["kind"] == "text"] == texts
    numbers = [m["number"] for m in messages]
    assert numbers == sorted(set(numbers))
    assert [m for m in messages if m["conversation"] == bob.name] == \
        alice.smctl("--json", "history", "--limit", "0", bob.name, expect=0).lines
    assert "\x1b" not in out and "\u202e" not in out


def test_one_conversation(talked):
    alice, _, carol, _ = talked
    header, messages = lines_of(alice.smctl("export", "--conversation", carol.name, expect=0).out)
    assert header["conversation"] == carol.name
    assert [m["text"] for m in messages] == ["for carol alone"]
    alice.smctl("export", "--conversation", "nobody-there", expect=25)


def test_file(talked, tmp_path):
    """It is there as a whole or not at all, for its owner alone, and replaces nothing unasked."""
    alice, *_ = talked
    path = tmp_path / "export.jsonl"
    result = alice.smctl("--json", "export", "--output", path, expect=0).json
    _, messages = lines_of(path.read_text())
    assert result == {"messages": len(messages), "output": str(path)}
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("mine")
    alice.smctl("export", "--output", path, expect=1)
    assert path.read_text() == "mine"
    alice.smctl("export", "--output", path, "--yes", expect=0)
    lines_of(path.read_text())
    alice.smctl("export", "--output", tmp_path / "no" / "folder", expect=1)
    alice.smctl("export", "--output", tmp_path / "other", "--conversation", "nobody-there", expect=25)
    assert list(tmp_path.iterdir()) == [path]


def test_encrypted(talked, tmp_path):
    alice, *_ = talked
    path, password = tmp_path / "export", tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    encrypt = ["export", "--encrypt", "--password-file", password]
    alice.smctl(*encrypt, "--output", path, expect=0)
    sealed = path.read_bytes()
    assert b"number 1" not in sealed
    plain = alice.smctl("export", expect=0).out.splitlines()[1:]
    assert decrypt(sealed, PASSWORD.encode()).splitlines()[1:] == plain
    opened = alice.smctl("export", "--decrypt", path, "--password-file", password, expect=0).out
    assert opened.splitlines()[1:] == plain

    def refused(data, code=1, key=password):
        path.write_bytes(data)
        output = tmp_path / "out"
        alice.smctl("export", "--decrypt", path, "--password-file", key, "--output", output, expect=code)
        assert not output.exists()

    assert len(sealed) > 56 + 65536 + 17, "of more than one chunk"
    # Cut off, also at a bound of chunks; longer; changed, in each of its parts; chunks in another order.
    chunk = 65536 + 17
    for damaged in (sealed[:-1], sealed[:56 + chunk], sealed + b"x", sealed[:20], b"", b"{}",
                    sealed[:-5] + bytes([sealed[-5] ^ 1]) + sealed[-4:],
                    sealed[:8] + b"\xff\xff\xff\xff" + sealed[12:]):
        refused(damaged)
    refused(sealed[:60] + bytes([sealed[60] ^ 1]) + sealed[61:], code=6)
    refused(sealed[:12] + struct.pack("<I", 128 * 1024) + sealed[16:], code=6)
    wrong = tmp_path / "wrong"
    wrong.write_text("another password")
    refused(sealed, code=6, key=wrong)
    wrong.write_text("short")
    alice.smctl("export", "--encrypt", "--password-file", wrong, "--output", tmp_path / "out", expect=27)


def test_usage(talked, tmp_path):
    alice, *_ = talked
    alice.smctl("export", "--password-file", alice.password_file, expect=2)
    alice.smctl("export", "--decrypt", "x", "--encrypt", expect=2)
    alice.smctl("export", "--decrypt", tmp_path / "none", "--password-file", alice.password_file, expect=1)


def test_slow_reader(talked):
    """The daemon does not wait for whoever reads, nor gather what nobody takes; and who goes is let go of."""
    alice, bob, *_ = talked
    reader, writer = os.pipe()
    export = subprocess.Popen([places.SMCTL, "export"], env=alice.env, stdin=subprocess.DEVNULL, stdout=writer,
                              stderr=subprocess.PIPE)
    os.close(writer)
    # The pipe is full when all of its room is taken.
    room = fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ)
    until("the pipe is full", lambda: struct.unpack("i", fcntl.ioctl(reader, 0x541B, b"\0" * 4))[0] > room - 4096)
    alice.send(bob, "said meanwhile")
    alice.wait_text(bob, "said meanwhile")
    os.close(reader)
    assert export.wait(DEADLINE) == 1
    assert export.stderr.read()
    export.stderr.close()
    lines_of(alice.smctl("export", expect=0).out)


def test_caller_gone(talked):
    """A program that is killed takes its export along."""
    alice, *_ = talked
    reader, writer = os.pipe()
    export = subprocess.Popen([places.SMCTL, "export"], env=alice.env, stdin=subprocess.DEVNULL, stdout=writer)
    os.close(writer)
    assert os.read(reader, 16)
    export.kill()
    export.wait()
    while os.read(reader, 65536):  # comes to its end, for nobody has the other side any more
        pass
    os.close(reader)


def test_locked_meanwhile(talked):
    alice, *_ = talked
    reader, writer = os.pipe()
    export = subprocess.Popen([places.SMCTL, "export"], env=alice.env, stdin=subprocess.DEVNULL, stdout=writer,
                              stderr=subprocess.DEVNULL)
    os.close(writer)
    assert os.read(reader, 16)
    alice.lock()
    assert export.wait(DEADLINE) == 5
    os.close(reader)
    alice.smctl("export", expect=5)
    alice.unlock()


def into(user, fd):
    try:
        return user.bus.call("Messages.Export", "(ha{sv})", (0, {}), [fd])[0]
    except DBusError as error:
        return error.name


def test_outputs(talked):
    """What could make the daemon wait is refused before anything is written."""
    alice, *_ = talked
    for path, flags in ("/dev/null", os.O_WRONLY), ("/dev/full", os.O_WRONLY), ("/", os.O_RDONLY):
        fd = os.open(path, flags)
        assert into(alice, fd) == "InvalidArgument", path
        os.close(fd)
    fd = os.open("/proc/self/exe", os.O_RDONLY)  # a file, but not open for writing
    assert into(alice, fd) == "Failed"
    os.close(fd)
    fd = in_memory(b"")
    assert into(alice, fd) > 200
    lines_of(os.pread(fd, 1 << 24, 0).decode())
    os.close(fd)
    theirs, ours = socket.socketpair()
    received = []
    reader = threading.Thread(target=lambda: received.extend(iter(lambda: ours.recv(65536), b"")))
    reader.start()
    assert into(alice, theirs.fileno()) > 200
    theirs.close()
    reader.join()
    ours.close()
    lines_of(b"".join(received).decode())
