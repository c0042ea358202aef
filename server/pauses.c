/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/pauses.h"

#include <stdbool.h>

enum {
        KEYS_SWEEP_MIN = 4096,
        KEYS_MAX = 1000 * 1000,
        COUNT_MAX = 64,
        TIME_BITS = 56, /* of microseconds: the rest of a value is the count */
};

void pauses_init(Pauses *pauses, unsigned free, uint64_t first_ms)
{
        *pauses = (Pauses){.first_us = first_ms * 1000, .free = free, .sweep_at = KEYS_SWEEP_MIN};
        pthread_mutex_init(&pauses->lock, NULL);
}

void pauses_deinit(Pauses *pauses)
{
        map_deinit(&pauses->tries);
        pthread_mutex_destroy(&pauses->lock);
}

static unsigned count_of(uint64_t value)
{
        return (unsigned)(value >> TIME_BITS);
}

static uint64_t time_of(uint64_t value)
{
        return value & ((UINT64_C(1) << TIME_BITS) - 1);
}

static uint64_t value_of(unsigned count, uint64_t time_us)
{
        return (uint64_t)count << TIME_BITS | time_us;
}

static bool is_forgotten(uint64_t value, uint64_t now_us)
{
        return time_of(value) + (uint64_t)PAUSES_FORGOTTEN_MS * 1000 <= now_us;
}

/* After so many. */
static uint64_t pause_us(const Pauses *pauses, unsigned count)
{
        const uint64_t longest = (uint64_t)PAUSES_LONGEST_MS * 1000;
        uint64_t pause = pauses->first_us;

        if (count < pauses->free)
                return 0;
        for (unsigned i = pauses->free; i < count && pause < longest; i++)
                pause *= 2;
        return pause < longest ? pause : longest;
}

static void sweep(Pauses *pauses, uint64_t now_us)
{
        Map kept = MAP_INIT;
        size_t position = 0;
        uint64_t key, *value;

        while ((value = map_next(&pauses->tries, &position, &key)))
                if (!is_forgotten(*value, now_us) && map_put(&kept, key, *value) < 0) {
                        map_deinit(&kept);
                        return;
                }
        map_deinit(&pauses->tries);
        pauses->tries = kept;
        pauses->sweep_at = kept.count * 2 > KEYS_SWEEP_MIN ? kept.count * 2 : KEYS_SWEEP_MIN;
}

static uint32_t take(Pauses *pauses, uint64_t key, uint64_t now_us)
{
        uint64_t *known = map_find(&pauses->tries, key), until;
        unsigned count = known && !is_forgotten(*known, now_us) ? count_of(*known) : 0;

        if (count > 0) {
                until = time_of(*known) + pause_us(pauses, count);
                if (until > now_us)
                        return (uint32_t)((until - now_us + 999) / 1000);
        }
        if (!known && pauses->tries.count >= pauses->sweep_at)
                sweep(pauses, now_us);
        /* With a million who guess at once, rate limits have to do: nobody is to be locked out for it. */
        if (known || pauses->tries.count < KEYS_MAX)
                (void)map_put(&pauses->tries, key, value_of(count < COUNT_MAX ? count + 1 : count, now_us));
        return 0;
}

uint32_t pauses_take(Pauses *pauses, uint64_t key, uint64_t now_us)
{
        uint32_t wait_ms;

        if (pauses->first_us == 0)
                return 0;
        pthread_mutex_lock(&pauses->lock);
        wait_ms = take(pauses, key, now_us);
        pthread_mutex_unlock(&pauses->lock);
        return wait_ms;
}

void pauses_give_back(Pauses *pauses, uint64_t key)
{
        uint64_t *known;

        pthread_mutex_lock(&pauses->lock);
        known = map_find(&pauses->tries, key);
        if (known && count_of(*known) > 1)
                *known = value_of(count_of(*known) - 1, time_of(*known));
        else if (known)
                map_remove(&pauses->tries, key);
        pthread_mutex_unlock(&pauses->lock);
}

void pauses_clear(Pauses *pauses, uint64_t key)
{
        pthread_mutex_lock(&pauses->lock);
        map_remove(&pauses->tries, key);
        pthread_mutex_unlock(&pauses->lock);
}
