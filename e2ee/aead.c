/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/aead.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

static_assert(AEAD_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
static_assert(AEAD_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce size");
static_assert(AEAD_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag size");

void aead_seal(const uint8_t key[static AEAD_KEY_SIZE], const uint8_t nonce[static AEAD_NONCE_SIZE],
               const uint8_t *ad, size_t ad_size, const uint8_t *plaintext, size_t size, uint8_t *out)
{
        /* Always 0 for sizes below 256 GiB. */
        if (crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plaintext, size, ad, ad_size, NULL, nonce,
                                                       key) != 0)
                abort();
}

bool aead_open(const uint8_t key[static AEAD_KEY_SIZE], const uint8_t nonce[static AEAD_NONCE_SIZE],
               const uint8_t *ad, size_t ad_size, const uint8_t *sealed, size_t size, uint8_t *out)
{
        return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, size, ad, ad_size, nonce,
                                                          key) == 0;
}
