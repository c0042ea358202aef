# SPDX-License-Identifier: GPL-3.0-or-later
"""What alice writes in the window, as bob gets it on the command line: keys, edits, files, what is pasted, drafts."""
import base64
import subprocess

import gi
import pytest

from conftest import acquaint
from harness import places
from harness.process import Process
from harness.screen import lacking, on_screen
from harness.waiting import until

# 32 by 24 pixels of blue, a PNG.
PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mMQ0ThBU8QwasGoBaMWjFowasGoBaMWjFow"
                           "NCwAAEzPDC5OT6ZnAAAAAElFTkSuQmCC")
HARNESS = places.SOURCE / "tests" / "scenario" / "harness"
CLIPBOARD, DRAGGED = HARNESS / "clipboard.py", HARNESS / "dragged.py"
pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def people(shared_server, shared_stage):
    alice, bob, carol = [shared_stage.member(name, shared_server) for name in ("alice", "bob", "carol")]
    acquaint(alice, bob)
    acquaint(alice, carol)
    return alice, bob, carol


@pytest.fixture(scope="module")
def screen(people):
    with on_screen(people[0]) as screen:
        screen.open()
        yield screen
        screen.quit()


@pytest.fixture
def entry(screen, people):
    """Bob's conversation is open, and nothing is written."""
    screen.action("open-conversation", people[1].name)
    screen.focus("text", "Message")
    return lambda: screen.see("text", "Message").get_text(0, -1)


@pytest.fixture
def toolkit():
    """What other programs on the screen are made of."""
    try:
        gi.require_version("Gdk", "4.0")
    except ValueError:
        pytest.skip("gir1.2-gtk-4.0 is not there")


@pytest.fixture
def copy(screen, people, tmp_path, toolkit):
    """Copies bytes of a media type, as another program does; returns when they can be pasted."""
    owners = []

    def copy(media_type, data):
        (tmp_path / "copied").write_bytes(data)
        owner = Process("clipboard", people[0].folder, ["/usr/bin/python3", CLIPBOARD, media_type, tmp_path / "copied"], screen.env)
        owner.start(stdout=subprocess.PIPE)
        owners.append(owner)
        assert owner.process.stdout.readline() == b"copied\n", owner.log()
    yield copy
    for owner in owners:
        owner.kill()
        owner.process.stdout.close()


def wait_file(user, other, name):
    return until(f"{name} at {user.name}'s", lambda: next(
        (m for m in user.history(other, 50) if m["kind"] == "attachment" and m["name"] == name), None))


def saved(user, message, folder):
    user.smctl("save", "--output", folder / "saved", message["id"], expect=0)
    data = (folder / "saved").read_bytes()
    (folder / "saved").unlink()
    return data


def test_enter_sends(screen, people, entry):
    alice, bob, _ = people
    screen.press("a")
    screen.press("Shift", "Return")
    screen.press("b")
    screen.press("Return")
    bob.wait_text(alice, "a\nb")
    until("the entry is empty", lambda: entry() == "")
    assert not screen.is_sensitive("push button", "Send")


def test_up_edits(screen, people, entry):
    alice, bob, _ = people
    screen.press("Up")
    screen.see("label", "Editing")
    until("the text is in the entry", lambda: entry() == "a\nb")
    screen.press("Escape")
    screen.see_no("label", "Editing")
    assert entry() == ""
    screen.press("Up")
    screen.see("label", "Editing")
    screen.write("text", "Message", "a and b")
    screen.press("Return")
    bob.wait_text(alice, "a and b")
    assert [m["text"] for m in bob.history(alice) if m.get("edited")] == ["a and b"]
    screen.see_no("label", "Editing")


def test_typing(screen, people, entry):
    """Bob learns that she writes, and that she has given up."""
    alice, bob, _ = people
    screen.write("text", "Message", "I do not know how to")
    until("alice is seen to write", lambda: bob.contact(alice, "Typing"))
    screen.write("text", "Message", "")
    until("alice has stopped", lambda: not bob.contact(alice, "Typing"))


def test_drafts(screen, people, entry):
    """What is begun stays with its conversation, and with what it answers."""
    _, bob, carol = people
    screen.click("panel", "Nice to meet you", "message.menu")
    screen.click("menu item", "Reply")
    screen.see("label", "Replying to")
    screen.write("text", "Message", "For bob alone")
    screen.action("open-conversation", carol.name)
    until("nothing is written to carol", lambda: entry() == "")
    screen.see_no("label", "Replying to")
    screen.see("label", "Draft: For bob alone")
    screen.action("open-conversation", bob.name)
    until("it is there again", lambda: entry() == "For bob alone")
    screen.see("label", "Replying to")
    screen.focus("text", "Message")
    screen.press("Escape")
    screen.see_no("label", "Replying to")
    assert entry() == "For bob alone"
    screen.see_no("label", "Draft:")
    screen.write("text", "Message", "")


