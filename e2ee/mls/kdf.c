/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/kdf.h"

#include <assert.h>
#include <sodium.h>

#include "e2ee/wipe.h"

enum { BLOCKS_MAX = 255 };
static_assert(MLS_HASH_SIZE == crypto_auth_hmacsha256_BYTES, "hash size");

static void update(crypto_auth_hmacsha256_state *hmac, const MlsSlice *parts, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                if (parts[i].size > 0)
                        crypto_auth_hmacsha256_update(hmac, parts[i].data, parts[i].size);
        }
}

/* RFC 5869 section 2.2. An empty salt is as good as one of zeros, as HMAC pads its key with them. */
void mls_extract(MlsSlice salt, const MlsSlice *parts, size_t count, MlsSecret *out)
{
        static const uint8_t none[1];
        crypto_auth_hmacsha256_state hmac;
        E2EE_WIPE(hmac);

        crypto_auth_hmacsha256_init(&hmac, salt.size > 0 ? salt.data : none, salt.size);
        update(&hmac, parts, count);
        crypto_auth_hmacsha256_final(&hmac, out->bytes);
}

/* RFC 5869 section 2.3. */
void mls_expand(const MlsSecret *secret, const MlsSlice *parts, size_t count, uint8_t *out, size_t size)
{
        crypto_auth_hmacsha256_state keyed, hmac;
        uint8_t block[MLS_HASH_SIZE];
        E2EE_WIPE(keyed);
        E2EE_WIPE(hmac);
        E2EE_WIPE(block);

        if (size > BLOCKS_MAX * MLS_HASH_SIZE)
                abort();
        crypto_auth_hmacsha256_init(&keyed, secret->bytes, sizeof(secret->bytes));
        for (uint8_t i = 1; size > 0; i++) {
                size_t part = size < MLS_HASH_SIZE ? size : MLS_HASH_SIZE;

                hmac = keyed;
                if (i > 1)
                        crypto_auth_hmacsha256_update(&hmac, block, sizeof(block));
                update(&hmac, parts, count);
                crypto_auth_hmacsha256_update(&hmac, &i, 1);
                crypto_auth_hmacsha256_final(&hmac, block);
                memcpy(out, block, part);
                out += part;
                size -= part;
        }
}
