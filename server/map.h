/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * A hash table from 64-bit keys to 64-bit values: open addressing, removal without tombstones, so a lookup's
 * cost does not grow with the table's age. Keys are numbers of ours or keyed hashes: nobody outside can
 * choose them to collide.
 */
typedef struct Map {
        struct MapSlot *slots;
        size_t capacity; /* a power of two, or 0 */
        size_t count;
} Map;

#define MAP_INIT ((Map){})

void map_deinit(Map *map);
void map_clear(Map *map);

/* NULL if it is not there. The pointer is good until the next put or remove. */
uint64_t *map_find(const Map *map, uint64_t key);
/* Sets, or replaces. -ENOMEM. */
int map_put(Map *map, uint64_t key, uint64_t value);
void map_remove(Map *map, uint64_t key);

/* For values that are pointers; NULL if it is not there. */
void *map_find_pointer(const Map *map, uint64_t key);
int map_put_pointer(Map *map, uint64_t key, void *value);

/*
 * Walks over all: start with *position 0; returns NULL at the end. Nothing may be put or removed meanwhile.
 */
uint64_t *map_next(const Map *map, size_t *position, uint64_t *key_out);
