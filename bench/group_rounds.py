# SPDX-License-Identifier: GPL-3.0-or-later
"""Fan-out of a group through smserver, held against an echo that sends to all and keeps nothing, in the same round.

Rates are deliveries a second, to members who are all connected.
"""
from figures import Aim
from relay_rounds import CONFIG, Relay

SIZES = 10, 100, 1000
SPEAKERS, WINDOW = 4, 8

AIMS = [
    Aim("group of 1,000, deliveries", "group 1000", least=20_000),
    Aim("group of 1,000, of an echo to all", "group 1000", "group limit echo to all 1000", least=0.5),
    Aim("processor time of a delivery at 1,000, of that at 100", "group 1000, server's time each",
        "group 100, server's time each", most=1.5),
]


def run(build, folder, rounds, seconds, figures):
    relay = Relay(build, folder, seconds)
    CONFIG["limits"] |= {"group-changes-per-account": "off"}
    relay.prepare(max(SIZES))
    for _ in range(rounds):
        for size in SIZES:
            members = "--connections", size, "--pairs", SPEAKERS, "--window", WINDOW
            add(figures, f"group limit echo to all {size}", relay.echo(*members, mode="broadcast"))
            with relay.server() as server:
                line, = relay.load("group", server.url, "--pin", server.pin, *members, pid=server.pid)
            add(figures, f"group {size}", line)
            for percent in ("p50", "p99"):
                figures.add(f"group {size} delivered {percent}", line[f"delivered_{percent}_ms"], "ms")


def add(figures, name, line):
    figures.add(name, line["rate"])
    figures.add(f"{name}, server's time each", line["server_us"], "us")
