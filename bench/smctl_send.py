# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script pays for a message: whole processes, against real daemons and a real server, and the daemon warm.

Held against busctl, which does nothing but call Ping() of the same daemon on the same bus, in turn with it.
"""
import os
import subprocess
import time

from figures import Aim
from harness import places
from harness.bus import NAME, ROOT
from harness.server import Server
from harness.user import User

PROCESSES = 100  # of each, in turn
TEXT = "See you at the bridge at seven, and bring the letters."

AIMS = [
    Aim("smctl send, of an empty busctl call", "smctl send", "smctl busctl call", most=3),
    Aim("smctl send --no-wait, of an empty busctl call", "smctl send --no-wait", "smctl busctl call", most=3),
]


def commands(recipient):
    smctl = os.fspath(places.SMCTL)
    return {
        "busctl call": ["busctl", "--user", "call", NAME, ROOT, "org.freedesktop.DBus.Peer", "Ping"],
        "send": [smctl, "send", recipient, TEXT],
        "send --no-wait": [smctl, "send", "--no-wait", recipient, TEXT],
        "status": [smctl, "status"],
    }


def measure(user, recipient, figures):
    """Adds the median process of each kind."""
    times = {name: [] for name in commands(recipient)}
    for _ in range(PROCESSES):
        for name, command in commands(recipient).items():
            begin = time.perf_counter()
            subprocess.run(command, env=user.env, stdout=subprocess.DEVNULL, check=True)
            times[name].append(time.perf_counter() - begin)
    for name, values in times.items():
        figures.add(f"smctl {name}", sorted(values)[len(values) // 2] * 1000, "ms")


def run(folder, rounds, figures):
    server = Server(folder / "server", {"limits": {"sends-per-account": "off", "sends-per-recipient": "off"}}).start()
    alice, bob = (User(folder / name, name) for name in ("alice", "bob"))
    try:
        for user in (alice, bob):
            user.start()
            user.register(server)
        alice.send(bob, "the first message makes the session")
        for _ in range(rounds):
            measure(alice, bob.name, figures)
    finally:
        for user in (alice, bob):
            user.end()
        server.stop()
