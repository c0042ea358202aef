# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with messages in the window: answered, changed, opened; by its names and actions, as a screen reader does."""
import base64
import shlex

import pytest
from gi.repository import GLib

from harness.screen import lacking, on_screen
from harness.waiting import until

# 32 by 24 pixels of blue, a PNG.
PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mMQ0ThBU8QwasGoBaMWjFowasGoBaMWjFowNCwAAEzPDC5O"
                           "T6ZnAAAAAElFTkSuQmCC")
pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture(scope="module")
def alice(shared_server, shared_stage):
    return shared_stage.member("alice", shared_server)


@pytest.fixture(scope="module")
def bob(shared_server, shared_stage, alice):
    bob = shared_stage.member("bob", shared_server)
    alice.send(bob, "Is the boat ready?")
    bob.wait_text(alice, "Is the boat ready?")
    bob.send(alice, "Nearly")
    alice.wait_text(bob, "Nearly")
    return bob


@pytest.fixture(scope="module")
def screen(alice, bob, opened):
    with on_screen(alice) as screen:
        screen.open()
        screen.action("open-conversation", bob.name)
        yield screen
        screen.quit()


@pytest.fixture(scope="module")
def opened(alice):
    """What the desktop's program for texts, scripts and links was started with."""
    log, program = alice.folder / "opened", alice.folder / "program"
    log.write_text("")
    program.write_text(f"""#!/bin/sh\necho "$1" >> {shlex.quote(str(log))}\n[ -f "$1" ] && cat "$1" >> {shlex.quote(str(log))}\n""")
    program.chmod(0o700)
    folder = alice.home / ".local/share/applications"
    folder.mkdir(parents=True)
    kinds = "text/plain;application/x-shellscript;x-scheme-handler/https;"
    (folder / "program.desktop").write_text(f"[Desktop Entry]\nType=Application\nName=Program\nExec={program} %u\nMimeType={kinds}\n")
    (alice.home / ".config/mimeapps.list").write_text(
        "[Default Applications]\n" + "".join(f"{kind}=program.desktop\n" for kind in kinds.split(";") if kind))
    return log


def choose(screen, text, *choices):
    """Opens the menu of the message that has this text, and chooses there, role and name."""
    screen.click("panel", text, "message.menu")
    for role, name in choices:
        screen.click(role, name)


def press(screen, label):
    """The button with a label of exactly this, if there is one."""
    return any(role == "push button" and name in (label, f"_{label} {label}") and node.do_action(0) for node, role, name in screen.walk())


def message(user, other, text):
    """The newest with this text, or None."""
    return next((m for m in reversed(user.history(other)) if m.get("text") == text), None)


def test_reply_and_quote(screen, alice, bob):
    """A reply of theirs leads to what it answers; ours comes there as one."""
    question = message(bob, alice, "Is the boat ready?")
    bob.smctl("reply", question["id"], "At nine", expect=0)
    screen.see("panel", "At nine")
    screen.see("push button", "Go to the Message")
    choose(screen, "Nearly", ("menu item", "Reply"))
    screen.write("text", "Message", "Then I come")
    screen.click("push button", "Send")
    bob.wait_text(alice, "Then I come")
    assert message(bob, alice, "Then I come")["reply_text"] == "Nearly"


def test_reactions(screen, alice, bob):
    """One from the menu, taken back by a click; theirs, joined by a click."""
    nearly = message(bob, alice, "Nearly")["id"]

    def reactions():
        return message(bob, alice, "Nearly").get("reactions", {})
    choose(screen, "Nearly", ("push button", "👍"))
    until("bob sees it", lambda: reactions() == {alice.name: "👍"})
    screen.click("push button", "👍")
    until("it is gone", lambda: not reactions())
    bob.smctl("react", nearly, "⛵", expect=0)
    screen.click("push button", "⛵")
    until("both", lambda: reactions() == {alice.name: "⛵", bob.name: "⛵"})
    screen.see("push button", "⛵ 2")


def test_edit_and_delete(screen, alice, bob):
    alice.send(bob, "We met at the peer")
    choose(screen, "We met at the peer", ("menu item", "Edit"))
    screen.write("text", "Message", "We met at the pier")
    screen.click("push button", "Send")
    bob.wait_text(alice, "We met at the pier")
    choose(screen, "We met at the pier", ("menu item", "Delete…"), ("push button", "Delete for Everyone"))
    until("it is gone at bob's", lambda: not message(bob, alice, "We met at the pier"))
    screen.see("label", "This message was deleted")
    bob.send(alice, "Only here")
    choose(screen, "Only here", ("menu item", "Delete…"))
    screen.see_no("push button", "Delete for Everyone")
    screen.click("push button", "Delete for Me")
    screen.see_no("panel", "Only here")
    assert message(bob, alice, "Only here")


