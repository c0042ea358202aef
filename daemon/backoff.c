/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/backoff.h"

void backoff_reset(Backoff *backoff)
{
        backoff->failures = 0;
}

static uint32_t scale(uint32_t span, uint32_t random)
{
        return (uint32_t)((uint64_t)span * random >> 32);
}

uint32_t backoff_next_ms(Backoff *backoff, uint32_t random)
{
        uint32_t wait = BACKOFF_FIRST_MS;

        for (unsigned i = 0; i < backoff->failures && wait < BACKOFF_MAX_MS; i++)
                wait *= 2;
        if (wait > BACKOFF_MAX_MS)
                wait = BACKOFF_MAX_MS;
        else
                backoff->failures++;
        return wait / 2 + scale(wait / 2, random);
}

uint32_t backoff_asked_ms(uint32_t asked_ms, uint32_t random)
{
        if (asked_ms > BACKOFF_MAX_MS)
                asked_ms = BACKOFF_MAX_MS;
        return asked_ms + scale(asked_ms / 2, random);
}
