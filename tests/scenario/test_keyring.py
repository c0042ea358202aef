# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop's keyring opens the account, where a person asks for it: with a real Secret Service on the person's bus."""
import contextlib
import json
import shutil
import subprocess

import pytest

from harness import places
from harness.bus import DBusError
from harness.process import Process
from harness.waiting import until

DAEMON = shutil.which("gnome-keyring-daemon")
OPTIONS = json.loads(subprocess.check_output(["meson", "introspect", "--dependencies", places.BUILD]))
BUILT = any(entry["name"] == "libsecret-1" for entry in OPTIONS)
needs_keyring = pytest.mark.skipif(not DAEMON or not BUILT, reason="no gnome-keyring-daemon, or built without libsecret")


class Keyring:
    """A keyring of the person, open as after a login with its password; or locked, as without."""

    def __init__(self, user):
        self.process = Process("keyring", user.folder, [DAEMON, "--foreground", "--components=secrets", "--unlock"],
                               user.env | {"XDG_RUNTIME_DIR": str(user.home / "run")})
        self.user = user

    def start(self, password=b"the person's login"):
        self.process.start(stdin=subprocess.PIPE)
        self.process.process.stdin.write(password)
        self.process.process.stdin.close()
        until("the keyring", lambda: self.process.check_running() and self.user.bus.has("org.freedesktop.secrets"))
        return self

    def stop(self):
        self.process.kill()
        until("the bus notices", lambda: not self.user.bus.has("org.freedesktop.secrets"))


@pytest.fixture
def tina(stage, server):
    return stage.member("tina", server)


@pytest.fixture
def keyring(stage, tina):
    keyring = Keyring(tina).start()
    stage.ends.append(keyring.process.kill)
    return keyring


def remember(user, expect=0):
    return user.smctl("unlock", "--remember", "--password-file", user.password_file, expect=expect)


def state_file(user, name):
    return user.home / ".local/state/secure-messenger" / name


def call_error(user):
    with pytest.raises(DBusError) as info:
        user.bus.call("Account.UnlockByKeyring", "(a{sv})", ({},))
    return info.value.name


@needs_keyring
def test_remembered(tina, keyring):
    assert tina.account("Remembered") is False
    remember(tina)
    assert tina.account("Remembered") is True
    tina.lock()
    tina.smctl("unlock", expect=0)  # nobody is there to type a password
    tina.restart(unlock=False)
    tina.wait_online()  # by itself

    # A new password changes nothing of it; and what the keyring has is no password.
    new = tina.folder / "new"
    new.write_text("another password")
    tina.smctl("passwd", "--password-file", tina.password_file, "--new-password-file", new, expect=0)
    tina.restart(unlock=False)
    tina.wait_online()
    for path in tina.home.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a file of the moment
            assert not path.is_file() or tina.password.encode() not in path.read_bytes()

    tina.smctl("keyring", "forget", expect=0)
    assert tina.account("Remembered") is False and not state_file(tina, "vault.keyring").exists()
    tina.lock()
    tina.smctl("unlock", expect=2)  # a password is wanted, and there is no terminal
    tina.smctl("unlock", "--password-file", new, expect=0)


@needs_keyring
def test_forgotten_key_opens_nothing(tina, keyring):
    """A copy of the state folder from before, with a keyring that has forgotten."""
    remember(tina)
    copy = state_file(tina, "vault.keyring").read_bytes()
    tina.smctl("keyring", "forget", expect=0)
    tina.lock()
    state_file(tina, "vault.keyring").write_bytes(copy)
    assert "KeyringUnavailable" in call_error(tina)
    for damaged in (b"", copy[:-1], copy + b"x", copy[:40] + b"\0" * 40):
        state_file(tina, "vault.keyring").write_bytes(damaged)
        assert "KeyringUnavailable" in call_error(tina)
    tina.unlock()


@needs_keyring
def test_locked_keyring(tina, keyring):
    """A keyring that is not open is not asked for its password: the account stays locked, and the password works."""
    remember(tina)
    tina.stop()
    keyring.stop()
    keyring.start(b"not the login's password")
    tina.start()
    assert tina.smctl("unlock", expect=2).err  # says why, then asks for the password, for which there is no terminal
    assert tina.account("State") == "locked"
    assert "keyring" in remember(tina, expect=32).err  # nobody opens it now
    assert tina.account("State") == "unlocked" and tina.account("Remembered") is False


def test_without_a_keyring(tina):
    """Unlocked all the same, and told."""
    tina.lock()
    assert "keyring" in remember(tina, expect=32).err
    assert tina.account("State") == "unlocked" and tina.account("Remembered") is False
    assert not state_file(tina, "vault.keyring").exists()
    tina.smctl("keyring", "forget", expect=0)
    tina.smctl("keyring", "remember", expect=2)
    tina.lock()
    assert call_error(tina) == "KeyringUnavailable"
    tina.unlock()
