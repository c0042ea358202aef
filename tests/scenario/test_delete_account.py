# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of an account: contacts are told, the server forgets, the store is destroyed; and nothing by half."""
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.relay import Relay
from harness.terminal import Terminal
from harness.waiting import DEADLINE, until


def state_folder(user):
    return user.home / ".local/state/secure-messenger"


def delete(user, *options, password=None, name=None, expect=0):
    user.write_password(password or user.password)
    return user.smctl("--json", "delete-account", *options, "--yes", "--password-file", user.password_file,
                      name or user.name, expect=expect)


def meet(one, other):
    """Both have written, so each has accepted the other."""
    other.send(one, "hi")
    one.send(other, "hello")
    one.wait_text(other, "hi")
    other.wait_text(one, "hello")
    # What is on its way to an account does not go to the next one of that name.
    until("both have heard that", lambda: told(one, other) and told(other, one))


def told(user, other):
    return {"delivered"} == {message["state"] for message in user.history(other) if message["outgoing"]}


def kinds(user, other):
    return [message["kind"] for message in user.history(other)]


@pytest.fixture
def pair(stage, server):
    kate, leo = stage.member("kate", server), stage.member("leo", server)
    meet(kate, leo)
    return kate, leo


def untouched(user, other):
    assert user.account("State") == "unlocked"
    assert kinds(user, other) == ["text", "text"]
    user.send(other, "still here")


def test_deleted(stage, server, pair):
    kate, leo = pair
    mia = stage.member("mia", server)
    meet(kate, mia)
    mia.stop()  # hears of it later
    assert delete(kate).json == {"state": "no-account"}
    assert {path.name for path in state_folder(kate).iterdir()} == {"lock"}
    kate.smctl("unlock", "--password-file", kate.password_file, expect=4)

    until("the notice", lambda: "account-deleted" in kinds(leo, kate))
    assert kinds(leo, kate) == ["text", "text", "account-deleted"]
    assert leo.contact(kate, "KeyChanged") is False
    assert "has deleted their account" in leo.smctl("history", kate.name, expect=0).out
    assert leo.contact(kate, "AccountDeleted") is True
    assert "account deleted" in leo.smctl("contacts", expect=0).out
    refused = leo.smctl("send", kate.name, "are you there?", expect=33)
    assert "deleted their account" in refused.err
    failed = leo.history(kate)[-1]
    assert (failed["state"], failed["reason"]) == ("failed", "AccountDeleted")
    assert "deleted their account" in failed["reason_text"]
    mia.start()
    mia.unlock()
    until("the notice", lambda: "account-deleted" in kinds(mia, kate))

    # The name is taken for a while, and nobody logs in to it; here, another account can be made.
    kate.register(server, expect=7)
    kate.login(server, expect=6)
    kate.register(server, name=kate.name + ".again")
    leo.send(kate.name + ".again", "welcome back")


def test_name_is_new_later(stage):
    """Whoever has the name later shows another key: that is as loud as ever."""
    server = stage.server({"registration": {"reserve-names": "0s"}})
    noah, olga = stage.member("noah", server), stage.member("olga", server)
    meet(noah, olga)
    delete(noah)
    until("the notice", lambda: "account-deleted" in kinds(olga, noah))
    noah.register(server)
    noah.send(olga, "somebody else?")
    until("the key change", lambda: olga.contact(noah, "KeyChanged"))
    assert olga.contact(noah, "AccountDeleted") is False
    assert kinds(olga, noah)[2:4] == ["account-deleted", "key-change"]
    olga.send(noah, "who are you?", expect=21)


def test_refused(pair):
    kate, leo = pair
    delete(kate, name="somebody-else", expect=2)
    kate.smctl("delete-account", "--yes", "--password-file", kate.password_file, expect=2)
    kate.smctl("delete-account", kate.name, "--password-file", kate.password_file, expect=2)  # no terminal
    delete(kate, password="not the password", expect=6)
    kate.write_password(kate.password)
    untouched(kate, leo)
    leo.lock()
    delete(leo, expect=5)


def test_asked(pair):
    kate, leo = pair
    terminal = Terminal(kate, "delete-account")
    terminal.wait_for("Type the name")
    terminal.type("yes\n")
    assert terminal.wait_end() == 130
    terminal = Terminal(kate, "delete-account")
    terminal.wait_for("Type the name")
    terminal.type(kate.name + "\n")
    terminal.wait_for("Password: ")
    until("no echo", lambda: not terminal.echoes())
    terminal.type(kate.password + "\n")
    assert terminal.wait_end() == 0
    assert kate.account("State") == "no-account"
    until("the notice", lambda: "account-deleted" in kinds(leo, kate))


def test_without_the_server(stage):
    server = stage.server()
    pat, quinn = stage.member("pat", server), stage.member("quinn", server)
    meet(pat, quinn)
    server.stop()
    pat.wait_offline()
    assert "Nothing was deleted" in delete(pat, expect=10).err
    assert pat.account("State") == "unlocked"
    delete(pat, "--local-only")
    assert {path.name for path in state_folder(pat).iterdir()} == {"lock"}
    server.start()
    pat.login(server)  # the account is still there
    quinn.smctl("reconnect", expect=0)
    quinn.wait_online()
    assert kinds(quinn, pat) == ["text", "text"]


@pytest.mark.parametrize("swallow", ["question", "answer"])
def test_cut_short(stage, server, swallow):
    """Killed while the server is asked: nothing here is lost; if the server has done it, --local-only does the rest."""
    relay = Relay(stage.folder, server)
    stage.ends.append(relay.close)
    rosa, sam = stage.user(f"rosa{next(stage.numbers)}"), stage.member("sam", server)
    rosa.smctl("register", "--server", relay.url, "--server-pin", relay.pin, "--password-file", rosa.password_file,
               rosa.name, expect=0)
    rosa.wait_online()
    meet(rosa, sam)
    asked, swallowed = threading.Event(), threading.Event()

    def question(frame):
        if not frame.HasField("delete_account"):
            return [frame]
        asked.set()
        if swallow == "answer":
            return [frame]
        swallowed.set()
        return []

    def answer(frame):
        if swallow == "answer" and asked.is_set() and (frame.HasField("done") or frame.HasField("goodbye")):
            swallowed.set()
            return []
        return [frame]
    relay.from_client, relay.from_server = question, answer
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(delete, rosa, expect=None)
        assert swallowed.wait(DEADLINE)
        rosa.kill()
        # The server closes the connection after its answer: that may be heard before the kill.
        assert waiting.result().code in ((3,) if swallow == "question" else (3, 10))
    relay.pass_all()
    rosa.start()
    rosa.unlock()
    if swallow == "question":
        rosa.wait_online()
        until("the notice", lambda: sam.contact(rosa, "AccountDeleted"))
        rosa.send(sam, "still here")  # who writes is not gone
        sam.wait_text(rosa, "still here")
        assert sam.contact(rosa, "AccountDeleted") is False
        delete(rosa)
    else:
        until("the server refuses the device", lambda: rosa.account("ConnectionError") == "DeviceRemoved")
        delete(rosa, expect=10)
        delete(rosa, "--local-only")
    assert rosa.account("State") == "no-account"
    until("the notice", lambda: "account-deleted" in kinds(sam, rosa))
