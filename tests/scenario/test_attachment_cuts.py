# SPDX-License-Identifier: GPL-3.0-or-later
"""Files whose way is cut off in the middle: what has passed does not pass again, and people see how far it is."""
import contextlib
import os
import pathlib
import random
import signal
import struct
import subprocess
import zlib

import pytest

from harness import places
from harness.bus import DBusError
from harness.relay import Relay
from harness.terminal import Terminal
from harness.waiting import DEADLINE, until

MIB = 1024 * 1024
PIECE = 128 * 1024
DATA = random.Random(4).randbytes(3 * MIB)
PASS_PIECES = 8


class Wire:
    """Everything of files that passes between carol and the server; and a place to stop it."""

    def __init__(self, relay):
        self.relay = relay
        self.put, self.got = [], []  # offsets of pieces with data
        relay.from_client, relay.from_server = self.up, self.down
        self.open()

    def open(self):
        self.left = None

    def shut_after(self, pieces):
        self.put.clear()
        self.got.clear()
        self.left = pieces

    def may_pass(self):
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    @property
    def is_shut(self):
        return self.left is not None and self.left < 0

    def up(self, frame):
        if frame.HasField("put_blob") and frame.put_blob.data:
            if not self.may_pass():
                return []
            self.put.append(frame.put_blob.offset)
        return [frame]

    def down(self, frame):
        if frame.HasField("blob_data"):
            if not self.may_pass():
                return []
            self.got.append(frame.blob_data.offset)
        return [frame]


@pytest.fixture(scope="module")
def cut(shared_stage, shared_server):
    """carol behind the relay, and dave, who know each other."""
    carol, dave = shared_stage.user("carol-behind-a-relay"), shared_stage.member("dave", shared_server)
    relay = Relay(carol.folder, shared_server)
    carol.register(relay)
    carol.send(dave, "hello")
    dave.wait_text(carol, "hello")
    dave.send(carol, "hello too")
    carol.wait_text(dave, "hello too")
    yield carol, dave, Wire(relay)
    carol.stop()
    relay.close()


def interrupt(how, user, wire):
    """The network goes, or the daemon does, by kill -9. wire is open again when it comes back."""
    if how == "network":
        wire.relay.drop()
        wire.open()
        wire.relay.wait_for_next(user)
    else:
        user.kill()
        wire.open()
        user.start()
        user.unlock()
    user.wait_online()


def message(user, id):
    try:
        found, = user.bus.call("Messages.Get", "(s)", (id,))
        return found
    except DBusError:
        return None


def transfer(user, id):
    return (message(user, id) or {}).get("transfer")


def saved(user, id):
    user.smctl("save", "--force", "--output", "saved", id, expect=0)
    return (user.folder / "saved").read_bytes()


def check_resumed(offsets):
    """Nothing that the other end had came again, but for what was under way."""
    before, after = offsets[:PASS_PIECES], offsets[PASS_PIECES:]
    assert before == [n * PIECE for n in range(PASS_PIECES)]
    assert min(after) > 0 and len(offsets) < len(DATA) // PIECE + 2 + PASS_PIECES
    assert set(offsets) >= set(range(0, len(DATA), PIECE))


@pytest.mark.parametrize("how", ["network", "kill"])
def test_upload(cut, how):
    carol, dave, wire = cut
    path = carol.folder / "big.bin"
    path.write_bytes(DATA)
    wire.shut_after(PASS_PIECES)
    terminal = Terminal(carol, "send", "--file", path, dave.name)
    terminal.wait_for("%")
    until("the way is shut", lambda: wire.is_shut)
    last = carol.history(dave)[-1]
    assert (last["state"], last["transfer"], last["size"]) == ("queued", "uploading", len(DATA))
    until("it says how far it is", lambda: carol.history(dave)[-1]["transferred"] > PIECE)
    terminal.wait_for("big.bin [######")
    assert dave.history(carol)[-1]["id"] != last["id"], "no message before its file"
    carol.send(dave, f"meanwhile {how}")
    dave.wait_text(carol, f"meanwhile {how}")
    path.write_bytes(b"something else")  # what was handed in counts
    interrupt(how, carol, wire)
    until("it is there", lambda: transfer(dave, last["id"]) == "offered")
    until("she is told", lambda: message(carol, last["id"])["state"] in ("sent", "delivered"))
    assert saved(dave, last["id"]) == DATA
    check_resumed(wire.put)
    if how == "network":  # 20: it looked while the network was away, and said that the file waits
        assert terminal.wait_end() in (0, 20)
    else:
        terminal.process.kill()
        terminal.process.wait()


