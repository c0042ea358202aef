# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with messages: whole at the other end, whatever is cut on the way, and harmless whatever they are."""
import base64
import hashlib
import os
import random
import secrets
import struct
import zlib

import pytest
from nacl import bindings

from harness import wire
from harness.bus import DBusError, GLib
from harness.peer import content
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
    """Files of at least a block. Others may go while one looks."""
    def size(path):
        try:
            return path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            return 0
    return sorted(path for path in server.state.rglob("*") if "blob" in str(path.relative_to(server.state))
                  and size(path) >= 4096)


@pytest.mark.parametrize("size", [0, 1, 4096, 65536, 131072 - 41, 3 * MIB + 1])
def test_whole_at_the_other_end(alice, bob, size):
    data = noise(size, size)
    id = send_file(alice, bob, write(alice, "report.bin", data), "the numbers")
    sent, got = message(alice, id), has(bob, id)
    assert sent["state"] in ("sent", "delivered") and (sent["transfer"], sent["transferred"]) == ("complete", size)
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
    longest = "n" * 251 + ".txt"
    id = send_file(bob, alice, write(bob, longest, b"long"))
    has(alice, id)
    assert alice.smctl("save", id, expect=0).out == longest + "\n"
    assert not [path for user in (alice, bob) for path in user.folder.iterdir() if path.name.startswith(".smctl")]
    line = alice.smctl("history", "--limit", "1", bob.name, expect=0).out
    assert longest in line and id in line


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
    alice.smctl("send", "--file", alice.folder / "nowhere", bob.name, expect=1)
    alice.smctl("send", "--file", alice.folder, bob.name, expect=1)
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


