/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/limiter.h"

#include <stdbool.h>

enum {
        KEYS_SWEEP_MIN = 4096,
        KEYS_MAX = 1000 * 1000,
        RETRY_WHEN_FULL_MS = 1000,
};

void limiter_init(Limiter *limiter, Rate rate)
{
        *limiter = (Limiter){.rate = rate, .sweep_at = KEYS_SWEEP_MIN};
        pthread_mutex_init(&limiter->lock, NULL);
}

void limiter_deinit(Limiter *limiter)
{
        map_deinit(&limiter->full_at_us);
        pthread_mutex_destroy(&limiter->lock);
}

/* Moves what still counts to a new table; amortized, because the table has doubled since the last time. */
static void sweep(Limiter *limiter, uint64_t now_us)
{
        Map kept = MAP_INIT;
        size_t position = 0;
        uint64_t key, *full_at;

        while ((full_at = map_next(&limiter->full_at_us, &position, &key)))
                if (*full_at > now_us && map_put(&kept, key, *full_at) < 0) {
                        map_deinit(&kept);
                        return;
                }
        map_deinit(&limiter->full_at_us);
        limiter->full_at_us = kept;
        limiter->sweep_at = kept.count * 2 > KEYS_SWEEP_MIN ? kept.count * 2 : KEYS_SWEEP_MIN;
}

static uint32_t take(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us)
{
        uint64_t period_us = (uint64_t)limiter->rate.period_ms * 1000;
        uint64_t *known = map_find(&limiter->full_at_us, key);
        uint64_t full_at = known && *known > now_us ? *known : now_us;

        if (count > limiter->rate.count)
                count = limiter->rate.count; /* or it would never pass */
        full_at += period_us * count / limiter->rate.count;
        if (full_at - now_us > period_us)
                return (uint32_t)((full_at - now_us - period_us + 999) / 1000);
        if (!known && limiter->full_at_us.count >= limiter->sweep_at)
                sweep(limiter, now_us);
        if (limiter->full_at_us.count >= KEYS_MAX || map_put(&limiter->full_at_us, key, full_at) < 0)
                return RETRY_WHEN_FULL_MS;
        return 0;
}

uint32_t limiter_take(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us)
{
        uint32_t retry_ms;

        if (limiter->rate.count == 0)
                return 0;
        pthread_mutex_lock(&limiter->lock);
        retry_ms = take(limiter, key, count, now_us);
        pthread_mutex_unlock(&limiter->lock);
        return retry_ms;
}

void limiter_charge(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us)
{
        uint64_t *known, full_at;

        if (limiter->rate.count == 0)
                return;
        pthread_mutex_lock(&limiter->lock);
        known = map_find(&limiter->full_at_us, key);
        full_at = known && *known > now_us ? *known : now_us;
        full_at += (uint64_t)limiter->rate.period_ms * 1000 * count / limiter->rate.count;
        if (known || limiter->full_at_us.count < KEYS_MAX)
                (void)map_put(&limiter->full_at_us, key, full_at); /* without memory, this one costs less */
        pthread_mutex_unlock(&limiter->lock);
}

void limiter_give_back(Limiter *limiter, uint64_t key, uint32_t count, uint64_t now_us)
{
        uint64_t *full_at;

        if (limiter->rate.count == 0)
                return;
        pthread_mutex_lock(&limiter->lock);
        full_at = map_find(&limiter->full_at_us, key);
        if (full_at) {
                uint64_t step = (uint64_t)limiter->rate.period_ms * 1000 * count / limiter->rate.count;

                *full_at = *full_at > now_us + step ? *full_at - step : now_us;
        }
        pthread_mutex_unlock(&limiter->lock);
}
