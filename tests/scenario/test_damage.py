# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that lie, and disks that are full."""
import os
import shutil
import subprocess

import pytest

from harness.refusal import call, check, check_call
from harness.waiting import until


def largest_file(folder):
    return max((p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)


@pytest.fixture(scope="module")
def whole(shared_server, shared_stage):
    """Somebody with a store worth damaging, stopped; with whom they talked; and their history."""
    carol, dave = shared_stage.member("carol", shared_server), shared_stage.member("dave", shared_server)
    for n in range(20):
        carol.send(dave, f"before the damage {n} " + "x" * 2000, "--no-wait")
    dave.wait_text(carol, "before the damage 19 " + "x" * 2000)
    texts = dave.texts(carol, 500)
    dave.stop()
    return dave, carol, texts


@pytest.fixture
def dave(whole, stage):
    """A copy of that person and their machine, before the daemon starts."""
    original = whole[0]
    copy = stage.user(original.name, original.password, start=False)
    shutil.rmtree(copy.home)
    shutil.copytree(original.home, copy.home)
    return copy


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 1]))


def test_copy_is_whole(whole, dave):
    """What the other tests rely on: undamaged, it opens."""
    dave.start()
    dave.unlock()
    assert dave.texts(whole[1], 500) == whole[2]


@pytest.mark.parametrize("where", ["begin", "middle", "end"])
def test_store_damaged(whole, dave, where):
    """One bit: the daemon says so when it meets it, and neither crashes nor shows anything wrong."""
    _, carol, texts = whole
    store = largest_file(dave.home)
    size = store.stat().st_size
    flip(store, {"begin": 40, "middle": size // 2, "end": size - 100}[where])
    dave.start()
    result = dave.unlock(expect=None)
    if result.code == 0:
        result = dave.smctl("--json", "history", "--limit", "0", carol.name)
        if result.code == 0:  # the bit was in what this did not read
            assert dave.texts(carol, 500) == texts
            return
    check(result, "StoreDamaged")
    dave.daemon.check_running()


def test_store_damaged_everywhere(dave):
    store = largest_file(dave.home)
    for offset in range(0, store.stat().st_size, 1024):
        flip(store, offset)
    dave.start()
    check(dave.unlock(expect=None), "StoreDamaged")
    check_call("StoreDamaged", dave, "Account.Unlock", dave.password.encode())
    dave.daemon.check_running()


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_store_cut_off(dave, size):
    os.truncate(largest_file(dave.home), size)
    dave.start()
    check(dave.unlock(expect=None), "StoreDamaged")
    dave.daemon.check_running()


@pytest.fixture
def small_disk(stage):
    """Makes small file systems, where the caller may."""
    mounted = []

    def make(folder, megabytes):
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", folder],
                capture_output=True, check=False).returncode:
            pytest.skip("needs the right to mount a tmpfs")
        mounted.append(folder)
        return folder
    yield make
    stage.end()
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


def fill(folder):
    """Until nothing more fits; returns the file that takes the room."""
    path = folder / "ballast"
    with open(path, "wb", buffering=0) as file:
        for size in (65536, 1024, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    return path


def test_disk_full(server, stage, small_disk):
    """What does not fit is refused whole; with room again, everything goes on as if nothing had been."""
    carol = stage.member("carol", server)
    dave = stage.user("dave-on-a-small-disk", start=False)
    small_disk(dave.home, 16)
    dave.make_home()
    dave.start()
    dave.register(server)
    dave.send(carol, "while there is room")
    carol.wait_text(dave, "while there is room")

    ballast = fill(dave.home)
    refused = None
    for n in range(200):  # what the store has reserved is used up first
        refused = dave.send(carol, f"{n} " + "x" * 60000, expect=None)
        if refused.code:
            break
    check(refused, "DiskFull")
    check_call("DiskFull", dave, "Messages.Send", carol.name, "y" * 60000)
    carol.send(dave, "comes while there is no room " + "z" * 60000)
    dave.daemon.check_running()
    before = dave.texts(carol, 500)

    ballast.unlink()
    call(dave, "Account.Reconnect")
    dave.wait_online()
    dave.send(carol, "room again")
    carol.wait_text(dave, "room again")
    dave.wait_text(carol, "comes while there is no room " + "z" * 60000)
    assert dave.texts(carol, 500)[:len(before)] == before
    dave.restart()
    assert dave.texts(carol, 500)[:len(before)] == before


def test_files_on_a_small_disk(server, stage, small_disk):
    """They leave room for the store, either way; with room again they go."""
    carol = stage.member("carol", server)
    dave = stage.user("dave-with-large-files", start=False)
    small_disk(dave.home, 72)
    dave.make_home()
    dave.start()
    dave.register(server)
    (dave.folder / "small").write_bytes(bytes(1000))
    (dave.folder / "large").write_bytes(bytes(12 << 20))
    dave.smctl("send", "--file", "small", carol.name, expect=0)
    before = dave.history(carol)
    check(dave.smctl("send", "--file", "large", carol.name), "DiskFull")
    assert dave.history(carol) == before
    until("a request", lambda: carol.knows(dave))
    id = carol.smctl("--json", "send", "--file", dave.folder / "large", dave.name, expect=0).lines[-1]["id"]
    until("it comes", lambda: dave.history(carol)[-1]["id"] == id)
    check(dave.smctl("save", "--output", "got", id), "DiskFull")
    last = dave.history(carol)[-1]
    assert (last["transfer"], last["transfer_problem"]) == ("offered", "DiskFull")
    dave.send(carol, "texts go")
    subprocess.run(["mount", "-o", "remount,size=200m", dave.home], check=True)
    dave.smctl("save", "--output", "got", id, expect=0)
    assert (dave.folder / "got").read_bytes() == bytes(12 << 20)
    dave.smctl("send", "--file", "large", carol.name, expect=0)


def test_disk_full_at_registration(server, stage, small_disk):
    dave = stage.user("dave-without-a-disk", start=False)
    small_disk(dave.home, 1)
    dave.make_home()
    dave.start()
    fill(dave.home)
    check(dave.register(server, expect=None), "DiskFull")
    (dave.home / "ballast").unlink()
    assert dave.account("State") == "no-account"


def test_servers_disk_full(stage, small_disk):
    """Nothing is called sent that the server could not keep; later it leaves by itself."""
    folder = stage.folder / "small"
    small_disk(folder, 16)
    server = stage.server(folder=folder)
    carol, dave = stage.member("carol", server), stage.member("dave", server)
    ballast = fill(folder)
    texts = []
    for n in range(200):
        texts.append(f"{n} " + "x" * 60000)
        result = carol.send(dave, texts[-1], expect=None)
        assert result.code in (0, 20), result
        if result.code == 20:
            break
    assert result.code == 20
    assert server.running
    ballast.unlink()
    call(carol, "Account.Reconnect")
    dave.wait_text(carol, texts[-1])
    assert [t for _, t in dave.texts(carol, 500)] == texts
