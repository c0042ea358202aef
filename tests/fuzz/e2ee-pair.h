/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/peer.h"

/*
 * Two sides that have talked, always in the same way: what one run of the seeds' maker seals, the targets
 * can open.
 */
typedef struct FuzzSide {
        uint64_t seed, counter;
        E2eeContext context;
        Identity identity;
        PeerSelf self;
        Prekey prekeys[3]; /* by kind - 1 */
        PrekeySource source;
        Peer *peer;
} FuzzSide;

typedef struct FuzzPair {
        FuzzSide alice, bob;
        uint8_t *late; /* an envelope of alice's that bob has jumped over */
        size_t late_size;
} FuzzPair;

void fuzz_pair_init(FuzzPair *pair);
void fuzz_bundle(FuzzSide *side, PrekeyKind one_time_kind, PrekeyBundle *out);
void fuzz_encrypt(FuzzSide *side, const char *text, uint8_t **out, size_t *size_out);
/* A finding that is no crash: a promise does not hold. */
void fuzz_expect(bool holds);
