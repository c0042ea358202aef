# SPDX-License-Identifier: GPL-3.0-or-later
"""A hundred conversations opened and left: the window is as large as before."""
import statistics

import pytest

from harness import probe
from harness.screen import Screen, lacking

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())

FIRST, ROUNDS = 5, 25  # at first, fonts and the like are loaded; two are opened in a round
LEFT_MAX = 500          # bytes for each one opened: a row that stays would be many thousands


def test_a_hundred(shared_server, shared_stage):
    alice = shared_stage.member("alice", shared_server)
    talks = {"bob": 60, "carol": 40}
    probe.fill(alice, talks)
    screen = Screen(alice)
    try:
        lines = probe.run(alice, screen, "memory", FIRST + 2 * ROUNDS, talks)
    finally:
        screen.end()
    held = [line["bytes"] for line in lines][FIRST:]
    # What a frame needs comes and goes: many rounds beside as many.
    growth = statistics.mean(held[ROUNDS:]) - statistics.mean(held[:ROUNDS])
    assert growth < LEFT_MAX * ROUNDS * len(talks), held
