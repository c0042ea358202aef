/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * HKDF-SHA256 (RFC 5869), from libsodium's HMAC. salt may be NULL: 32 zero bytes. The labels used as info are all
 * in e2ee/labels.h; each has one use. out_size: at most 255 * 32, else -EINVAL.
 */
int hkdf_sha256(const uint8_t *salt, size_t salt_size, const uint8_t *key, size_t key_size, const uint8_t *info,
                size_t info_size, uint8_t *out, size_t out_size);

/* Its first half alone (section 2.2): HMAC-SHA256 of the key material under the salt. */
enum { HKDF_HASH_SIZE = 32 };
void hkdf_sha256_extract(const uint8_t *salt, size_t salt_size, const uint8_t *key, size_t key_size,
                         uint8_t out[static HKDF_HASH_SIZE]);
