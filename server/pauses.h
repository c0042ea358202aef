/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include "server/map.h"

/*
 * Tries that may be wrong, by key: some are free, then each has to wait longer than the one before it, up to a quarter
 * of an hour. A try counts as wrong until it is given back, so many at once get no further than one after another. What
 * is an hour old is forgotten. Any thread may call it.
 */
typedef struct Pauses {
        pthread_mutex_t lock;
        uint64_t first_us; /* 0: there are no pauses */
        unsigned free;     /* at most 32 */
        Map tries;
        size_t sweep_at;
} Pauses;

enum { PAUSES_LONGEST_MS = 15 * 60 * 1000, PAUSES_FORGOTTEN_MS = 60 * 60 * 1000 };

void pauses_init(Pauses *pauses, unsigned free, uint64_t first_ms);
void pauses_deinit(Pauses *pauses);

/* 0: counted. Otherwise nothing is, and it is how many milliseconds to wait. now_us: a monotonic clock. */
uint32_t pauses_take(Pauses *pauses, uint64_t key, uint64_t now_us);
/* One of them was not wrong, or was not looked at. */
void pauses_give_back(Pauses *pauses, uint64_t key);
/* A right one, which whoever guesses does not have: none of those before it counts. */
void pauses_clear(Pauses *pauses, uint64_t key);