def test_lock_keeps_drafts(screen, people, entry):
    """Nothing of it is to be seen while the account is locked, nor of what it answers; then it goes on."""
    alice, bob, _ = people
    screen.click("panel", "Nice to meet you", "message.menu")
    screen.click("menu item", "Information")
    screen.see("frame", "Message")
    screen.click("panel", "Nice to meet you", "message.reply")
    screen.see("label", "Replying to")
    screen.write("text", "Message", "Half a sentence")
    alice.lock()
    screen.see("label", "Locked")
    screen.see_no("frame", "Message")
    for text in ("Half a sentence", "Nice to meet you", "Replying to"):
        assert not [role for _, role, name in screen.walk() if text in name], text
    assert all(node.get_text(0, -1) == "" for node, role, _ in screen.walk() if role == "text")
    alice.unlock()
    screen.action("open-conversation", bob.name)
    until("it is there again", lambda: entry() == "Half a sentence")
    screen.see("label", "Replying to")
    screen.press("Return")
    bob.wait_text(alice, "Half a sentence")
    assert bob.history(alice)[-1]["reply_text"] == "Nice to meet you"


def test_emoji(screen, people, entry):
    """Without a mouse, too: it lands where the cursor is, and one writes on behind it."""
    screen.write("text", "Message", "ab")
    screen.press("Left")
    screen.press("Tab")
    screen.focus("push button", "Emoji")
    screen.press("Return")
    screen.see("table cell", "GtkEmojiChooserChild")
    screen.press("Tab")

    def chosen():
        node = next((node for node, role, _ in screen.walk() if role == "table cell" and node.has(screen.atspi.StateType.FOCUSED)), None)
        return node and next(name for _, role, name in screen.walk(node) if role == "label")
    emoji = until("an emoji has the keyboard", chosen)
    screen.press("Return")
    until("it is there", lambda: entry() == f"a{emoji}b")
    screen.focus("text", "Message")
    screen.press("c")
    until("one writes on", lambda: entry() == f"a{emoji}cb")
    screen.write("text", "Message", "")


def choose_path(screen, path):
    """In the dialog that asks which files: a slash begins a path."""
    screen.focus("filler", "GtkTreeView")
    screen.press("/")
    screen.focus("text", "GtkFileChooserEntry")
    screen.write("text", "GtkFileChooserEntry", str(path))


def test_files_chosen(screen, people, entry, tmp_path):
    """What is chosen waits, and is sent with what is written then; of a dialog that is called off nothing is left."""
    alice, bob, _ = people
    (tmp_path / "tide.txt").write_text("High at noon")
    screen.click("push button", "Attach Files")
    choose_path(screen, tmp_path / "tide.txt")
    screen.click("push button", "_Cancel Cancel")
    screen.see_no("filler", "Send Files")
    assert not screen.find("label", "tide.txt")
    assert not screen.is_sensitive("push button", "Send")
    screen.click("push button", "Attach Files")
    choose_path(screen, tmp_path / "tide.txt")
    screen.click("push button", "_Attach Attach")
    screen.see_no("filler", "Send Files")
    screen.see("label", "tide.txt")
    screen.write("text", "Message", "For Friday")
    screen.click("push button", "Send")
    tide = wait_file(bob, alice, "tide.txt")
    assert tide["text"] == "For Friday" and saved(bob, tide, tmp_path) == b"High at noon"
    screen.see_no("push button", "Remove")


@pytest.fixture
def drag(screen, people, toolkit):
    """Takes files out of another program with the mouse, holds them above the conversation and lets them fall."""
    programs = []

    def drag(*files):
        program = Process("dragged", people[0].folder, ["/usr/bin/python3", DRAGGED, *files], screen.env)
        program.start()
        programs.append(program)

        def move_until(word, x, y):
            def moved():
                screen.mouse("abs", x + len(moves) % 7, y)  # only who moves is told of what is below
                moves.append(word)
                return word in program.log()
            moves = []
            until(f"the files are {word}", moved)
        until("the other program is there", lambda: program.check_running() and "shown" in program.log())
        screen.mouse("abs", 20, 20)
        screen.mouse("b1p", 20, 20)
        move_until("dragged", 40, 40)
        move_until("welcome", 600, 330)
        screen.mouse("b1r", 600, 330)
    yield drag
    for program in programs:
        program.kill()


def test_files_dropped(screen, people, entry, drag, tmp_path):
    """They wait as if they had been pasted."""
    alice, bob, _ = people
    (tmp_path / "reef.txt").write_bytes(b"Two fathoms")
    drag(tmp_path / "reef.txt")
    screen.see("label", "reef.txt")
    assert entry() == ""
    screen.click("push button", "Send")
    assert saved(bob, wait_file(bob, alice, "reef.txt"), tmp_path) == b"Two fathoms"
    screen.see_no("push button", "Remove")


