/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/keys.h"

/* X25519 (RFC 7748). */
enum { DH_OUTPUT_SIZE = 32 };

enum {
        DH_SMALL_ORDER = 1, /* the shared secret is all zero: the public key is a point of small order */
};

void dh_generate(DhKeyPair *out, const E2eeContext *context);
/* 0 or DH_SMALL_ORDER. Nobody may go on with the output of a failed call; it is zeroed. */
int dh(const DhSecretKey *secret, const DhPublicKey *peer, uint8_t out[static DH_OUTPUT_SIZE]);
bool dh_public_key_is_usable(const DhPublicKey *key); /* not of small order */
bool dh_key_pair_fits(const DhKeyPair *pair);         /* the public key is that of the secret key */
