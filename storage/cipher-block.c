/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cipher-block.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
        FORMAT_VERSION = 1,

        HEADER_KEY = 1, /* subkey numbers of crypto_kdf */
        BLOCK_KEY = 2,

        BLOCK_DATA_SIZE = sizeof(CipherId) + 1 + 8, /* associated data */
        HEADER_DATA_SIZE = sizeof(CipherId) + 1,
        HEADER_PLAIN_SIZE = 8,
};

static const char kdf_context[crypto_kdf_CONTEXTBYTES] = { 's', 'm', 's', 't', 'o', 'r', 'e', '1' };

static_assert(CIPHER_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
static_assert(CIPHER_OVERHEAD == CIPHER_NONCE_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES, "overhead");
static_assert((int)DATABASE_KEY_SIZE == (int)crypto_kdf_KEYBYTES, "database key");
static_assert(sizeof(((CipherKeys *)0)->block) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "block key");
static_assert(CIPHER_HEADER_COPY_SIZE == sizeof(CipherId) + CIPHER_OVERHEAD + HEADER_PLAIN_SIZE, "header copy");

static void put_le32(uint8_t *out, uint32_t value)
{
        for (unsigned i = 0; i < 4; i++)
                out[i] = (uint8_t)(value >> (8 * i));
}

static void put_le64(uint8_t *out, uint64_t value)
{
        for (unsigned i = 0; i < 8; i++)
                out[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_le32(const uint8_t *data)
{
        return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

void cipher_keys_derive(CipherKeys *out, const DatabaseKey *key)
{
        crypto_kdf_derive_from_key(out->header, sizeof(out->header), HEADER_KEY, kdf_context, key->bytes);
        crypto_kdf_derive_from_key(out->block, sizeof(out->block), BLOCK_KEY, kdf_context, key->bytes);
}

void cipher_id_generate(CipherId *out)
{
        randombytes_buf(out->bytes, sizeof(out->bytes));
}

static void seal(const uint8_t *key, const uint8_t *data, size_t data_size, const uint8_t *plain, size_t size,
                 uint8_t *out)
{
        randombytes_buf(out, CIPHER_NONCE_SIZE);
        crypto_aead_xchacha20poly1305_ietf_encrypt(out + CIPHER_NONCE_SIZE, NULL, plain, size, data, data_size,
                                                   NULL, out, key);
}

static int open_sealed(const uint8_t *key, const uint8_t *data, size_t data_size, const uint8_t *sealed,
                       size_t sealed_size, uint8_t *out)
{
        return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + CIPHER_NONCE_SIZE,
                                                          sealed_size - CIPHER_NONCE_SIZE, data, data_size,
                                                          sealed, key);
}

static void block_data(const CipherPlace *place, uint8_t out[static BLOCK_DATA_SIZE])
{
        memcpy(out, place->id.bytes, sizeof(place->id));
        out[sizeof(place->id)] = (uint8_t)place->role;
        put_le64(out + sizeof(place->id) + 1, place->index);
}

void cipher_block_seal(const CipherKeys *keys, const CipherPlace *place, const uint8_t *plain, size_t size,
                       uint8_t *out)
{
        uint8_t data[BLOCK_DATA_SIZE];

        assert(size <= CIPHER_BLOCK_SIZE);
        block_data(place, data);
        seal(keys->block, data, sizeof(data), plain, size, out);
}

int cipher_block_open(const CipherKeys *keys, const CipherPlace *place, const uint8_t *sealed, size_t sealed_size,
                      uint8_t *out)
{
        uint8_t data[BLOCK_DATA_SIZE];

        if (sealed_size < CIPHER_OVERHEAD || sealed_size > CIPHER_SEALED_SIZE)
                return CIPHER_FORGED;
        block_data(place, data);
        if (open_sealed(keys->block, data, sizeof(data), sealed, sealed_size, out) < 0) {
                sodium_memzero(out, sealed_size - CIPHER_OVERHEAD);
                return CIPHER_FORGED;
        }
        return 0;
}

static void header_data(const CipherId *id, unsigned copy, uint8_t out[static HEADER_DATA_SIZE])
{
        memcpy(out, id->bytes, sizeof(*id));
        out[sizeof(*id)] = (uint8_t)copy;
}

void cipher_header_encode(const CipherKeys *keys, const CipherId *id, uint8_t out[static CIPHER_HEADER_SIZE])
{
        uint8_t plain[HEADER_PLAIN_SIZE], data[HEADER_DATA_SIZE];

        put_le32(plain, FORMAT_VERSION);
        put_le32(plain + 4, CIPHER_BLOCK_SIZE);
        for (unsigned copy = 0; copy < 2; copy++) {
                uint8_t *at = out + copy * CIPHER_HEADER_COPY_SIZE;

                memcpy(at, id->bytes, sizeof(*id));
                header_data(id, copy, data);
                seal(keys->header, data, sizeof(data), plain, sizeof(plain), at + sizeof(*id));
        }
}

static int header_copy_open(const CipherKeys *keys, unsigned copy, const uint8_t *at, CipherId *id,
                            uint8_t plain[static HEADER_PLAIN_SIZE])
{
        uint8_t data[HEADER_DATA_SIZE];

        memcpy(id->bytes, at, sizeof(*id));
        header_data(id, copy, data);
        return open_sealed(keys->header, data, sizeof(data), at + sizeof(*id),
                           CIPHER_HEADER_COPY_SIZE - sizeof(*id), plain);
}

int cipher_header_decode(const CipherKeys *keys, const uint8_t *data, size_t size, CipherId *out)
{
        uint8_t plain[2][HEADER_PLAIN_SIZE];
        CipherId ids[2];
        unsigned good = 0;

        for (unsigned copy = 0; copy < 2; copy++)
                if ((copy + 1) * CIPHER_HEADER_COPY_SIZE <= size &&
                    header_copy_open(keys, copy, data + copy * CIPHER_HEADER_COPY_SIZE, &ids[copy],
                                     plain[copy]) == 0)
                        good++;

        if (good == 0)
                return CIPHER_WRONG_KEY;
        if (good == 1 || memcmp(&ids[0], &ids[1], sizeof(ids[0])) != 0 ||
            memcmp(plain[0], plain[1], sizeof(plain[0])) != 0)
                return CIPHER_DAMAGED;
        if (get_le32(plain[0]) != FORMAT_VERSION || get_le32(plain[0] + 4) != CIPHER_BLOCK_SIZE)
                return CIPHER_TOO_NEW;
        *out = ids[0];
        return 0;
}
