# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what must happen, however slow the machine is: a deadline ends a test that hangs, and asserts nothing."""
import time

DEADLINE = 90  # seconds


def until(what, condition, deadline=DEADLINE):
    """Returns the first true value of condition(), asked again and again."""
    end = time.monotonic() + deadline
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
