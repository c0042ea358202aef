/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/identity.h"

/*
 * Prekeys: signed prekeys, one-time prekeys and the last-resort prekey (X3DH section 2.2 and 3.2; docs/protocol-e2ee.md,
 * "Prekeys"). IDs are chosen by the owner, never 0, and never used twice. One-time prekeys need no signature: X3DH
 * binds them in its transcript.
 */
enum {
        PREKEY_ENCODED_SIZE = 192, /* upper bound of a public prekey's encoding */

        ONE_TIME_PREKEYS_FULL = 100, /* fill up to */
        ONE_TIME_PREKEYS_LOW = 20,   /* refill below */
};

#define SIGNED_PREKEY_ROTATE_MS (UINT64_C(2) * 24 * 3600 * 1000)
#define SIGNED_PREKEY_KEEP_MS   (UINT64_C(30) * 24 * 3600 * 1000)

typedef enum PrekeyKind {
        PREKEY_SIGNED = 1,
        PREKEY_ONE_TIME = 2,
        PREKEY_LAST_RESORT = 3,
} PrekeyKind;

typedef struct Prekey { /* secret */
        PrekeyKind kind;
        uint32_t id;
        uint64_t created_ms;
        DhKeyPair pair;
        Signature signature; /* by the identity key, label by kind; unused for PREKEY_ONE_TIME */
} Prekey;

/* The keys with which a stranger starts a session with one device; every signature is checked by the decoder. */
typedef struct PrekeyBundle {
        Address address;
        PublicIdentity identity;
        uint32_t signed_prekey_id;
        DhPublicKey signed_prekey;
        bool has_one_time_prekey; /* the one-time prekey, or the last-resort prekey, below */
        PrekeyKind one_time_prekey_kind;
        uint32_t one_time_prekey_id;
        DhPublicKey one_time_prekey;
} PrekeyBundle;

enum {
        PREKEY_MALFORMED = 1,
        PREKEY_BAD_SIGNATURE = 2,
        PREKEY_BAD_KEY = 3, /* a point of small order */
};

void prekey_generate(Prekey *out, PrekeyKind kind, uint32_t id, const Identity *owner, const E2eeContext *context);
void prekey_wipe(Prekey *prekey);

/* The public part, as the server hands it out (one opaque field of wire/messenger.proto each). */
size_t prekey_encode_public(const Prekey *prekey, uint8_t out[static PREKEY_ENCODED_SIZE]);

/*
 * Puts together what the server handed out for one device. one_time and last_resort may be NULL; one_time wins.
 * Returns 0 or a code of above.
 */
typedef struct PrekeyBundleParts {
        const uint8_t *identity, *signed_prekey, *one_time_prekey, *last_resort_prekey;
        size_t identity_size, signed_prekey_size, one_time_prekey_size, last_resort_prekey_size;
} PrekeyBundleParts;
int prekey_bundle_decode(const Address *address, const PrekeyBundleParts *parts, PrekeyBundle *out);

/* The secret part, for the encrypted store alone. */
enum { PREKEY_SECRET_SIZE = 256 };
size_t prekey_encode(const Prekey *prekey, uint8_t out[static PREKEY_SECRET_SIZE]);
int prekey_decode(const uint8_t *data, size_t size, Prekey *out);
