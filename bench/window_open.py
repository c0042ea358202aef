# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon a conversation of 100,000 messages is on the screen, and what the window holds of it.

The window's own widgets on a virtual screen, with a real daemon behind them. Beside each opening, in turn with it: a bare list of GTK
with as many rows that are in memory already, and the call that reads a page, alone.
"""
from figures import Aim
from harness import probe
from harness.screen import Screen, lacking
from harness.server import Server
from harness.user import User

MESSAGES = 100_000

AIMS = [
    Aim("window opens 100,000 messages", "window open", most=200),
    Aim("the same, of a bare GtkListView of as many rows", "window open", "window bare list", most=1),
    Aim("the same, of the call on the bus alone", "window open", "window call", most=40),
]


def run(folder, rounds, figures):
    server = Server(folder / "server", {}).start()
    user = User(folder / "alice", "alice")
    try:
        user.start()
        user.register(server)
        talks = {"bob": MESSAGES, "carol": 100}
        probe.fill(user, talks)
        screen = Screen(user)
        try:
            for _ in range(rounds):
                for line in probe.run(user, screen, "speed", talks):
                    if "ms" in line:
                        figures.add(f"window {line['figure']}", line["ms"], "ms")
                    else:  # however far one scrolls, no more is held than a few pages
                        assert line["count"] <= 1000, line
        finally:
            screen.end()
    finally:
        user.end()
        server.stop()


def there():
    return not lacking()
