/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/bytes.h"
#include "e2ee/prekey.h"

/*
 * The public encoding of a prekey, shared by its owner (prekey.c) and strangers (bundle.c):
 * docs/protocol-e2ee.md, "Prekeys". After the X25519 key stands the slot of the KEM key that suite 2 will
 * use: its size, and the key. This version writes size 0, and skips a key of a newer owner, which the
 * signature covers as well.
 */
enum {
        PREKEY_FORMAT = 1,
        PREKEY_KEM_KEY_SIZE = 1184, /* ML-KEM-768 encapsulation key (FIPS 203, table 3) */
        PREKEY_PUBLIC_MAX = 1 + 1 + 4 + 32 + 2 + PREKEY_KEM_KEY_SIZE + 64,
};

/* The label under which prekeys of this kind are signed; NULL: they are not. */
const char *prekey_signature_label(PrekeyKind kind);
/* Everything before the signature: what is signed. */
void prekey_write_signed_part(ByteWriter *writer, PrekeyKind kind, uint32_t id, const DhPublicKey *key);
