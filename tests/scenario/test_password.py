# SPDX-License-Identifier: GPL-3.0-or-later
"""Another password: at the server and here, whatever cuts the change short; and who guesses is slowed down."""
import struct
import subprocess
import threading
import time

import pytest

from harness import places
from harness.relay import Relay
from harness.terminal import Terminal
from harness.waiting import DEADLINE, until

NEW = "another password, longer"
FIRST_PAUSE = 5  # seconds, after the fourth wrong one


def passwd(user, new=NEW, old=None, expect=0, json=False):
    old_file, new_file = user.folder / "old-password", user.folder / "new-password"
    old_file.write_text((old or user.password) + "\n")
    new_file.write_text(new + "\n")
    return user.smctl(*(["--json"] if json else []), "passwd", "--password-file", old_file, "--new-password-file", new_file,
                      expect=expect)


def opens(user, password):
    """Whether it opens the locked store, which is locked again after."""
    user.write_password(password)
    code = user.unlock(expect=None).code
    assert code in (0, 6), code
    if code == 0:
        user.lock()
    return code == 0


def test_changed(stage, server):
    carol, dave = stage.member("carol", server), stage.member("dave", server)
    carol.send(dave, "before")
    assert passwd(carol, json=True).json == {"state": "unlocked"}
    carol.lock()
    assert not opens(carol, carol.password)
    carol.write_password(NEW)
    carol.restart()
    carol.wait_online()
    carol.send(dave, "after")
    assert [text for _, text in carol.texts(dave)] == ["before", "after"]
    dave.wait_text(carol, "after")
    assert not dave.contact(carol, "KeyChanged")

    # The server has the new one as well.
    elsewhere = stage.user("carol-elsewhere", password=carol.password)
    elsewhere.login(server, name=carol.name, expect=6)
    elsewhere.write_password(NEW)
    elsewhere.login(server, name=carol.name)


def cost(user):
    """Passes and KiB, as the vault has them."""
    return struct.unpack(">II", (user.home / ".local/state/secure-messenger/vault").read_bytes()[8:16])


def test_cost(stage, server):
    """256 MiB unless smd is told otherwise; and what an account has stays with it, here and at the server."""
    grace = stage.user("grace", start=False)
    grace.daemon.arguments = [places.SMD]
    grace.start().register(server)
    assert cost(grace) == (3, 256 * 1024)
    grace.daemon.arguments = list(map(str, places.SMD_COMMAND))
    grace.restart()
    assert cost(grace) == (3, 256 * 1024)
    grace.wait_online()
    passwd(grace)
    assert cost(grace) == (3, 64 * 1024)
    grace.daemon.arguments = [places.SMD]
    grace.write_password(NEW)
    grace.restart()
    elsewhere = stage.user("grace-elsewhere", password=NEW, start=False)
    elsewhere.daemon.arguments = [places.SMD]
    elsewhere.start().login(server, name=grace.name)
    assert cost(elsewhere) == (3, 64 * 1024)


