/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/codec.h"

/*
 * HKDF-SHA256 (RFC 5869) over inputs in several parts, so that no label has to be put together in memory
 * first. Parts are hashed one after the other.
 */
enum { MLS_HASH_SIZE = 32 }; /* KDF.Nh */

typedef struct MlsSecret { /* a secret of the key schedule: KDF.Nh bytes */
        uint8_t bytes[MLS_HASH_SIZE];
} MlsSecret;

void mls_extract(MlsSlice salt, const MlsSlice *parts, size_t count, MlsSecret *out);
/* size: at most 255 * 32. */
void mls_expand(const MlsSecret *secret, const MlsSlice *parts, size_t count, uint8_t *out, size_t size);