def test_files_pasted(screen, people, entry, copy, tmp_path):
    """Files wait, can be taken out again, and leave in order; the words are the first one's caption."""
    alice, bob, _ = people
    files = [tmp_path / name for name in ("chart.txt", "secret.txt", "lantern.png")]
    for file in files:
        file.write_bytes(PICTURE if file.suffix == ".png" else file.name.encode() * 1000)
    copy("text/uri-list", "".join(f"{file.as_uri()}\r\n" for file in files).encode())
    screen.click("text", "Message", "clipboard.paste")
    for file in files:
        screen.see("label", file.name)
    screen.see("label", "9.0\xa0kB")
    remove = [node for node, role, name in screen.walk() if name == "Remove" and role == "push button"]
    assert remove[1].do_action(0)
    screen.see_no("label", "secret.txt")
    screen.write("text", "Message", "Here is the chart")
    screen.click("push button", "Send")
    chart, lantern = wait_file(bob, alice, "chart.txt"), wait_file(bob, alice, "lantern.png")
    assert chart["text"] == "Here is the chart" and "text" not in lantern
    assert lantern["media_type"] == "image/png" and chart["number"] < lantern["number"]
    assert saved(bob, chart, tmp_path) == files[0].read_bytes()
    assert "secret.txt" not in {m.get("name") for m in bob.history(alice, 50)}
    screen.see_no("push button", "Remove")


def test_picture_pasted(screen, people, entry, copy, tmp_path):
    alice, bob, _ = people
    copy("image/png", PICTURE)
    screen.click("text", "Message", "clipboard.paste")
    screen.see("label", "picture.png")
    screen.press("Return")
    assert saved(bob, wait_file(bob, alice, "picture.png"), tmp_path) == PICTURE


@pytest.mark.parametrize("text", [b"0123456789" * 100_000, b"x" * 10_000], ids=["message", "word"])
def test_long_text_pasted(screen, people, entry, copy, tmp_path, text):
    """Too long for a message, or for a line: it becomes a file, and the window goes on."""
    alice, bob, _ = people
    copy("text/plain;charset=utf-8", text)
    screen.click("text", "Message", "clipboard.paste")
    screen.see("label", "text.txt")
    assert entry() == ""
    caption = f"{len(text)} bytes"
    screen.write("text", "Message", caption)
    screen.press("Return")
    message = until("it is there", lambda: next((m for m in bob.history(alice, 50) if m.get("text") == caption), None))
    assert message["name"] == "text.txt" and saved(bob, message, tmp_path) == text


def test_too_large(screen, people, entry, copy, tmp_path):
    """What cannot be sent is said before it is."""
    with open(tmp_path / "whale.bin", "wb") as file:
        file.truncate(2**40)
    copy("text/uri-list", f"{(tmp_path / 'whale.bin').as_uri()}\r\n".encode())
    screen.click("text", "Message", "clipboard.paste")
    screen.see("label", "larger than the server takes")
    assert not screen.find("label", "1.1\xa0TB")
    assert not screen.is_sensitive("push button", "Send")


def test_not_sent(screen, people, entry):
    """What did not leave is where it was written."""
    alice, bob, _ = people
    alice.smctl("block", bob.name, expect=0)
    screen.write("text", "Message", "To somebody I do not want to hear of")
    screen.click("push button", "Send")
    screen.see("label", "You have blocked this contact")
    until("the words are there", lambda: entry() == "To somebody I do not want to hear of")
    alice.smctl("unblock", bob.name, expect=0)
    screen.click("push button", "Send")
    bob.wait_text(alice, "To somebody I do not want to hear of")


def test_group(screen, people, entry):
    alice, bob, _ = people
    alice.smctl("group", "create", "sailors", bob.name, expect=0)
    until("bob is asked", lambda: "sailors" in bob.smctl("--json", "group", "list", expect=0).out)
    bob.smctl("group", "accept", "+sailors")
    screen.action("open-conversation", "+sailors")
    screen.see("label", "sailors")
    until("nothing is written to them", lambda: entry() == "")
    screen.write("text", "Message", "All aboard")
    screen.click("push button", "Send")
    until("bob reads it", lambda: "All aboard" in [m.get("text") for m in bob.history("+sailors", 50)])


def test_enter_begins_a_line(screen, people, entry):
    """Where the settings say so, it takes the control key as well to send."""
    alice, bob, _ = people
    screen.quit()
    folder = alice.home / ".config" / "secure-messenger"
    folder.mkdir(exist_ok=True)
    (folder / "window.ini").write_text("[window]\nenter-sends=false\n")
    screen.open()
    screen.action("open-conversation", bob.name)
    screen.focus("text", "Message")
    for key in (["c"], ["Return"], ["d"], ["Control", "Return"]):
        screen.press(*key)
    bob.wait_text(alice, "c\nd")
