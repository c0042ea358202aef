/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/*
 * How long to wait before the next attempt: doubling from a second to five minutes, each time between half
 * and all of that, so that clients which lost a server together do not come back together.
 */
typedef struct Backoff {
        unsigned failures;
} Backoff;

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_MAX_MS = 300000 };

void backoff_reset(Backoff *backoff);
/* Counts a failure. random: any 32 random bits. */
uint32_t backoff_next_ms(Backoff *backoff, uint32_t random);
/* At least the server's wish, plus up to half of it. */
uint32_t backoff_asked_ms(uint32_t asked_ms, uint32_t random);
