# SPDX-License-Identifier: GPL-3.0-or-later
"""At a terminal: passwords are not shown, and people talk live."""

import pytest

from harness.terminal import Terminal
from harness.waiting import until


def test_password_is_not_shown(alice):
    alice.lock()
    terminal = Terminal(alice, "unlock")
    until("the prompt", lambda: terminal.seen and not terminal.echoes())
    terminal.type(alice.password + "\n")
    assert terminal.wait_end() == 0
    assert terminal.echoes(), "the terminal is left as it was"
    assert alice.password not in terminal.seen
    assert alice.account("State") == "unlocked"


def test_interrupted_at_the_prompt(alice):
    """Ctrl-C gives the terminal back as it was."""
    alice.lock()
    terminal = Terminal(alice, "unlock")
    until("the prompt", lambda: terminal.seen and not terminal.echoes())
    terminal.type("\x03")
    assert terminal.wait_end() in (130, -2)
    assert terminal.echoes()
    assert alice.account("State") == "locked"


def test_registering_asks_twice(server, stage):
    """A slip of the finger would lock its maker out."""
    eve = stage.user("eve-the-typist")
    terminal = Terminal(eve, "register", "--server", server.url, "--server-pin", server.pin, eve.name)
    until("the prompt", lambda: terminal.seen and not terminal.echoes())
    terminal.type("one password\n")
    terminal.wait_for("The same again: ")
    terminal.type("another password\n")
    assert terminal.wait_end() not in (0, 130)
    assert eve.account("State") == "no-account"


@pytest.fixture
def chat(alice, bob):
    bob.send(alice, "so that she knows him")
    alice.wait_text(bob, "so that she knows him")
    terminal = Terminal(alice, "chat", bob.name)
    terminal.wait_for("so that she knows him")
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()


def test_chat(alice, bob, chat):
    chat.type("Hello from the terminal\n")
    bob.wait_text(alice, "Hello from the terminal")
    bob.send(alice, "Hello from the script")
    chat.wait_for("Hello from the script")
    chat.type("سلام\n")
    bob.wait_text(alice, "سلام")
    chat.type("\x04")
    assert chat.wait_end() == 0


def test_chat_shows_no_control_characters(alice, bob, chat):
    """What others write can neither colour nor rewrite the terminal."""
    bob.send(alice, "a\x1b[2Jb\x1b]0;title\x07c\u202ed the end")
    chat.wait_for("the end")
    assert "\x1b[2J" not in chat.seen and "\x1b]0" not in chat.seen and "\u202e" not in chat.seen


def test_chat_survives_the_daemon(alice, bob, chat):
    """It ends with a word about it, and not with a hang."""
    alice.kill()
    code = chat.wait_end()
    assert code == 3, chat.seen
