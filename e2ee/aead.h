/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): 32 byte keys, 24 byte nonces, which are random. The output
 * of seal is size + AEAD_TAG_SIZE bytes. Input and output may be the same buffer.
 */
enum { AEAD_KEY_SIZE = 32, AEAD_NONCE_SIZE = 24, AEAD_TAG_SIZE = 16 };

void aead_seal(const uint8_t key[static AEAD_KEY_SIZE], const uint8_t nonce[static AEAD_NONCE_SIZE],
               const uint8_t *ad, size_t ad_size, const uint8_t *plaintext, size_t size, uint8_t *out);
/*
 * size counts the tag; the output has size - AEAD_TAG_SIZE bytes. False: does not verify, and out holds
 * nothing.
 */
bool aead_open(const uint8_t key[static AEAD_KEY_SIZE], const uint8_t nonce[static AEAD_NONCE_SIZE],
               const uint8_t *ad, size_t ad_size, const uint8_t *sealed, size_t size, uint8_t *out);
