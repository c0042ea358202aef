/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/*
 * Slows down who tries passwords here: from the ATTEMPTS_SLOW_FROM-th wrong one in a row on, each is followed by a pause, which doubles
 * up to ATTEMPTS_PAUSE_MAX_MS. So the right person never waits for longer than that, however many others have
 * tried, and however the clock was set. A right one starts anew. It is kept in the state folder, as the file
 * ATTEMPTS_NAME: "SMTRIES1", the count (4 bytes), the time of the last one (8, milliseconds since 1970), big-endian.
 *
 * It is no protection against whoever can read the vault: they try elsewhere, at Argon2id's cost.
 */
enum {
        ATTEMPTS_SLOW_FROM = 4,
        ATTEMPTS_PAUSE_FIRST_MS = 5 * 1000,
        ATTEMPTS_PAUSE_MAX_MS = 5 * 60 * 1000,
        ATTEMPTS_SIZE = 8 + 4 + 8,
};

#define ATTEMPTS_NAME "attempts"

typedef struct Attempts {
        int folder_fd;
        uint32_t wrong; /* in a row */
        uint64_t last_ms;
} Attempts;

/* Reads what was kept; nothing, where that makes no sense. */
void attempts_init(Attempts *attempts, int folder_fd);

/* When the next one is allowed, or 0: now. */
uint64_t attempts_retry_at_ms(Attempts *attempts, uint64_t now_ms);

/* Negative errno: it counts, but is not kept. */
int attempts_wrong(Attempts *attempts, uint64_t now_ms);
void attempts_right(Attempts *attempts);
