/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/dh.h"

/* The two KDF chains of the Double Ratchet (rev 1, section 2), and the keys that come out of them. */
typedef struct RootKey {
        uint8_t bytes[32];
} RootKey;

typedef struct ChainKey {
        uint8_t bytes[32];
} ChainKey;

typedef struct MessageKey { /* seals one message's body */
        uint8_t bytes[32];
} MessageKey;

typedef struct HeaderKey { /* seals the headers of one chain */
        uint8_t bytes[32];
} HeaderKey;

/* KDF_CK (section 5.2): yields the message key, and steps the chain key in place. */
void chain_step(ChainKey *chain, MessageKey *out);

/*
 * KDF_RK_HE (section 4.2): steps the root key in place, and yields a new chain and the header key of the one
 * after.
 */
void root_step(RootKey *root, const uint8_t dh_output[static DH_OUTPUT_SIZE], ChainKey *chain_out,
               HeaderKey *next_header_out);
