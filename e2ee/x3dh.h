/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/prekey.h"

/*
 * The X3DH key agreement (X3DH rev 1, sections 3.3 and 3.4). Both sides put the same transcript together,
 * and every secret depends on all of it: a side that believes anything else gets other keys.
 */
enum { X3DH_SUITE_CLASSICAL = 1 }; /* 2: with ML-KEM-768, not there yet */

enum { TRANSCRIPT_HASH_SIZE = 32 };

typedef struct TranscriptHash {
        uint8_t bytes[TRANSCRIPT_HASH_SIZE];
} TranscriptHash;

typedef struct X3dhTranscript {
        uint16_t suite;
        uint64_t generation; /* orders the sessions of two devices, see e2ee/session.h */
        Address initiator, responder;
        PublicIdentity initiator_identity, responder_identity;
        DhPublicKey base_key; /* EK_A */
        uint32_t signed_prekey_id;
        DhPublicKey signed_prekey;
        bool has_one_time_prekey; /* one-time or last-resort */
        PrekeyKind one_time_prekey_kind;
        uint32_t one_time_prekey_id;
        DhPublicKey one_time_prekey;
} X3dhTranscript;

typedef struct X3dhSecrets {
        uint8_t root[32];                 /* SK of X3DH section 3.3 */
        uint8_t initiator_header_key[32]; /* shared_hka and */
        uint8_t responder_header_key[32]; /* shared_nhkb of Double Ratchet section 4.4 */
} X3dhSecrets;

enum {
        X3DH_BAD_KEY = 1, /* one of the peer's keys is of small order */
};

void x3dh_transcript_hash(const X3dhTranscript *transcript, TranscriptHash *out);

int x3dh_initiate(const Identity *self, const DhKeyPair *base, const X3dhTranscript *transcript,
                  X3dhSecrets *out);
/* one_time: NULL where the transcript has none. */
int x3dh_respond(const Identity *self, const DhSecretKey *signed_prekey, const DhSecretKey *one_time,
                 const X3dhTranscript *transcript, X3dhSecrets *out);
