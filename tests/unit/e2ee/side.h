/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "e2ee/peer.h"

/*
 * One side of a conversation for the tests: an identity, prekeys, and a Peer for the other side. Its
 * randomness is a stream from a seed and its clock is a number, so a test that fails once fails always.
 */
enum { SIDE_PREKEYS_MAX = 64 };

typedef struct Side {
        uint64_t random_seed, random_counter;
        E2eeContext context;
        Identity identity;
        PeerSelf self;
        Prekey prekeys[SIDE_PREKEYS_MAX];
        unsigned prekey_count;
        uint32_t next_prekey_id;
        unsigned lookups; /* how often prekeys were looked for */
        PrekeySource source;
        Peer *peer;
        PeerDecrypted last; /* of what was decrypted last, without the plaintext */
} Side;

void side_init(Side *side, const char *name, uint32_t device_id, uint64_t seed);
void side_deinit(Side *side);

Prekey *side_add_prekey(Side *side, PrekeyKind kind);
void side_remove_prekey(Side *side, PrekeyKind kind, uint32_t id);
/* With a new one-time prekey, the last-resort prekey, or neither. */
void side_make_bundle(Side *side, PrekeyKind one_time_kind, PrekeyBundle *out);
void side_start(Side *side, Side *with); /* with a new one-time prekey */
void side_pass_time(Side *side, uint64_t ms);

/* Encodes and decodes the Peer, and holds both codings together. */
void side_store_and_load(Side *side);
GBytes *side_stored(const Side *side);

GBytes *side_encrypt(Side *side, const char *text);
/* A copy with one bit of one byte changed. */
GBytes *flipped(GBytes *bytes, size_t offset, unsigned bit);
/* Deletes a one-time prekey that was used. Returns peer_decrypt()'s code; text_out may be NULL. */
int side_decrypt(Side *side, const Side *from, GBytes *envelope, char **text_out);

void assert_decrypts(Side *side, const Side *from, GBytes *envelope, const char *text);
/* Decrypting gives this code, and the stored state before and after is the same byte for byte. */
void assert_refuses(Side *side, const Side *from, GBytes *envelope, int code);
/* One message, sent and decrypted. */
void assert_delivers(Side *from, Side *to, const char *text);

typedef struct Pair {
        Side alice, bob;
} Pair;

/* For g_test_add(). pair_set_up_talking() has them talk already, one message each way. */
void pair_set_up(Pair *pair, const void *data);
void pair_set_up_talking(Pair *pair, const void *data);
void pair_tear_down(Pair *pair, const void *data);
