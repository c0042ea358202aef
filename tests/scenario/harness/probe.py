# SPDX-License-Identifier: GPL-3.0-or-later
"""A store with years of messages in it, and the window measured from the inside on top of it."""
import json
import subprocess

from harness import places

SCREEN = ("DISPLAY", "GDK_BACKEND", "GSK_RENDERER", "GSETTINGS_BACKEND", "ASAN_OPTIONS")


def fill(user, talks):
    """talks: user names, and how many messages there are to be with each. The user comes back unlocked."""
    assert user.stop() == 0
    subprocess.run([places.STORE_FILLER, user.home / ".local/state/secure-messenger", user.password_file, *flat(talks)],
                   env=user.env, check=True)
    user.start()
    user.unlock()


def flat(talks):
    return [word for name, count in talks.items() for word in (name, str(count))]


def run(user, screen, what, *arguments):
    """The lines of figures of window-probe, on that screen; the last argument is talks as above."""
    *first, talks = arguments
    # As things are without the accessibility bus, and without what GLib's own allocator keeps for later.
    env = user.env | {key: value for key, value in screen.env.items() if key in SCREEN} | {
        "GTK_A11Y": "none", "G_SLICE": "always-malloc"}
    done = subprocess.run([places.WINDOW_PROBE, what, *map(str, first), *flat(talks)], env=env, stdout=subprocess.PIPE,
                          check=True, timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()]
