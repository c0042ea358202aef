/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Key types of libe2ee: small value structs, a type per meaning. Secret ones are wiped by their owner at scope end
 * (E2EE_WIPE, or the _deinit of what holds them).
 */
typedef struct SigningPublicKey { /* Ed25519 */
        uint8_t bytes[32];
} SigningPublicKey;

typedef struct SigningSecretKey { /* Ed25519: seed and public key */
        uint8_t bytes[64];
} SigningSecretKey;

typedef struct DhPublicKey { /* X25519 */
        uint8_t bytes[32];
} DhPublicKey;

typedef struct DhSecretKey { /* X25519 */
        uint8_t bytes[32];
} DhSecretKey;

typedef struct DhKeyPair {
        DhPublicKey public_key;
        DhSecretKey secret_key;
} DhKeyPair;

typedef struct Signature { /* Ed25519 */
        uint8_t bytes[64];
} Signature;

/*
 * Randomness and time come from the caller, so that tests can fix them. fill() cannot fail: a caller whose source
 * can, aborts in it. The program has called sodium_init() before; without it libsodium would be slow, not wrong.
 */
typedef struct E2eeContext {
        void (*fill)(void *userdata, uint8_t *out, size_t size);
        void *userdata;
        uint64_t now_ms; /* since 1970 */
} E2eeContext;