def test_send_again(screen, alice, bob, shared_server, shared_stage):
    """What has failed says why, and leaves as a new message once it can."""
    alice.smctl("send", "carol-of-later", "Welcome", expect=9)
    screen.action("open-conversation", "carol-of-later")
    screen.see("label", "knows nobody of that name")
    carol = shared_stage.user("carol-of-later")
    carol.register(shared_server)
    screen.click("push button", "Send Again")
    carol.wait_text(alice, "Welcome")
    screen.see_no("push button", "Send Again")
    screen.action("open-conversation", bob.name)


def test_send_file_again(screen, alice, bob, shared_server, shared_stage):
    """A file as well, with its name and caption; where it cannot be read any more that is said, and nothing changes."""
    (alice.folder / "log.txt").write_text("Wind from the north")
    alice.smctl("send", "--file", alice.folder / "log.txt", "dave-of-later", "Day one", expect=9)
    failed, = alice.history("dave-of-later")
    screen.action("open-conversation", "dave-of-later")
    screen.see("label", "knows nobody of that name")
    folder = alice.home / ".local/state/secure-messenger/attachments"
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    hidden = newest.rename(alice.folder / "hidden")
    screen.click("push button", "Send Again")
    screen.see("label", "cannot be read here any more")
    hidden.rename(newest)
    dave = shared_stage.user("dave-of-later")
    dave.register(shared_server)
    dave.send(alice, "Here I am")
    alice.wait_text(dave, "Here I am")
    assert [m["id"] for m in alice.history(dave) if m["kind"] == "attachment"] == [failed["id"]]
    screen.click("push button", "Send Again")
    got = until("dave has it", lambda: next((m for m in dave.history(alice) if m["kind"] == "attachment"), None))
    assert (got["name"], got["text"], got["media_type"]) == ("log.txt", "Day one", failed["media_type"])
    dave.smctl("save", "--output", dave.folder / "log.txt", got["id"], expect=0)
    assert (dave.folder / "log.txt").read_text() == "Wind from the north"
    screen.see_no("push button", "Send Again")
    assert [m["id"] for m in alice.history(dave) if m["kind"] == "attachment"] == [got["id"]]
    screen.action("open-conversation", bob.name)


def test_information(screen, alice, bob):
    choose(screen, "Then I come", ("menu item", "Information"))
    screen.see("label", "Has arrived")
    screen.click("frame", "Message", "window.close")
    screen.see_no("label", "Has arrived")


def test_open(screen, alice, bob, opened):
    """A text opens in the desktop's program for it; a script only after a question."""
    for name, text in (("map.txt", "Here be dragons"), ("tide.sh", "#!/bin/sh\ntrue\n")):
        (bob.folder / name).write_text(text)
        bob.smctl("send", "--file", bob.folder / name, alice.name, expect=0)
    choose(screen, "map.txt", ("menu item", "Open"))
    until("it is opened", lambda: "Here be dragons" in opened.read_text())
    choose(screen, "tide.sh", ("menu item", "Open"), ("push button", "Cancel"))
    assert "tide.sh" not in opened.read_text()
    choose(screen, "tide.sh", ("menu item", "Open"), ("push button", "Open Anyway"))
    until("it is opened", lambda: "tide.sh" in opened.read_text())


def test_save(screen, alice, bob):
    """Any file is saved where one says, over another one only after a question; the dialog does not outlive a lock."""
    (bob.folder / "log.txt").write_text("Wind from the west")
    bob.smctl("send", "--file", bob.folder / "log.txt", alice.name, expect=0)

    def save(path):
        choose(screen, "log.txt", ("menu item", "Save As…"))
        assert screen.see("text", "Name").get_text(0, 20) == "log.txt"
        screen.write("text", "Name", str(path))
        until("the dialog's own button", lambda: press(screen, "Save"))
    kept, other = alice.folder / "kept.txt", alice.folder / "other.txt"
    save(kept)
    until("it is kept", lambda: kept.exists() and kept.read_text() == "Wind from the west")
    assert kept.stat().st_mode & 0o777 == 0o600
    screen.see_no("filler", "Save File")
    other.write_text("Not to be lost")
    save(other)
    screen.see("label", "already exists")
    alice.lock()
    screen.see("label", "Locked")
    screen.see_no("label", "already exists")
    screen.see_no("filler", "Save File")
    assert other.read_text() == "Not to be lost"
    alice.unlock()
    screen.action("open-conversation", bob.name)
    save(other)
    screen.click("push button", "_Replace Replace")
    until("it is replaced", lambda: other.read_text() == "Wind from the west")


def press_right_button(screen, role, name, shows):
    """On it, and on it again where the list has moved it away meanwhile; until that is in a menu."""
    for _ in range(20):
        at = screen.see(role, name).get_extents()
        screen.mouse("b3c", at.x + 5, at.y + 5)
        try:
            return until(f"{shows} in a menu", lambda: screen.find("menu item", shows), deadline=3)
        except AssertionError:
            pass
    raise AssertionError(f"no menu with {shows} on {role} {name!r}")


