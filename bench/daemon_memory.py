# SPDX-License-Identifier: GPL-3.0-or-later
"""What smd keeps in memory with many messages in its store: two real daemons and a real server, one sends."""
import pathlib

from figures import Aim
from gi.repository import Gio, GLib
from harness.bus import NAME, ROOT
from harness.server import Server
from harness.user import User
from harness.waiting import until

MESSAGES = 100_000
UNDER_WAY = 32  # calls at a time, below what the daemon allows one program
TEXT = "See you at the bridge at seven, and bring the letters. " * 2

CONFIG = {"limits": {"mailbox-messages": MESSAGES, "sends-per-account": "off", "sends-per-recipient": "off"}}

WAIT = {"wait": GLib.Variant("b", True)}  # so the queue stays as short as that of somebody who types

AIMS = [
    Aim("smd resident after a restart with 100,000 messages", "smd resident after a restart", most=20_000_000),
]


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


class Filler:
    """Sends over the bus, several calls at a time, and waits for the answers in a main loop."""

    def __init__(self, user, recipient, count):
        self.connection, self.recipient, self.count = user.bus.connection, recipient, count
        self.begun = self.done = 0
        self.error = None
        self.loop = GLib.MainLoop()

    def run(self):
        for _ in range(UNDER_WAY):
            self.next()
        self.loop.run()
        if self.error:
            raise self.error

    def next(self):
        if self.begun < self.count and not self.error:
            self.begun += 1
            self.connection.call(NAME, ROOT, f"{NAME}.Messages", "Send",
                                 GLib.Variant("(ssa{sv})", (self.recipient, f"{self.begun}: {TEXT}", WAIT)), None,
                                 Gio.DBusCallFlags.NO_AUTO_START, 120_000, None, self.answered)

    def answered(self, connection, result):
        try:
            connection.call_finish(result)
        except GLib.Error as error:
            self.error = error
            self.loop.quit()
        self.done += 1
        if self.done == self.count:
            self.loop.quit()
        else:
            self.next()


def measure(user, figures, label):
    figures.add(f"smd resident {label}", resident(user.daemon.pid), "bytes")


def run(folder, figures):
    server = Server(folder / "server", CONFIG).start()
    alice, bob = (User(folder / name, name) for name in ("alice", "bob"))
    try:
        for user in (alice, bob):
            user.start()
            user.register(server)
        measure(alice, figures, "with an empty store")
        Filler(alice, bob.name, MESSAGES).run()
        until("everything sent", lambda: alice.account("QueuedMessages") == 0, 3600)
        until("everything received", lambda: len(bob.texts(alice, 1)) == 1 and
              bob.texts(alice, 1)[0][1].startswith(f"{MESSAGES}:"), 3600)
        measure(alice, figures, "having sent 100,000")
        measure(bob, figures, "having received 100,000")
        bob.restart()
        bob.wait_online()
        assert len(bob.texts(alice, 50)) == 50
        measure(bob, figures, "after a restart")
    finally:
        for user in (alice, bob):
            user.end()
        server.stop()
