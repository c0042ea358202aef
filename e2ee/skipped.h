/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/chain.h"

/*
 * Keys of messages that were jumped over and may still come: MKSKIPPED of the Double Ratchet, oldest first.
 * A key is good for SKIPPED_KEEP_MS, and for one message (section 6.4, "Deletion of skipped message keys").
 */
#define SKIPPED_KEEP_MS (UINT64_C(30) * 24 * 3600 * 1000)

typedef struct SkippedKey {
        uint32_t chain;  /* serial number of its receiving chain */
        uint32_t number; /* of the message in that chain */
        uint64_t stored_ms;
        MessageKey key;
} SkippedKey;

typedef struct SkippedKeys {
        SkippedKey *keys;
        size_t count;
} SkippedKeys;

void skipped_deinit(SkippedKeys *skipped);
bool skipped_is_expired(const SkippedKey *key, uint64_t now_ms);
/* The key, or NULL where there is none that is still good. */
const SkippedKey *skipped_find(const SkippedKeys *skipped, uint32_t chain, uint32_t number, uint64_t now_ms);
void skipped_remove(SkippedKeys *skipped, uint32_t chain, uint32_t number);
void skipped_remove_chain(SkippedKeys *skipped, uint32_t chain);
void skipped_remove_oldest(SkippedKeys *skipped, size_t count);
void skipped_remove_expired(SkippedKeys *skipped, uint64_t now_ms);