@pytest.mark.parametrize("memory", ["63", "1025", "0", "-1", "9999999999", "much"])
def test_no_such_cost(tmp_path, memory):
    done = subprocess.run([places.SMD, "--password-memory", memory, "--state-folder", tmp_path], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2 and "--password-memory" in done.stderr


def test_refused(alice):
    for old, new, code in (("not the password", NEW, 6), (None, "short", 27), (None, "", 27), (None, "x" * 1025, 27),
                           ("x" * 1025, NEW, 27)):
        assert passwd(alice, old=old, new=new, expect=code).err
        assert alice.account("PasswordUnsettled") is False
    alice.lock()
    alice.unlock()


def test_usage(alice):
    alice.smctl("passwd", "--password-file", alice.password_file, expect=2)  # nobody is there to type the new one
    alice.smctl("passwd", "--new-password-file", "a", "--new-password-fd", "0", "--password-file", alice.password_file, expect=2)
    alice.smctl("passwd", "--new-password-file", "/does/not/exist", "--password-file", alice.password_file, expect=1)
    alice.lock()
    try:
        passwd(alice, expect=5)
    finally:
        alice.unlock()


def test_typed(alice):
    """At the terminal: the old one, and the new one twice."""
    terminal = Terminal(alice, "passwd")
    for prompt, answer in (("Password: ", alice.password), ("New password: ", NEW), ("The same again: ", NEW)):
        terminal.wait_for(prompt)
        until("no echo", lambda: not terminal.echoes())
        terminal.type(answer + "\n")
    assert terminal.wait_end() == 0
    assert NEW not in terminal.seen and alice.password not in terminal.seen
    passwd(alice, old=NEW, new=alice.password)
    alice.lock()
    alice.unlock()
    assert not list((alice.home / ".local/state/secure-messenger").glob("vault.*"))


def test_without_the_server(stage):
    server = stage.server()
    erin = stage.member("erin", server)
    server.stop()
    erin.wait_offline()
    passwd(erin, expect=10)
    assert erin.account("PasswordUnsettled") is False
    erin.lock()
    assert opens(erin, erin.password) and not opens(erin, NEW)


class CutShort:
    """A person behind a relay that swallows the change of the password, or the server's answer to it."""

    def __init__(self, stage, server, swallow):
        self.relay = Relay(stage.folder, server)
        stage.ends.append(self.relay.close)
        self.user = stage.user(f"frank{next(stage.numbers)}")
        self.user.smctl("register", "--server", self.relay.url, "--server-pin", self.relay.pin, "--password-file",
                        self.user.password_file, self.user.name, expect=0)
        self.user.wait_online()
        self.swallowed = threading.Event()
        asked = []  # the number of the request: others are answered, too

        def question(frame):
            if not frame.HasField("change_password"):
                return [frame]
            asked.append(frame.request)
            if swallow == "answer":
                return [frame]
            self.swallowed.set()
            return []

        def answer(frame):
            if frame.HasField("done") and frame.request in asked:
                self.swallowed.set()
                return []
            return [frame]
        self.relay.from_client, self.relay.from_server = question, answer

    def begin(self):
        """Returns the smctl that waits, once the change can go neither forth nor back."""
        new_file = self.user.folder / "new-password"
        new_file.write_text(NEW)
        waiting = subprocess.Popen(
            [places.SMCTL, "passwd", "--password-file", self.user.password_file, "--new-password-file", new_file],
            env=self.user.env, cwd=self.user.folder, stderr=subprocess.PIPE, text=True)
        assert self.swallowed.wait(DEADLINE)
        return waiting


@pytest.mark.parametrize("end, swallow", [("kill", "question"), ("kill", "answer"), ("disconnect", "question"),
                                          ("disconnect", "answer"), ("lock", "answer")])
def test_cut_short(stage, server, swallow, end):
    story = CutShort(stage, server, swallow)
    user = story.user
    waiting = story.begin()
    if end == "kill":
        user.kill()
    elif end == "lock":
        user.lock()
    else:
        story.relay.close()
        stage.ends.remove(story.relay.close)
    words = waiting.communicate(timeout=DEADLINE)[1]
    assert waiting.returncode == {"kill": 3, "lock": 5, "disconnect": 10}[end], words

    if end == "disconnect":
        # Without the server, either password opens, also after a restart.
        assert "either opens" in words
        assert user.account("PasswordUnsettled") is True
        passwd(user, expect=10)
        user.restart(unlock=False)
        assert user.account("PasswordUnsettled") is True
        assert opens(user, NEW) and opens(user, user.password)
        assert not opens(user, "neither of them")
        return

    if end == "kill":
        user.start()
    # The wrong one of the two opens as well, and the server settles it.
    story.relay.pass_all()
    user.write_password(NEW if swallow == "question" else user.password)
    user.unlock()
    user.wait_online()
    until("it is settled", lambda: user.account("PasswordUnsettled") is False)
    user.lock()
    right, wrong = (user.password, NEW) if swallow == "question" else (NEW, user.password)
    assert opens(user, right) and not opens(user, wrong)


def test_slowed_down(stage, server):
    henry = stage.member("henry", server)
    henry.lock()
    henry.write_password("a guess")
    for _ in range(4):
        began = time.monotonic()
        henry.unlock(expect=6)

    def is_over():
        return time.monotonic() > began + FIRST_PAUSE

    refused = henry.unlock(expect=None)
    assert refused.code == 15 or is_over(), refused
    if refused.code == 15:
        assert "Too many wrong passwords" in refused.err and "after" in refused.err
    # Neither a restart nor the right password gets around it, and asking makes it no longer.
    henry.restart(unlock=False)
    henry.write_password(henry.password)
    assert henry.unlock(expect=None).code == 15 or is_over()
    until("the pause is over", lambda: henry.unlock(expect=None).code == 0)
    # The right one has made it forget the wrong ones.
    henry.lock()
    henry.write_password("a guess")
    henry.unlock(expect=6)
    henry.write_password(henry.password)
    henry.unlock()
