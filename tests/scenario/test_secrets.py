# SPDX-License-Identifier: GPL-3.0-or-later
"""Where passwords, texts and names must not be: files, logs, arguments, environments."""
import contextlib
import os
import pathlib
import stat
import subprocess
import time

import pytest

from harness import places

TEXT = "the heron stands in the shallow water"
FARSI = "حواصیل در آب کم‌عمق ایستاده"


@pytest.fixture(scope="module")
def talked(shared_server, shared_stage):
    """Two people who have talked, one of whom has locked and unlocked, and the other has gone."""
    people = []
    for name in ("heron-watcher", "reed-warbler"):
        user = shared_stage.user(name, f"passphrase of {name}")
        user.register(shared_server)
        people.append(user)
    alice, bob = people
    for text in (TEXT, FARSI):
        alice.send(bob, text)
        bob.wait_text(alice, text)
    bob.stop()
    alice.send(bob, TEXT)  # one that waits at the server
    alice.lock()
    alice.unlock()
    return people


def files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def contents(path):
    """Nothing, of a file that has gone since somebody looked: the programs go on."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def holders(paths, *words):
    """Which of the files holds which of the words, as bytes of any common encoding."""
    found = []
    for path in paths:
        data = contents(path)
        for word in words:
            for encoded in (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()):
                if encoded in data:
                    found.append((str(path), word))
    return found


def test_nobody_writes_a_text(server, talked):
    texts = (TEXT, FARSI, "heron stands")
    assert files(server.state), "where is the server's state?"
    assert not holders(files(server.folder), *texts)
    for user in talked:
        assert len(files(user.home)) >= 1
        assert not holders(files(user.folder), *texts)


def test_nobody_writes_a_password(server, talked):
    words = [user.password for user in talked]
    assert not holders(files(server.folder), *words)
    for user in talked:
        paths = [path for path in files(user.folder) if path != user.password_file]
        assert not holders(paths, *words)


def test_stores_hold_no_name(talked):
    """Not even with whom one talks: neither in the store, nor in what the daemon logs."""
    names = [user.name for user in talked]
    for user in talked:
        assert not holders(files(user.home), *names)
        assert not holders([user.daemon.log_path], *names)


def test_only_the_owner_can_read(server, talked):
    for root in [server.state] + [user.home for user in talked]:
        for path in [root, *root.rglob("*")]:
            with contextlib.suppress(FileNotFoundError):  # a file of the moment
                found = path.lstat().st_mode
                assert stat.S_ISLNK(found) or stat.S_ISSOCK(found) or found & 0o077 == 0, f"{path} has mode {found:o}"


def test_loose_permissions_of_the_caller_do_not_matter(server, stage):
    """With umask 0 and state folders that were not there before."""
    old = os.umask(0)
    try:
        fresh = stage.server()
        eve = stage.user("eve")
    finally:
        os.umask(old)
    eve.register(fresh)
    for root in (fresh.state, eve.home / ".local"):
        for path in root.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                found = path.stat().st_mode
                assert not stat.S_ISREG(found) or found & 0o077 == 0, path


def test_arguments_and_environments(server, talked):
    alice = talked[0]
    for pid in (alice.daemon.pid, server.pid):
        for name in ("cmdline", "environ"):
            data = pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
            assert alice.password.encode() not in data and TEXT.encode() not in data


def test_a_password_never_becomes_an_argument(alice):
    """smctl, while it runs: seen by anybody who can read /proc."""
    for source in ("--password-file", "--password-fd"):
        read, write = os.pipe()
        os.write(write, alice.password.encode() + b"\n")
        os.close(write)
        value = alice.password_file if source == "--password-file" else read
        alice.daemon.freeze()  # so that smctl has to wait for it
        process = subprocess.Popen([places.SMCTL, "unlock", source, str(value)], env=alice.env, pass_fds=[read],
                                   stdin=subprocess.DEVNULL)
        seen = b""
        while process.poll() is None:
            for name in ("cmdline", "environ"):
                try:
                    seen += pathlib.Path(f"/proc/{process.pid}/{name}").read_bytes()
                except (FileNotFoundError, ProcessLookupError):
                    pass
            if b"unlock" in seen:
                alice.daemon.thaw()
            time.sleep(0.005)
        alice.daemon.thaw()
        os.close(read)
        assert process.returncode == 0
        assert b"unlock" in seen and alice.password.encode() not in seen


def test_no_core_dumps(alice):
    """A crash leaves no keys on the disk."""
    limits = pathlib.Path(f"/proc/{alice.daemon.pid}/limits").read_text()
    core, = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"]
