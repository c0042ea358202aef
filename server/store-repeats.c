/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store-repeats.h"

#include <errno.h>
#include <stdlib.h>

enum {
        REPEATS_WAITING = 1 << 0,
        REPEATS_RECENT = 1 << 1,
        RECENT_CAPACITY_MIN = 1024,
};

typedef struct RepeatsRecent {
        uint64_t hash;
        uint64_t stored_ms;
} RepeatsRecent;

void repeats_init(Repeats *repeats, size_t recent_max, uint64_t age_ms)
{
        *repeats = (Repeats){.recent_max = recent_max, .age_ms = age_ms};
}

void repeats_deinit(Repeats *repeats)
{
        map_deinit(&repeats->known);
        free(repeats->recent);
        *repeats = (Repeats){};
}

bool repeats_contains(const Repeats *repeats, uint64_t hash)
{
        return map_find(&repeats->known, hash);
}

static int set_flag(Repeats *repeats, uint64_t hash, uint64_t flag)
{
        uint64_t *flags = map_find(&repeats->known, hash);

        if (!flags)
                return map_put(&repeats->known, hash, flag);
        *flags |= flag;
        return 0;
}

static void clear_flag(Repeats *repeats, uint64_t hash, uint64_t flag)
{
        uint64_t *flags = map_find(&repeats->known, hash);

        if (!flags)
                return;
        *flags &= ~flag;
        if (*flags == 0)
                map_remove(&repeats->known, hash);
}

static void forget_oldest(Repeats *repeats)
{
        clear_flag(repeats, repeats->recent[repeats->recent_first].hash, REPEATS_RECENT);
        if (++repeats->recent_first == repeats->recent_capacity)
                repeats->recent_first = 0;
        repeats->recent_count--;
}

/* The ring grows as it is needed: a small server does not pay for a million places. */
static int make_room(Repeats *repeats)
{
        RepeatsRecent *larger;
        size_t capacity;

        if (repeats->recent_count < repeats->recent_capacity)
                return 0;
        capacity = repeats->recent_capacity ? repeats->recent_capacity * 2 : RECENT_CAPACITY_MIN;
        if (capacity > repeats->recent_max)
                capacity = repeats->recent_max;
        if (capacity == repeats->recent_capacity) {
                forget_oldest(repeats);
                return 0;
        }
        larger = calloc(capacity, sizeof(RepeatsRecent));
        if (!larger)
                return -ENOMEM;
        for (size_t i = 0, from = repeats->recent_first; i < repeats->recent_count; i++) {
                larger[i] = repeats->recent[from++];
                if (from == repeats->recent_capacity)
                        from = 0;
        }
        free(repeats->recent);
        repeats->recent = larger;
        repeats->recent_capacity = capacity;
        repeats->recent_first = 0;
        return 0;
}

int repeats_add_waiting(Repeats *repeats, uint64_t hash)
{
        return set_flag(repeats, hash, REPEATS_WAITING);
}

int repeats_add_recent(Repeats *repeats, uint64_t hash, uint64_t stored_ms)
{
        size_t last;
        int r;

        if (repeats->recent_max == 0)
                return 0;
        r = make_room(repeats);
        if (r < 0)
                return r;
        r = set_flag(repeats, hash, REPEATS_RECENT);
        if (r < 0)
                return r;
        last = repeats->recent_first + repeats->recent_count;
        if (last >= repeats->recent_capacity)
                last -= repeats->recent_capacity;
        repeats->recent[last] = (RepeatsRecent){.hash = hash, .stored_ms = stored_ms};
        repeats->recent_count++;
        return 0;
}

void repeats_remove_waiting(Repeats *repeats, uint64_t hash)
{
        clear_flag(repeats, hash, REPEATS_WAITING);
}

void repeats_expire(Repeats *repeats, uint64_t now_ms)
{
        while (repeats->recent_count > 0 &&
               repeats->recent[repeats->recent_first].stored_ms + repeats->age_ms < now_ms)
                forget_oldest(repeats);
}
