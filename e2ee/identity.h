/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/keys.h"

/*
 * The identity of an account: an Ed25519 identity key, which only signs keys, and an X25519 identity key, which only
 * does X3DH and is signed by the first. All devices of an account have the one identity.
 */
enum {
        ADDRESS_NAME_MAX = 64,
        PUBLIC_IDENTITY_SIZE = 256, /* upper bound of its encoding */
};

typedef struct Address { /* one device of one account */
        char name[ADDRESS_NAME_MAX + 1];
        uint32_t device_id;
} Address;

typedef struct PublicIdentity {
        SigningPublicKey signing_key;
        DhPublicKey dh_key;
        Signature dh_key_signature; /* by signing_key; "identity DH key" label, see docs/protocol-e2ee.md */
} PublicIdentity;

typedef struct Identity { /* secret; keep it in guarded memory */
        PublicIdentity public_identity;
        SigningSecretKey signing_secret_key;
        DhSecretKey dh_secret_key;
} Identity;

enum {
        IDENTITY_MALFORMED = 1,     /* not an encoded identity */
        IDENTITY_BAD_SIGNATURE = 2, /* the DH key is not signed by the signing key */
};

void identity_generate(Identity *out, const E2eeContext *context);
void identity_wipe(Identity *identity);

/* What the server keeps and hands out, and what the local store keeps. Encoders return the size written. */
size_t public_identity_encode(const PublicIdentity *identity, uint8_t out[static PUBLIC_IDENTITY_SIZE]);
int public_identity_decode(const uint8_t *data, size_t size, PublicIdentity *out); /* checks the signature too */

/* The same for the secret part, for the encrypted store alone. */
enum { IDENTITY_ENCODED_SIZE = 256 };
size_t identity_encode(const Identity *identity, uint8_t out[static IDENTITY_ENCODED_SIZE]);
int identity_decode(const uint8_t *data, size_t size, Identity *out);
