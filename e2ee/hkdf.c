/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/hkdf.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "e2ee/wipe.h"

enum { HASH_SIZE = HKDF_HASH_SIZE, BLOCKS_MAX = 255 };
static_assert(HASH_SIZE == crypto_auth_hmacsha256_BYTES, "hash size");

/* RFC 5869 section 2.2: PRK = HMAC-Hash(salt, IKM). */
void hkdf_sha256_extract(const uint8_t *salt, size_t salt_size, const uint8_t *key, size_t key_size,
                         uint8_t out[static HASH_SIZE])
{
        static const uint8_t no_salt[HASH_SIZE];
        crypto_auth_hmacsha256_state hmac;
        E2EE_WIPE(hmac);

        crypto_auth_hmacsha256_init(&hmac, salt ? salt : no_salt, salt ? salt_size : sizeof(no_salt));
        crypto_auth_hmacsha256_update(&hmac, key, key_size);
        crypto_auth_hmacsha256_final(&hmac, out);
}

int hkdf_sha256(const uint8_t *salt, size_t salt_size, const uint8_t *key, size_t key_size,
                const uint8_t *info, size_t info_size, uint8_t *out, size_t out_size)
{
        crypto_auth_hmacsha256_state keyed, hmac;
        uint8_t block[HASH_SIZE];
        E2EE_WIPE(keyed);
        E2EE_WIPE(hmac);
        E2EE_WIPE(block);

        if (out_size > BLOCKS_MAX * HASH_SIZE)
                return -EINVAL;

        hkdf_sha256_extract(salt, salt_size, key, key_size, block);
        /* The keyed state is made once and copied for each block: that is half of the hashing. */
        crypto_auth_hmacsha256_init(&keyed, block, sizeof(block));

        /* RFC 5869 section 2.3: T(i) = HMAC-Hash(PRK, T(i-1) || info || i). */
        for (uint8_t i = 1; out_size > 0; i++) {
                size_t part = out_size < HASH_SIZE ? out_size : HASH_SIZE;

                hmac = keyed;
                if (i > 1)
                        crypto_auth_hmacsha256_update(&hmac, block, sizeof(block));
                crypto_auth_hmacsha256_update(&hmac, info, info_size);
                crypto_auth_hmacsha256_update(&hmac, &i, 1);
                crypto_auth_hmacsha256_final(&hmac, block);
                memcpy(out, block, part);
                out += part;
                out_size -= part;
        }
        return 0;
}
