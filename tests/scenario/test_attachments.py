# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with messages: whole at the other end, whatever is cut on the way, and harmless whatever they are."""
import hashlib
import os
import random
import struct
import zlib

import pytest

from harness.bus import DBusError, GLib
from harness.waiting import until

MIB = 1024 * 1024


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture(width, height):
    row = b"\0" + bytes(v for x in range(width) for v in (x * 255 // width, 64, 128))
    return png(width, height, row * height)


def write(user, name, data):
    path = user.folder / name
    path.write_bytes(data)
    return path


def send_file(user, other, path, *more, expect=0):
    return user.smctl("--json", "send", "--file", path, other.name, *more, expect=expect).lines[-1]["id"]


def message(user, id):
    found, = user.bus.call("Messages.Get", "(s)", (id,))
    return found


def has(user, id):
    def there():
        try:
            return message(user, id)
        except DBusError:
            return None
    return until(f"{user.name} has the message", there)


def save(user, id, expect=0):
    target = user.folder / f"saved-{id}"
    user.smctl("save", "--force", "--output", target, id, expect=expect)
    return target.read_bytes() if expect == 0 else None


def attachments(user):
    folder = user.home / ".local/state/secure-messenger/attachments"
    return sorted(folder.iterdir())


def blobs(server):
    return sorted(path for path in server.state.rglob("*") if path.is_file() and path.stat().st_size >= 4096
                  and "blob" in str(path.relative_to(server.state)))


@pytest.mark.parametrize("size", [0, 1, 4096, 65536, 131072 - 41, 3 * MIB + 1])
def test_whole_at_the_other_end(alice, bob, size):
    data = noise(size, size)
    id = send_file(alice, bob, write(alice, "report.bin", data), "the numbers")
    sent, got = message(alice, id), has(bob, id)
    assert (sent["state"], sent["transfer"], sent["transferred"]) == ("sent", "complete", size)
    assert (got["kind"], got["name"], got["size"], got["text"]) == ("attachment", "report.bin", size, "the numbers")
    until("offered", lambda: message(bob, id)["transfer"] == "offered")
    assert save(bob, id) == data
    assert message(bob, id)["transfer"] == "complete"
    assert save(alice, id) == data


def test_save_by_name(alice, bob):
    id = send_file(alice, bob, write(alice, "cat.txt", b"meow"))
    has(bob, id)
    assert bob.smctl("save", id, expect=0).out == "cat.txt\n"
    assert (bob.folder / "cat.txt").read_bytes() == b"meow"
    (bob.folder / "cat.txt").write_bytes(b"mine")
    assert "cat.txt" in bob.smctl("save", id, expect=46).err
    assert (bob.folder / "cat.txt").read_bytes() == b"mine"
    bob.smctl("save", "--force", id, expect=0)
    assert (bob.folder / "cat.txt").read_bytes() == b"meow"
    assert bob.smctl("save", "--output", "-", id, expect=0).out == "meow"
    assert not [path for path in bob.folder.iterdir() if path.name.startswith("cat.txt.")]
    line = bob.smctl("history", "--limit", "1", alice.name, expect=0).out
    assert "cat.txt" in line and id in line


def test_pictures_come_by_themselves_with_a_thumbnail(alice, bob):
    data = picture(1000, 400)
    id = send_file(alice, bob, write(alice, "flower.png", data))
    got = has(bob, id)
    assert (got["media-type"], got["width"], got["height"], got["thumbnail"]) == ("image/png", 1000, 400, True)
    until("it came by itself", lambda: message(bob, id)["transfer"] == "complete")
    jpeg, = bob.bus.call("Messages.Thumbnail", "(s)", (id,))
    assert bytes(jpeg[:3]) == b"\xff\xd8\xff" and len(jpeg) <= 32 * 1024
    assert save(bob, id) == data


def test_bombs(alice, bob):
    """A picture that would fill the memory, one that is none, one that is cut: sent as they are, without a thumbnail."""
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 1, 0, 0, 0, 1)) \
        + chunk(b"IDAT", zlib.compress(bytes(4 * MIB))) + chunk(b"IEND", b"")
    for name, data in (("huge.png", huge), ("none.png", b"\x89PNG\r\n\x1a\n" + noise(5000)),
                       ("none.jpg", b"\xff\xd8\xff\xe1" + noise(5000)), ("cut.png", picture(300, 300)[:500])):
        id = send_file(alice, bob, write(alice, name, data))
        assert has(bob, id)["thumbnail"] is False
        assert save(bob, id) == data
    assert alice.daemon.running


