/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/skipped.h"

#include <string.h>

#include "e2ee/wipe.h"

void skipped_deinit(SkippedKeys *skipped)
{
        wipe_and_free(skipped->keys, skipped->count * sizeof(*skipped->keys));
        *skipped = (SkippedKeys){0};
}

bool skipped_is_expired(const SkippedKey *key, uint64_t now_ms)
{
        /* A clock that was set back makes no key younger, and none older either. */
        return now_ms > key->stored_ms && now_ms - key->stored_ms >= SKIPPED_KEEP_MS;
}

const SkippedKey *skipped_find(const SkippedKeys *skipped, uint32_t chain, uint32_t number, uint64_t now_ms)
{
        for (size_t i = 0; i < skipped->count; i++) {
                const SkippedKey *key = &skipped->keys[i];

                if (key->chain == chain && key->number == number)
                        return skipped_is_expired(key, now_ms) ? NULL : key;
        }
        return NULL;
}

typedef struct Filter {
        bool (*drops)(const struct Filter *filter, const SkippedKey *key);
        uint32_t chain, number;
        uint64_t now_ms;
} Filter;

/*
 * Removes what the filter drops, and wipes the places that become free. Releases the memory with the last
 * key.
 */
static void remove_if(SkippedKeys *skipped, const Filter *filter)
{
        size_t kept = 0;

        for (size_t i = 0; i < skipped->count; i++) {
                if (filter->drops(filter, &skipped->keys[i]))
                        continue;
                if (kept != i)
                        skipped->keys[kept] = skipped->keys[i];
                kept++;
        }
        if (kept == skipped->count)
                return;
        sodium_memzero(skipped->keys + kept, (skipped->count - kept) * sizeof(*skipped->keys));
        skipped->count = kept;
        if (kept == 0)
                skipped_deinit(skipped);
}

static bool is_this(const Filter *filter, const SkippedKey *key)
{
        return key->chain == filter->chain && key->number == filter->number;
}

static bool is_of_chain(const Filter *filter, const SkippedKey *key)
{
        return key->chain == filter->chain;
}

static bool is_expired(const Filter *filter, const SkippedKey *key)
{
        return skipped_is_expired(key, filter->now_ms);
}

void skipped_remove(SkippedKeys *skipped, uint32_t chain, uint32_t number)
{
        remove_if(skipped, &(Filter){.drops = is_this, .chain = chain, .number = number});
}

void skipped_remove_chain(SkippedKeys *skipped, uint32_t chain)
{
        remove_if(skipped, &(Filter){.drops = is_of_chain, .chain = chain});
}

void skipped_remove_expired(SkippedKeys *skipped, uint64_t now_ms)
{
        remove_if(skipped, &(Filter){.drops = is_expired, .now_ms = now_ms});
}

void skipped_remove_oldest(SkippedKeys *skipped, size_t count)
{
        if (count >= skipped->count) {
                skipped_deinit(skipped);
                return;
        }
        memmove(skipped->keys, skipped->keys + count, (skipped->count - count) * sizeof(*skipped->keys));
        skipped->count -= count;
        sodium_memzero(skipped->keys + skipped->count, count * sizeof(*skipped->keys));
}
