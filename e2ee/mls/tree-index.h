/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which nodes have a public key: keys have to be unique in a tree (RFC 9420 section 7.3 and 12.4.2), and
 * looking through all nodes for each new key would make a commit linear in the size of the group. A hash
 * table, keyed so that nobody can choose keys that collide.
 */
typedef struct KeyIndexEntry {
        uint64_t tag;  /* keyed hash of the public key */
        uint32_t node; /* UINT32_MAX: free */
} KeyIndexEntry;

typedef struct KeyIndex {
        uint8_t seed[16];
        KeyIndexEntry *entries;
        size_t capacity; /* a power of two, or 0 */
        size_t count;
} KeyIndex;

void key_index_init(KeyIndex *index, const uint8_t seed[static 16]);
void key_index_deinit(KeyIndex *index);
/* Room for so many keys in all; afterwards key_index_add() cannot fail that often. 0 or -ENOMEM. */
int key_index_reserve(KeyIndex *index, size_t count);
void key_index_add(KeyIndex *index, const uint8_t key[static 32], uint32_t node);
void key_index_remove(KeyIndex *index, const uint8_t key[static 32], uint32_t node);
/* How many nodes have the key. Two keys of one hash would be taken for one, with a probability of 2^-64. */
unsigned key_index_count(const KeyIndex *index, const uint8_t key[static 32]);