@pytest.mark.parametrize("name, clean", [
    ("../../etc/passwd", "passwd"), ("/etc/cron.d/x", "x"), ("..", "file"), (".bashrc", "bashrc"), ("", "file"),
    ("a\\b\\evil.exe", "evil.exe"), ("photo\u202egnp.exe", "photognp.exe"), ("a\nb\x1b[31mc\x7f", "ab[31mc"),
    ("\u200b\u2066x\u2069", "x"), ("می‌خواهم.pdf", "می‌خواهم.pdf"), ("  .. spaced .txt ", "spaced .txt"),
    ("n" * 300 + ".txt", "n" * 251 + ".txt")])
def test_names(alice, bob, name, clean):
    path = write(alice, "any", b"x")
    with open(path, "rb") as file:
        id, *_ = alice.bus.call("Messages.SendAttachment", "(shsa{sv})", (bob.name, 0, name, {}), fds=[file.fileno()])
    assert message(alice, id)["name"] == clean
    assert has(bob, id)["name"] == clean


def test_refused(alice, bob, stage):
    def send(fd, name="x", **options):
        return alice.bus.call("Messages.SendAttachment", "(shsa{sv})", (bob.name, 0, name, options), fds=[fd])
    before = len(alice.history(bob, 0 or 500))
    read, write_end = os.pipe()
    with pytest.raises(DBusError, match="InvalidArgument"):
        send(read)
    os.close(read)
    os.close(write_end)
    path = write(alice, "file", b"x" * 100)
    write_only = os.open(path, os.O_WRONLY)
    with pytest.raises(DBusError, match="AttachmentUnreadable"):
        send(write_only)
    os.close(write_only)
    sparse = alice.folder / "sparse"
    with open(sparse, "wb") as file:
        file.truncate(10 * 1024 * MIB)
    assert "larger" in alice.smctl("send", "--file", sparse, bob.name, expect=40).err
    with open(path, "rb") as file:
        with pytest.raises(DBusError, match="TextTooLong"):
            send(file.fileno(), caption=GLib.Variant("s", "c" * 16385))
        with pytest.raises(DBusError, match="NotFound"):
            alice.bus.call("Messages.SaveAttachment", "(sh)", ("0" * 32, 0), fds=[file.fileno()])
    alice.smctl("send", "--file", alice.folder / "nowhere", bob.name, expect=2)
    alice.smctl("send", "--file", alice.folder, bob.name, expect=2)
    assert len(alice.history(bob, 500)) == before


def test_nobody_reads_the_pipe(alice, bob):
    """Whoever asked for a file and goes away, or takes no more of it, holds nobody up."""
    id = send_file(alice, bob, write(alice, "large", noise(2 * MIB)))
    read, write_end = os.pipe()
    os.close(read)
    with pytest.raises(DBusError, match="InvalidArgument"):
        alice.bus.call("Messages.SaveAttachment", "(sh)", (id, 0), fds=[write_end])
    os.close(write_end)
    read, write_end = os.pipe()
    alice.bus.begin("Messages.SaveAttachment", "(sh)", (id, 0), fds=[write_end])
    os.close(write_end)
    alice.send(bob, "meanwhile")
    bob.wait_text(alice, "meanwhile")
    alice.lock()
    got = b""
    while part := os.read(read, 65536):
        got += part
    os.close(read)
    assert len(got) < 2 * MIB
    alice.unlock()
    alice.wait_online()


def test_disk_full_at_the_other_end(alice, bob):
    id = send_file(alice, bob, write(alice, "large", noise(MIB)))
    with open("/dev/full", "wb") as full:
        with pytest.raises(DBusError, match="DiskFull"):
            alice.bus.call("Messages.SaveAttachment", "(sh)", (id, 0), fds=[full.fileno()])