def corrupt(path):
    with open(path, "r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))


def test_damaged_on_disks(alice, bob, server):
    """At the server: nothing is kept, and it comes once it is right there. Here: nothing is given out."""
    data = noise(MIB, 7)
    before = blobs(server)
    id = send_file(alice, bob, write(alice, "damaged", data))
    blob, = set(blobs(server)) - set(before)
    corrupt(blob)
    has(bob, id)
    assert "not what its sender said" in bob.smctl("save", id, expect=42).err
    assert message(bob, id)["transfer"] == "damaged"
    assert not (bob.folder / "damaged").exists()
    corrupt(blob)
    known = attachments(bob)
    assert save(bob, id) == data
    mine, = set(attachments(bob)) - set(known)
    corrupt(mine)
    bob.smctl("save", "--output", "again", id, expect=42)
    assert not (bob.folder / "again").exists()


def test_deletion(alice, bob, server):
    """What was deleted leaves no file on either side, and none at the server, but where it is still for the other."""
    def everything():
        return [set(attachments(alice)), set(attachments(bob)), set(blobs(server))]
    before = everything()
    id = send_file(alice, bob, write(alice, "gone.png", picture(100, 100)))
    has(bob, id)
    until("it came by itself", lambda: message(bob, id)["transfer"] == "complete")
    assert [len(now - then) for now, then in zip(everything(), before)] == [1, 1, 1]
    alice.smctl("delete", "--yes", id, expect=0)
    until("no trace", lambda: everything() == before)
    bob.smctl("save", id, expect=25)
    with pytest.raises(DBusError, match="NotFound"):
        bob.bus.call("Messages.Thumbnail", "(s)", (id,))

    id = send_file(alice, bob, write(alice, "for-bob", b"for bob"))
    has(bob, id)
    alice.smctl("delete", "--for-me", "--yes", id, expect=0)
    until("none here", lambda: set(attachments(alice)) == before[0])
    assert save(bob, id) == b"for bob"


def test_export(alice, bob):
    """The files that are here are in it, whole; those that are not fetched are named."""
    data = noise(200_000, 3)
    mine = send_file(alice, bob, write(alice, "mine", data))
    not_fetched = send_file(bob, alice, write(bob, "not fetched", data))
    empty = send_file(alice, bob, write(alice, "empty", b""))
    known = attachments(alice)
    broken = send_file(alice, bob, write(alice, "broken", data))
    corrupt(*set(attachments(alice)) - set(known))
    has(alice, not_fetched)
    lines = alice.smctl("export", "--conversation", bob.name, expect=0).lines
    assert {line["line"] for line in lines} == {"header", "message", "file", "file-damaged", "end"}
    assert {mine, not_fetched, empty, broken} <= {line["id"] for line in lines if line["line"] == "message"}

    def pieces(id):
        return [line for line in lines if line["line"] == "file" and line["id"] == id]
    offset = 0
    for line in pieces(mine):
        part = base64.b64decode(line["data"], validate=True)
        assert line["offset"] == offset and part == data[offset:offset + len(part)]
        offset += len(part)
    assert offset == len(data)
    assert pieces(not_fetched) == pieces(empty) == []
    assert [line["id"] for line in lines if line["line"] == "file-damaged"] == [broken]


# ---- Whoever says whatever they want of a file ----

def sealed(data, key, padding=b"\0"):
    """A blob by docs/protocol-e2ee.md alone, without our code."""
    step = 4096 if len(data) <= 4096 else (1 << len(data).bit_length() - 1) // 8
    size = 4096 if len(data) <= 4096 else -(-len(data) // step) * step
    data = data.ljust(size, padding)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    blob = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    for at in range(0, size, 65536):
        blob += bindings.crypto_secretstream_xchacha20poly1305_push(
            state, data[at:at + 65536], None, 3 if at + 65536 >= size else 0)
    return blob


def put(peer, blob):
    """On the server, in as many pieces as it wants."""
    id = secrets.token_bytes(16)
    for at in range(0, len(blob), 128 * 1024):
        peer._run(peer.client.ask(put_blob=wire.schema().PutBlob(
            id=id, size=len(blob), offset=at, data=blob[at:at + 128 * 1024])))
    return id


def file_content(id, blob, key, size, **said):
    said = {"name": "x", "media_type": "text/plain", "hash": hashlib.blake2b(blob, digest_size=32).digest()} | said
    message_id = secrets.token_bytes(16)
    return message_id.hex(), content({"attachment": wire.content_schema().Attachment(
        blob_id=id, key=key, size=size, **said)}, message_id=message_id)


@pytest.fixture(scope="module")
def mallory(shared_stage, shared_server, shared_people):
    """Talks with bob, who has accepted them."""
    peer = shared_stage.peer("mallory", shared_server)
    shared_people[1].send(peer, "hello?")
    peer.hear()
    return peer


def test_lies_about_a_file(mallory, bob):
    data, key = noise(100_000, 9), secrets.token_bytes(32)
    blob = sealed(data, key)
    where = put(mallory, blob)
    odd_end = sealed(data, key, b"\1")
    longer = blob + bytes(100)
    changed = blob[:70_000] + bytes([blob[70_000] ^ 1]) + blob[70_001:]
    cases = {
        "as it is": (file_content(where, blob, key, len(data)), 0),
        "shorter": (file_content(where, blob, key, len(data) - 20_000), 42),
        "a little shorter": (file_content(where, blob, key, len(data) - 1), 42),
        "longer": (file_content(where, blob, key, len(data) + 20_000), 42),
        "a terabyte": (file_content(where, blob, key, 1 << 40), None),
        "other hash": (file_content(where, blob, key, len(data), hash=bytes(32)), 42),
        "other key": (file_content(where, blob, bytes(32), len(data)), 42),
        "more behind it": (file_content(put(mallory, longer), longer, key, len(data)), 42),
        "changed": (file_content(put(mallory, changed), changed, key, len(data)), 42),
        "no zeros at its end": (file_content(put(mallory, odd_end), odd_end, key, len(data)), 42),
        "nowhere": (file_content(secrets.token_bytes(16), blob, key, len(data)), 41),
    }
    mallory.say(*[content for (_, content), _ in cases.values()])
    for case, ((id, _), code) in cases.items():
        has(bob, id)
        known = attachments(bob)
        result = bob.smctl("save", "--force", "--output", "lie", id)
        assert result.code in ([code] if code is not None else [17, 42]), (case, result)
        assert (bob.folder / "lie").exists() == (code == 0), case
        if code == 0:
            assert (bob.folder / "lie").read_bytes() == data
            (bob.folder / "lie").unlink()
        else:
            assert attachments(bob) == known, case


def test_lies_about_its_name(mallory, bob):
    """What is beyond the limits is no message; what deceives is cleaned; what says to be a picture is not decoded here."""
    key = secrets.token_bytes(32)
    bad = [file_content(secrets.token_bytes(16), b"", key, *more[:1], **more[1]) for more in (
        (1, {"name": "n" * 256}), (1, {"media_type": "m" * 128}), (1, {"media_type": "image/\n"}),
        (1, {"thumbnail": bytes(32 * 1024 + 1)}), (1, {"caption": b"c" * 16385}), (1, {"caption": b"\xff"}),
        ((1 << 40) + 1, {}), (1 << 63, {}))]
    id, odd = file_content(secrets.token_bytes(16), b"", key, 5, name="../..\u202e\x1b[2Jgnp.exe", media_type="image/<b>",
                           width=4_000_000_000, height=1, thumbnail=b"\xff\xd8\xff" + noise(30_000),
                           caption="\x1b]0;owned\x07".encode())
    before = bob.account("RejectedEnvelopes")
    mallory.say(*[content for _, content in bad], odd)
    got = has(bob, id)
    assert (got["name"], got["media-type"]) == ("[2Jgnp.exe", "application/octet-stream")
    assert bob.account("RejectedEnvelopes") == before + len(bad)
    shown = bob.smctl("history", mallory.name, expect=0).out
    assert id in shown and not {"\x1b", "\x07", "\u202e"} & set(shown)
    bob.daemon.check_running()
