/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/fingerprint.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum { ITERATIONS = 5200, GROUPS = 6, GROUP_DIGITS = 5, HALF_DIGITS = GROUPS * GROUP_DIGITS };

static void put_digits(uint64_t value, char *out)
{
        for (int i = GROUP_DIGITS - 1; i >= 0; i--) {
                out[i] = (char)('0' + value % 10);
                value /= 10;
        }
}

void safety_number_half(const uint8_t *identifier, size_t identifier_size, const uint8_t *key,
                        size_t key_size, unsigned iterations, char out[static 30 + 1])
{
        static const uint8_t version[2] = {0, 0};
        uint8_t hash[crypto_hash_sha512_BYTES];
        crypto_hash_sha512_state state;

        crypto_hash_sha512_init(&state);
        crypto_hash_sha512_update(&state, version, sizeof(version));
        crypto_hash_sha512_update(&state, key, key_size);
        crypto_hash_sha512_update(&state, identifier, identifier_size);
        crypto_hash_sha512_update(&state, key, key_size);
        crypto_hash_sha512_final(&state, hash);
        for (unsigned i = 1; i < iterations; i++) {
                crypto_hash_sha512_init(&state);
                crypto_hash_sha512_update(&state, hash, sizeof(hash));
                crypto_hash_sha512_update(&state, key, key_size);
                crypto_hash_sha512_final(&state, hash);
        }

        for (unsigned i = 0; i < GROUPS; i++) {
                uint64_t value = 0;

                for (unsigned k = 0; k < 5; k++)
                        value = value << 8 | hash[5 * i + k];
                put_digits(value % 100000, out + (size_t)GROUP_DIGITS * i);
        }
        out[HALF_DIGITS] = 0;
}

void safety_number_join(const char *half_a, const char *half_b, char out[static SAFETY_NUMBER_SIZE])
{
        bool a_first = strcmp(half_a, half_b) <= 0;

        memcpy(out, a_first ? half_a : half_b, HALF_DIGITS);
        memcpy(out + HALF_DIGITS, a_first ? half_b : half_a, HALF_DIGITS);
        out[SAFETY_NUMBER_SIZE - 1] = 0;
}

static void half_of(const char *name, const PublicIdentity *identity, char out[static HALF_DIGITS + 1])
{
        safety_number_half((const uint8_t *)name, strlen(name), identity->signing_key.bytes,
                           sizeof(identity->signing_key.bytes), ITERATIONS, out);
}

void safety_number(const char *local_name, const PublicIdentity *local, const char *remote_name,
                   const PublicIdentity *remote, char out[static SAFETY_NUMBER_SIZE])
{
        char local_half[HALF_DIGITS + 1], remote_half[HALF_DIGITS + 1];

        half_of(local_name, local, local_half);
        half_of(remote_name, remote, remote_half);
        safety_number_join(local_half, remote_half, out);
}
