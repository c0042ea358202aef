# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at a machine: a home folder, a session bus, an smd, and smctl."""
import json
import os
import subprocess

from harness import places
from harness.bus import NAME, Bus, DBusError, GLib, in_memory
from harness.process import Process, environment
from harness.waiting import DEADLINE, until


STATES = ["sent", "delivered", "read"]  # of a message that has left


class Result:
    """What smctl left behind. lines: the JSON objects on its standard output."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    @property
    def json(self):
        line, = self.lines
        return line

    def __str__(self):
        return f"smctl {' '.join(map(str, self.arguments))}\nexit {self.code}\n{self.out[-2000:]}{self.err[-2000:]}"


class Sent:
    """What sending has led to. json: as smctl prints it."""

    def __init__(self, json):
        self.json = json


class User:
    def __init__(self, folder, name, password=None):
        self.folder, self.name = folder, name
        self.password = password or f"the password of {name}"
        self.home = folder / "home"
        self.make_home()
        self.password_file = folder / "password"
        self.write_password(self.password)
        self.bus = Bus(folder)
        self.env = environment(
            folder, HOME=str(self.home), DBUS_SESSION_BUS_ADDRESS=self.bus.address,
            XDG_CONFIG_HOME=str(self.home / ".config"), XDG_STATE_HOME=str(self.home / ".local/state"),
            XDG_DATA_HOME=str(self.home / ".local/share"), XDG_CACHE_HOME=str(self.home / ".cache"),
            XDG_RUNTIME_DIR=str(self.home / "run"))
        self.daemon = Process("smd", folder, places.SMD_COMMAND, self.env)

    def write_password(self, password):
        with open(os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(password + "\n")

    def make_home(self):
        for part in ("", ".config", ".local", ".local/state", ".local/share", ".cache", "run"):
            (self.home / part).mkdir(mode=0o700, parents=True, exist_ok=True)

    # The daemon

    def start(self):
        self.daemon.start()
        until(f"{self.name}'s smd on the bus", lambda: self.daemon.check_running() and self.bus.has(NAME))
        return self

    def stop(self):
        return self.daemon.stop()

    def kill(self):
        self.daemon.kill()
        until("the bus notices", lambda: not self.bus.has(NAME))

    def restart(self, unlock=True):
        """Stops it properly, and starts it again."""
        code = self.stop()
        assert code == 0, f"smd ended with {code}:\n{self.daemon.log()[-4000:]}"
        until("the bus notices", lambda: not self.bus.has(NAME))
        self.start()
        if unlock:
            self.unlock()

    def end(self):
        """At the end of the scenario."""
        running = self.daemon.running
        try:
            code = self.stop()
        finally:
            self.bus.stop()
        assert code == 0 or not running, f"{self.name}'s smd ended with {code}:\n{self.daemon.log()[-4000:]}"

    # The command line, or the call that it would make: a program of its own for each word that is said costs more than the word.
    # Wherever something is refused, or there is more to it, it is smctl; and smctl has stories of its own.

    def _hand_over(self, data, member, signature, *arguments):
        fd = in_memory(data)
        try:
            return self.bus.call(member, signature, arguments, [fd])
        finally:
            os.close(fd)

    def smctl(self, *arguments, input=None, expect=None, timeout=DEADLINE, env=None):
        """Runs smctl. expect: the exit code that it must have. input: text or bytes for its standard input."""
        data = input.encode() if isinstance(input, str) else input
        done = subprocess.run([os.fspath(places.SMCTL), *map(str, arguments)], env=self.env | (env or {}),
                              cwd=self.folder, capture_output=True, timeout=timeout, check=False,
                              **({"input": data} if data is not None else {"stdin": subprocess.DEVNULL}))
        result = Result(arguments, done.returncode, done.stdout.decode(errors="replace"),
                        done.stderr.decode(errors="replace"))
        if expect is not None:
            assert result.code == expect, f"expected exit code {expect}:\n{result}"
        return result

    def register(self, server, expect=0, **different):
        return self._enter("register", server, expect, **different)

    def login(self, server, expect=0, **different):
        return self._enter("login", server, expect, more=["--yes"], **different)

    def _enter(self, verb, server, expect, name=None, pin=True, more=()):
        if expect == 0 and verb == "register" and pin is True and not more:
            self._hand_over(self.password_file.read_bytes(), "Account.Register", "(ssha{sv})", server.url, name or self.name, 0,
                            {"pin": GLib.Variant("s", server.pin)})
            self.wait_online()
            return None
        pinned = ["--server-pin", server.pin if pin is True else pin] if pin else []
        result = self.smctl("--json", verb, "--server", server.url, *pinned, "--password-file", self.password_file,
                            *more, name or self.name, expect=expect)
        if result.code == 0:
            self.wait_online()
        return result

    def unlock(self, expect=0):
        if expect == 0:
            return self._hand_over(self.password_file.read_bytes(), "Account.Unlock", "(ha{sv})", 0, {})
        return self.smctl("unlock", "--password-file", self.password_file, expect=expect)

    def lock(self, expect=0):
        if expect == 0:
            return self.bus.call("Account.Lock", "(a{sv})", ({},))
        return self.smctl("lock", expect=expect)

    def send(self, to, text, *options, expect=0):
        """As "smctl --json send TO -" does it."""
        name = to if isinstance(to, str) else to.name
        if options or expect != 0 or isinstance(text, bytes):
            return self.smctl("--json", "send", *options, name, "-", input=text, expect=expect)
        id, state, reason = self._hand_over(text.encode(), "Messages.SendFile", "(sha{sv})", name, 0,
                                            {"wait": GLib.Variant("b", True)})
        if reason == "Offline":  # not yet online, after a start or an unlock: it leaves by itself
            until(f"{self.name}'s message leaves", lambda: self.bus.call("Messages.Get", "(s)", (id,))[0]["state"] in STATES)
        else:
            assert state == "sent", f"to {name}: {state}, {reason}"
        return Sent({"id": id, "state": "sent", "reason": ""})

    def history(self, other, limit=None):
        """As "smctl --json history" prints it, which a test of that holds against this."""
        name = other if isinstance(other, str) else other.name
        options = {"limit": GLib.Variant("u", limit)} if limit else {}
        page, = self.bus.call("Messages.History", "(sa{sv})", (name, options))
        return [{key.replace("-", "_"): value for key, value in message.items()} for message in page]

    def texts(self, other, limit=None):
        """(sender, text) of the history, notices left out."""
        return [(m["sender"], m["text"]) for m in self.history(other, limit) if m["kind"] == "text"]

    def trust(self, other, expect=0):
        return self.smctl("trust", "--yes", other.name, expect=expect)

    def events(self, since=0):
        """All events after that number."""
        found = []
        while True:
            page, = self.bus.call("Events.List", "(ta{sv})", (found[-1]["number"] if found else since, {}))
            if not page:
                return found
            found += page

    def wait_heard(self):
        """Until smd has dealt with what the bus told it before this, of which the bus keeps the order."""
        self.bus.call("org.freedesktop.DBus.Peer.Ping")

    # What the daemon says of itself

    def account(self, name):
        return self.bus.property("Account", name)

    def contact(self, other, name):
        return self.bus.property("Contact", name, path=contact_path(other.name))

    def knows(self, other):
        name = other if isinstance(other, str) else other.name
        try:
            return self.bus.property("Contact", "Name", path=contact_path(name)) == name
        except DBusError as error:
            if not error.name.endswith("UnknownObject"):
                raise
            return False

    def wait_online(self):
        until(f"{self.name} online", lambda: self.account("Connection") == "online")

    def wait_offline(self):
        until(f"{self.name} offline", lambda: self.account("Connection") != "online")

    def _newest(self, other, text):
        """The newest messages with other that hold text: a call alone, for whoever asks again and again."""
        name = other if isinstance(other, str) else other.name
        try:
            page, = self.bus.call("Messages.History", "(sa{sv})", (name, {"limit": GLib.Variant("u", 500)}))
        except DBusError as error:
            if error.name != "NotFound":
                raise
            return []
        return [m for m in page if m["kind"] == "text" and m["text"] == text]

    def wait_text(self, other, text, count=1):
        """Until the newest messages with other hold text, count times."""
        until(f"{self.name} has the message", lambda: len(self._newest(other, text)) >= count)

    def wait_state(self, other, text, state):
        enough = STATES[STATES.index(state):] if state in STATES else [state]
        until(f"{self.name}'s message is {state}",
              lambda: any(m["state"] in enough for m in self._newest(other, text)))


def contact_path(name):
    return f"/org/securemessenger/Messenger1/contact/{path_encode(name)}"


def path_encode(name):
    """As sd_bus_path_encode(): everything but letters, and digits after the first place, becomes _XX."""
    return "".join(c if c.isascii() and (c.isalpha() or (c.isdigit() and i > 0)) else f"_{ord(c):02x}"
                   for i, c in enumerate(name))
