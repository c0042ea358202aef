/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/map.h"

/*
 * From where each account has been seen to be itself, for a month, in memory: strangers who guess passwords from
 * elsewhere do not lock its owner out there. Any thread may call it.
 */
typedef struct Familiar {
        pthread_mutex_t lock;
        Map seen_us; /* key of account and address → when */
        size_t sweep_at;
} Familiar;

void familiar_init(Familiar *familiar);
void familiar_deinit(Familiar *familiar);

/* Where there is no room, nothing is remembered. now_us: a monotonic clock. */
void familiar_add(Familiar *familiar, uint64_t key, uint64_t now_us);
bool familiar_has(Familiar *familiar, uint64_t key, uint64_t now_us);