@pytest.mark.parametrize("how", ["network", "kill"])
def test_download(cut, how):
    carol, dave, wire = cut
    path = dave.folder / "big.bin"
    path.write_bytes(DATA)
    id = dave.smctl("--json", "send", "--file", path, carol.name, expect=0).lines[-1]["id"]
    until("it is offered", lambda: transfer(carol, id) == "offered")
    with open(path, "wb") as out, pytest.raises(DBusError, match="AttachmentNotHere"):
        carol.bus.call("Messages.SaveAttachment", "(sh)", (id, 0), fds=[out.fileno()])
    wire.shut_after(PASS_PIECES)
    carol.bus.call("Messages.Fetch", "(s)", (id,))
    until("the way is shut", lambda: wire.is_shut)
    until("it says how far it is", lambda: message(carol, id)["transferred"] > 0)
    assert transfer(carol, id) == "downloading"
    interrupt(how, carol, wire)
    until("it is here", lambda: transfer(carol, id) == "complete")
    assert saved(carol, id) == DATA
    check_resumed(wire.got)


def slow_picture(side=14000):
    """One that takes half a second at least to make small, which is time enough to stop whoever does it."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(bytes(side * (side // 8 + 1)), 1)) + chunk(b"IEND", b"")


def children(user):
    """Of the person's smd: {name: process}."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().rpartition(")")
        except OSError:  # it has ended
            continue
        if int(rest.split()[1]) == user.daemon.pid:
            found[name.partition("(")[2]] = int(path.parent.name)
    return found


@pytest.fixture
def stopped_thumbnailer():
    """Whoever makes a picture small: stop(USER) catches it in the middle."""
    stopped = []

    def stop(user):
        stopped.append(until("it begins", lambda: children(user).get("smd-thumbnail")))
        os.kill(stopped[0], signal.SIGSTOP)
    yield stop
    for process in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_killed_before_it_is_encrypted(cut, stopped_thumbnailer):
    """Nobody has the file any more: the message has failed, and says why; nothing is left of it."""
    carol, dave, _ = cut
    folder = carol.home / ".local/state/secure-messenger/attachments"
    before = set(os.listdir(folder))
    path = carol.folder / "slow.png"
    path.write_bytes(slow_picture())
    sending = subprocess.Popen([places.SMCTL, "send", "--no-wait", "--file", path, dave.name], env=carol.env,
                               cwd=carol.folder, stdin=subprocess.DEVNULL)
    stopped_thumbnailer(carol)
    assert sending.wait(DEADLINE) == 0
    assert carol.history(dave)[-1]["transfer"] == "preparing"
    carol.kill()
    carol.start()
    carol.unlock()
    last = carol.history(dave)[-1]
    assert (last["state"], last["reason"], last["transfer"]) == ("failed", "AttachmentUnreadable", "gone")
    until("nothing is left", lambda: set(os.listdir(folder)) == before)
    carol.wait_online()


def test_progress(cut):
    """On the bus, to the end; and as lines of JSON."""
    carol, dave, wire = cut
    path = carol.folder / "big.bin"
    path.write_bytes(DATA)
    lines = carol.smctl("--json", "send", "--file", path, dave.name, expect=0).lines
    *progress, last = lines
    assert last["state"] in ("sent", "delivered")
    assert progress and {line["transfer"] for line in progress} == {"uploading"}
    assert {line["size"] for line in progress} == {len(DATA)} and {line["id"] for line in progress} == {last["id"]}
    done = [line["transferred"] for line in progress]
    assert done == sorted(done) and done[-1] <= len(DATA)


def test_deleted_on_the_way(cut):
    """An upload and a download whose message is deleted end, and the next goes on."""
    carol, dave, wire = cut
    folder = carol.home / ".local/state/secure-messenger/attachments"
    before = set(os.listdir(folder))
    path = carol.folder / "big.bin"
    path.write_bytes(DATA)
    wire.shut_after(2)
    carol.smctl("send", "--no-wait", "--file", path, dave.name, expect=0)
    until("the way is shut", lambda: wire.is_shut)
    id = carol.history(dave)[-1]["id"]
    carol.smctl("delete", "--yes", id, expect=0)
    until("its file is gone", lambda: set(os.listdir(folder)) == before)
    path.write_bytes(b"small")
    interrupt("network", carol, wire)  # the relay has kept pieces for itself, whose answers will never come
    id = carol.smctl("--json", "send", "--file", path, dave.name, expect=0).lines[-1]["id"]
    until("it has come", lambda: id in [m["id"] for m in dave.history(carol)])
    assert saved(dave, id) == b"small"
    assert message(dave, id)["number"] > 0 and transfer(carol, id) == "complete"
