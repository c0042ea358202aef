/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/familiar.h"

enum {
        KEYS_SWEEP_MIN = 4096,
        KEYS_MAX = 1000 * 1000,
};

static const uint64_t remembered_us = UINT64_C(30) * 24 * 60 * 60 * 1000 * 1000;

void familiar_init(Familiar *familiar)
{
        *familiar = (Familiar){.sweep_at = KEYS_SWEEP_MIN};
        pthread_mutex_init(&familiar->lock, NULL);
}

void familiar_deinit(Familiar *familiar)
{
        map_deinit(&familiar->seen_us);
        pthread_mutex_destroy(&familiar->lock);
}

static void sweep(Familiar *familiar, uint64_t now_us)
{
        Map kept = MAP_INIT;
        size_t position = 0;
        uint64_t key, *seen;

        while ((seen = map_next(&familiar->seen_us, &position, &key)))
                if (*seen + remembered_us > now_us && map_put(&kept, key, *seen) < 0) {
                        map_deinit(&kept);
                        return;
                }
        map_deinit(&familiar->seen_us);
        familiar->seen_us = kept;
        familiar->sweep_at = kept.count * 2 > KEYS_SWEEP_MIN ? kept.count * 2 : KEYS_SWEEP_MIN;
}

void familiar_add(Familiar *familiar, uint64_t key, uint64_t now_us)
{
        bool known;

        pthread_mutex_lock(&familiar->lock);
        known = map_find(&familiar->seen_us, key);
        if (!known && familiar->seen_us.count >= familiar->sweep_at)
                sweep(familiar, now_us);
        if (known || familiar->seen_us.count < KEYS_MAX)
                (void)map_put(&familiar->seen_us, key, now_us);
        pthread_mutex_unlock(&familiar->lock);
}

bool familiar_has(Familiar *familiar, uint64_t key, uint64_t now_us)
{
        uint64_t *seen;
        bool has;

        pthread_mutex_lock(&familiar->lock);
        seen = map_find(&familiar->seen_us, key);
        has = seen && *seen + remembered_us > now_us;
        pthread_mutex_unlock(&familiar->lock);
        return has;
}
