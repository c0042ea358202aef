/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include "server/map.h"

/* So many in such a time; all of them may come at once. count 0: no limit. */
typedef struct Rate {
        uint32_t count;
        uint32_t period_ms;
} Rate;

/*
 * A token bucket for each key (an address, an account), by the generic cell rate algorithm: one number a
 * key, the time at which its bucket is full again. Keys whose bucket is full are forgotten, so a stranger's
 * traces go by themselves. Any thread may call it.
 */
typedef struct Limiter {
        pthread_mutex_t lock;
        Rate rate;
        Map full_at_us;
        size_t sweep_at; /* the number of keys at which the full ones are looked for */
} Limiter;

void limiter_init(Limiter *limiter, Rate rate);
void limiter_deinit(Limiter *limiter);

/*
 * 0: taken. Otherwise nothing is taken, and it is how many milliseconds to wait. now_us: a monotonic clock.
 */
uint32_t limiter_take(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us);
/* As much as it is, also beyond the rate: what comes next waits for longer. */
void limiter_charge(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us);
/* What was taken turned out not to count. */
void limiter_give_back(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us);
