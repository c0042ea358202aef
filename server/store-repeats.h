/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/map.h"

/*
 * Which envelopes the store has seen, as 64-bit keyed hashes of mailbox, sender and envelope ID: those that
 * wait in a loaded mailbox, and those that were stored lately, wherever they are now. In memory only;
 * store-mailbox.c fills it from the mailboxes and the table `recent`.
 *
 * Two envelopes out of ten million share a hash with a probability below one in 100,000, and a stranger
 * cannot aim at it without the key.
 */
typedef struct Repeats {
        Map known;                    /* hash → REPEATS_WAITING, REPEATS_RECENT */
        struct RepeatsRecent *recent; /* a ring, oldest first */
        size_t recent_max, recent_first, recent_count, recent_capacity;
        uint64_t age_ms;
} Repeats;

void repeats_init(Repeats *repeats, size_t recent_max, uint64_t age_ms);
void repeats_deinit(Repeats *repeats);

bool repeats_contains(const Repeats *repeats, uint64_t hash);

/* -ENOMEM */
int repeats_add_waiting(Repeats *repeats, uint64_t hash);
int repeats_add_recent(Repeats *repeats, uint64_t hash, uint64_t stored_ms);

/* It has left its mailbox; it may still be recent. */
void repeats_remove_waiting(Repeats *repeats, uint64_t hash);

/* Forgets what was stored longer than age_ms ago. */
void repeats_expire(Repeats *repeats, uint64_t now_ms);
