/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/tree-index.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 16, FREE = UINT32_MAX };

static uint64_t tag_of(const KeyIndex *index, const uint8_t key[static 32])
{
        uint64_t tag;
        uint8_t hash[crypto_shorthash_BYTES];

        crypto_shorthash(hash, key, 32, index->seed);
        memcpy(&tag, hash, sizeof(tag));
        return tag;
}

void key_index_init(KeyIndex *index, const uint8_t seed[static 16])
{
        *index = (KeyIndex){0};
        memcpy(index->seed, seed, sizeof(index->seed));
}

void key_index_deinit(KeyIndex *index)
{
        free(index->entries);
        *index = (KeyIndex){0};
}

static void insert(KeyIndexEntry *entries, size_t capacity, KeyIndexEntry entry)
{
        size_t i = entry.tag & (capacity - 1);

        while (entries[i].node != FREE)
                i = (i + 1) & (capacity - 1);
        entries[i] = entry;
}

/* At most half of the table is ever taken. */
int key_index_reserve(KeyIndex *index, size_t count)
{
        size_t capacity = index->capacity > 0 ? index->capacity : CAPACITY_MIN;
        KeyIndexEntry *entries;

        while (capacity < 2 * count)
                capacity *= 2;
        if (capacity == index->capacity)
                return 0;
        entries = malloc(capacity * sizeof(*entries));
        if (!entries)
                return -ENOMEM;
        for (size_t i = 0; i < capacity; i++)
                entries[i].node = FREE;
        for (size_t i = 0; i < index->capacity; i++) {
                if (index->entries[i].node != FREE)
                        insert(entries, capacity, index->entries[i]);
        }
        free(index->entries);
        index->entries = entries;
        index->capacity = capacity;
        return 0;
}

void key_index_add(KeyIndex *index, const uint8_t key[static 32], uint32_t node)
{
        if (2 * (index->count + 1) > index->capacity)
                abort(); /* not reserved */
        insert(index->entries, index->capacity, (KeyIndexEntry){tag_of(index, key), node});
        index->count++;
}

/* Knuth's algorithm R (6.4): what comes behind moves up, so that no gap breaks a chain. */
void key_index_remove(KeyIndex *index, const uint8_t key[static 32], uint32_t node)
{
        uint64_t tag = tag_of(index, key);
        size_t mask = index->capacity - 1, gap = tag & mask, next, home;

        while (index->entries[gap].node != node || index->entries[gap].tag != tag) {
                if (index->entries[gap].node == FREE)
                        abort(); /* never added */
                gap = (gap + 1) & mask;
        }
        next = gap;
        for (;;) {
                next = (next + 1) & mask;
                if (index->entries[next].node == FREE)
                        break;
                home = index->entries[next].tag & mask;
                if (((next - home) & mask) < ((next - gap) & mask))
                        continue; /* begins behind the gap */
                index->entries[gap] = index->entries[next];
                gap = next;
        }
        index->entries[gap].node = FREE;
        index->count--;
}

unsigned key_index_count(const KeyIndex *index, const uint8_t key[static 32])
{
        uint64_t tag = tag_of(index, key);
        unsigned count = 0;

        if (index->capacity == 0)
                return 0;
        for (size_t i = tag & (index->capacity - 1); index->entries[i].node != FREE;
             i = (i + 1) & (index->capacity - 1))
                count += index->entries[i].tag == tag;
        return count;
}