def test_menu_without_its_button(screen, alice, bob):
    """From the keyboard, and from the mouse; it is the menu of that message."""
    bob.send(alice, "Mind the tide")
    screen.see("panel", "Mind the tide")
    screen.go_to("label", "Mind the tide")
    screen.press("Menu")
    screen.see("menu item", "Copy Text")
    assert not screen.find("menu item", "Edit")  # it is bob's
    screen.click("menu item", "Reply")
    screen.see("label", "Replying to")
    screen.click("push button", "Cancel")
    screen.see_no("label", "Replying to")
    alice.send(bob, "I do")
    press_right_button(screen, "label", "I do", "Edit")
    screen.click("menu item", "Edit")
    screen.see("label", "Editing")
    screen.click("push button", "Cancel")
    screen.see_no("label", "Editing")


def test_pictures(screen, alice, bob):
    """One shows in the conversation, and all of it in a window; one that is none says so."""
    for name, data in (("lantern.png", PICTURE), ("broken.png", PICTURE[:60])):
        (bob.folder / name).write_bytes(data)
        bob.smctl("send", "--file", bob.folder / name, alice.name, expect=0)
    screen.see("panel", "lantern.png")
    screen.click("push button", "lantern.png")
    screen.see("image", "lantern.png")
    screen.click("frame", "lantern.png", "window.close")
    screen.see_no("frame", "lantern.png")
    choose(screen, "broken.png", ("menu item", "Open"))
    screen.see("label", "This Picture Cannot Be Shown")
    screen.click("frame", "broken.png", "window.close")


def test_links(screen, alice, bob, opened):
    """A plain one opens; one that looks like another says where it leads, and asks."""
    bob.send(alice, "See https://chart.example/sea?x=1&y=2, or https://chart.example@wreck.example/")
    choose(screen, "See https", ("menu item", "Open Link to chart.example"))
    until("it is opened", lambda: "https://chart.example/sea?x=1&y=2\n" in opened.read_text())
    choose(screen, "See https", ("menu item", "Open Link to wreck.example"))
    screen.see("label", "wreck.example")
    screen.click("push button", "Open Anyway")
    until("it is opened", lambda: "wreck.example" in opened.read_text())


def test_long_text(screen, alice, bob):
    """Its beginning is in the conversation, and all of it in a window, which goes with the message."""
    bob.send(alice, "Once upon a time " * 1500 + "\u202ethe end")
    screen.click("push button", "Show All")
    shown = screen.see("text", "All of the Message").get_text(0, -1)
    assert shown.replace("\n", "") == "Once upon a time " * 1500 + "\ufffdthe end"
    assert max(map(len, shown.split("\n"))) < 3000  # none takes long to be laid out
    screen.press("Escape")
    screen.see_no("text", "All of the Message")
    choose(screen, "Once upon a time", ("menu item", "Show All"))
    screen.see("text", "All of the Message")
    bob.smctl("delete", "--yes", bob.history(alice)[-1]["id"], expect=0)
    screen.see_no("text", "All of the Message")
    screen.see_no("push button", "Show All")


def test_announced(screen, alice, bob):
    """What comes while the conversation is open is told: the window has another name, which screen readers say."""
    said = []
    kind = "object:property-change:accessible-name"
    listener = screen.atspi.EventListener.new(lambda event: said.append((event.source.get_role_name(), event.source.get_name())))
    assert listener.register(kind)
    try:
        bob.send(alice, "Land in sight")

        def heard():
            while GLib.MainContext.default().iteration(False):
                pass
            return any(role == "frame" and f"{bob.name}: Land in sight" in name for role, name in said)
        until("it is announced", heard)
    finally:
        listener.deregister(kind)


def test_long_history(screen, alice, bob):
    """Older pages leave what one reads where it is; a quote leads to what is not loaded, and back."""
    first = message(bob, alice, "Is the boat ready?")["id"]
    alice.send(alice, "Rope, bread")
    screen.action("open-conversation", alice.name)
    screen.see("panel", "Rope, bread")
    for i in range(70):
        bob.send(alice, f"Wave {i}")
    alice.wait_text(bob, "Wave 69")
    alice.smctl("mark-read", bob.name, expect=0)
    bob.smctl("reply", first, "Remember?", expect=0)
    alice.wait_text(bob, "Remember?")
    screen.action("open-conversation", bob.name)
    screen.see("panel", "Remember?")
    assert not screen.find("panel", "Is the boat ready?")
    screen.click("panel", "Remember?", "message.go-to-quoted")
    screen.see("panel", "Is the boat ready?")
    screen.see_no("panel", "Remember?")
    screen.click("push button", "To the newest message")
    screen.see("panel", "Remember?")
