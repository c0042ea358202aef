/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/keys.h"
#include "e2ee/mls/kdf.h"

/*
 * Hybrid Public Key Encryption (RFC 9180), base mode, with DHKEM(X25519, HKDF-SHA256) (0x0020), HKDF-SHA256
 * (0x0001) and ChaCha20-Poly1305 (0x0003): what cipher suite 3 of MLS asks for. Each context seals one
 * message, so there is no sequence number.
 */
enum {
        HPKE_KEY_SIZE = 32,        /* Nk */
        HPKE_NONCE_SIZE = 12,      /* Nn */
        HPKE_TAG_SIZE = 16,        /* Nt */
        HPKE_KEM_OUTPUT_SIZE = 32, /* Nenc */
};

enum {
        HPKE_FAILED = 1, /* a public key of small order, or a ciphertext that does not verify */
};

/* DeriveKeyPair(ikm) (section 7.1.3). */
void hpke_derive_key_pair(MlsSlice ikm, DhKeyPair *out);

/*
 * What the key schedule makes of `info` (section 5.1): the same for all to whom something is sealed with one
 * info, which may be large.
 */
typedef struct HpkeInfo {
        uint8_t context[1 + 2 * MLS_HASH_SIZE];
} HpkeInfo;
void hpke_info_init(HpkeInfo *out, const MlsSlice *parts, size_t count);

/* SealBase(pkR, info, aad = "", pt) (section 6.1). ciphertext has plaintext.size + HPKE_TAG_SIZE bytes. */
int hpke_seal(const DhPublicKey *to, const HpkeInfo *info, MlsSlice plaintext, const E2eeContext *context,
              uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE], uint8_t *ciphertext);
/* OpenBase. The plaintext has ciphertext.size - HPKE_TAG_SIZE bytes. */
int hpke_open(const DhKeyPair *at, const uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE],
              const HpkeInfo *info, MlsSlice ciphertext, uint8_t *plaintext);

/* SendExportBase and ReceiveExportBase with info = "" (section 6.2): a secret of 32 bytes. */
int hpke_send_export(const DhPublicKey *to, const char *exporter_context, const E2eeContext *context,
                     uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE], MlsSecret *out);
int hpke_receive_export(const DhKeyPair *at, const uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE],
                        const char *exporter_context, MlsSecret *out);
