/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/* Takes the place of daemon/clock.c in a test: time is a number, and stands still. */
extern uint64_t own_clock_ms;
