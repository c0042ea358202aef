/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/keys.h"
#include "e2ee/mls/hpke.h"
#include "e2ee/mls/kdf.h"
#include "e2ee/mls/labels.h"
#include "e2ee/mls/refusal.h"

/*
 * Cryptographic objects (RFC 9420 section 5) of cipher suite 3,
 * MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519. Labels are given without "MLS 1.0 "
 * (e2ee/mls/labels.h).
 */
enum {
        MLS_CIPHER_SUITE = 0x0003,
        MLS_VERSION = 1, /* mls10 */
        MLS_AEAD_KEY_SIZE = HPKE_KEY_SIZE,
        MLS_AEAD_NONCE_SIZE = HPKE_NONCE_SIZE,
        MLS_AEAD_TAG_SIZE = HPKE_TAG_SIZE,
};

typedef struct MlsHash {
        uint8_t bytes[MLS_HASH_SIZE];
} MlsHash;

typedef struct MlsAeadKey {
        uint8_t key[MLS_AEAD_KEY_SIZE];
        uint8_t nonce[MLS_AEAD_NONCE_SIZE];
} MlsAeadKey;

static inline MlsSlice mls_hash_slice(const MlsHash *hash)
{
        return mls_slice(hash->bytes, sizeof(hash->bytes));
}

static inline MlsSlice mls_secret_slice(const MlsSecret *secret)
{
        return mls_slice(secret->bytes, sizeof(secret->bytes));
}

void mls_hash(const MlsSlice *parts, size_t count, MlsHash *out);
/* RefHash (section 5.2). The label is the whole one. */
void mls_ref_hash(const char *label, MlsSlice value, MlsHash *out);
bool mls_hash_equal(const MlsHash *a, const MlsHash *b); /* in constant time */

/* ExpandWithLabel, DeriveSecret (section 8) and DeriveTreeSecret (section 9.1). */
void mls_expand_with_label(const MlsSecret *secret, MlsSlice label, MlsSlice context, uint8_t *out,
                           size_t size);
void mls_derive_secret(const MlsSecret *secret, const char *label, MlsSecret *out);
void mls_derive_tree_secret(const MlsSecret *secret, const char *label, uint32_t generation, uint8_t *out,
                            size_t size);

/* HMAC-SHA256: the MAC of the suite. */
void mls_mac(const MlsSecret *key, const MlsSlice *parts, size_t count, MlsHash *out);

/* SignWithLabel and VerifyWithLabel (section 5.1.2). verify: 0, MLS_FORGED or -ENOMEM. */
int mls_sign_with_label(const SigningSecretKey *key, const char *label, MlsSlice content, Signature *out);
int mls_verify_with_label(const SigningPublicKey *key, const char *label, MlsSlice content,
                          MlsSlice signature);

/* HPKECiphertext (section 7.6). */
typedef struct MlsHpkeCiphertext {
        MlsSlice kem_output;
        MlsSlice ciphertext;
} MlsHpkeCiphertext;

void mls_read_hpke_ciphertext(ByteReader *reader, MlsHpkeCiphertext *out);

/* EncryptContext, made once for all to whom something is encrypted with it. */
void mls_encrypt_context(const char *label, MlsSlice context, HpkeInfo *out);
/*
 * EncryptWithLabel (section 5.1.3), written as an HPKECiphertext. 0 or MLS_INVALID_LEAF: the public key is
 * of small order; or -ENOMEM.
 */
int mls_encrypt_with_label(const DhPublicKey *to, const HpkeInfo *info, MlsSlice plaintext,
                           const E2eeContext *random, MlsWriter *out);
/* DecryptWithLabel. out has ciphertext.ciphertext.size - HPKE_TAG_SIZE bytes. 0 or MLS_FORGED. */
int mls_decrypt_with_label(const DhKeyPair *at, const char *label, MlsSlice context,
                           const MlsHpkeCiphertext *ciphertext, uint8_t *out);

/* ChaCha20-Poly1305. Sealed is size + MLS_AEAD_TAG_SIZE; both may be in place. open: 0 or MLS_FORGED. */
void mls_aead_seal(const MlsAeadKey *key, MlsSlice aad, const uint8_t *plaintext, size_t size, uint8_t *out);
int mls_aead_open(const MlsAeadKey *key, MlsSlice aad, const uint8_t *sealed, size_t size, uint8_t *out);

/* A public key out of a vector of any size: false unless it is 32 bytes. */
bool mls_dh_key_from(MlsSlice encoded, DhPublicKey *out);
/* Not of small order; without computing anything. */
bool mls_dh_key_is_usable(const DhPublicKey *key);
bool mls_signing_key_from(MlsSlice encoded, SigningPublicKey *out);
