/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct MapSlot {
        uint64_t key;
        uint64_t value;
        bool used;
} MapSlot;

enum { CAPACITY_MIN = 16 };

/* Spreads keys that are counted up over the table (the finalizer of splitmix64). */
static size_t home_of(const Map *map, uint64_t key)
{
        key ^= key >> 30;
        key *= 0xbf58476d1ce4e5b9u;
        key ^= key >> 27;
        key *= 0x94d049bb133111ebu;
        key ^= key >> 31;
        return key & (map->capacity - 1);
}

static MapSlot *slot_of(const Map *map, uint64_t key)
{
        size_t i;

        if (map->capacity == 0)
                return NULL;
        for (i = home_of(map, key); map->slots[i].used; i = (i + 1) & (map->capacity - 1))
                if (map->slots[i].key == key)
                        return &map->slots[i];
        return NULL;
}

static void insert(Map *map, uint64_t key, uint64_t value)
{
        size_t i = home_of(map, key);

        while (map->slots[i].used)
                i = (i + 1) & (map->capacity - 1);
        map->slots[i] = (MapSlot){.key = key, .value = value, .used = true};
        map->count++;
}

static int grow(Map *map)
{
        Map larger = {.capacity = map->capacity ? map->capacity * 2 : CAPACITY_MIN};

        larger.slots = calloc(larger.capacity, sizeof(MapSlot));
        if (!larger.slots)
                return -ENOMEM;
        for (size_t i = 0; i < map->capacity; i++)
                if (map->slots[i].used)
                        insert(&larger, map->slots[i].key, map->slots[i].value);
        free(map->slots);
        *map = larger;
        return 0;
}

void map_deinit(Map *map)
{
        free(map->slots);
        *map = MAP_INIT;
}

void map_clear(Map *map)
{
        map_deinit(map);
}

uint64_t *map_find(const Map *map, uint64_t key)
{
        MapSlot *slot = slot_of(map, key);

        return slot ? &slot->value : NULL;
}

int map_put(Map *map, uint64_t key, uint64_t value)
{
        MapSlot *slot = slot_of(map, key);
        int r;

        if (slot) {
                slot->value = value;
                return 0;
        }
        if ((map->count + 1) * 10 > map->capacity * 7) {
                r = grow(map);
                if (r < 0)
                        return r;
        }
        insert(map, key, value);
        return 0;
}

/* Knuth's Algorithm R (6.4): closes the hole by moving back whoever may live there. */
void map_remove(Map *map, uint64_t key)
{
        MapSlot *slot = slot_of(map, key);
        size_t hole, i, mask = map->capacity - 1;

        if (!slot)
                return;
        hole = (size_t)(slot - map->slots);
        for (i = (hole + 1) & mask; map->slots[i].used; i = (i + 1) & mask) {
                size_t home = home_of(map, map->slots[i].key);

                if (((i - home) & mask) >= ((i - hole) & mask)) {
                        map->slots[hole] = map->slots[i];
                        hole = i;
                }
        }
        map->slots[hole].used = false;
        map->count--;
}

void *map_find_pointer(const Map *map, uint64_t key)
{
        uint64_t *value = map_find(map, key);

        return value ? (void *)(uintptr_t)*value : NULL;
}

int map_put_pointer(Map *map, uint64_t key, void *value)
{
        return map_put(map, key, (uintptr_t)value);
}

uint64_t *map_next(const Map *map, size_t *position, uint64_t *key_out)
{
        while (*position < map->capacity) {
                MapSlot *slot = &map->slots[(*position)++];

                if (!slot->used)
                        continue;
                if (key_out)
                        *key_out = slot->key;
                return &slot->value;
        }
        return NULL;
}
