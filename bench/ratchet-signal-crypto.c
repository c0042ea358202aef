/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The primitives that libsignal-protocol-c asks its user for: hashes from libsodium, AES from OpenSSL. */
#include <stdlib.h>

#include <openssl/evp.h>
#include <sodium.h>

#include "bench/ratchet-signal.h"

static int fill(uint8_t *data, size_t size, void *userdata)
{
        randombytes_buf(data, size);
        return 0;
}

static int hmac_init(void **context, const uint8_t *key, size_t size, void *userdata)
{
        crypto_auth_hmacsha256_state *state = malloc(sizeof(*state));

        if (!state)
                return SG_ERR_NOMEM;
        crypto_auth_hmacsha256_init(state, key, size);
        *context = state;
        return 0;
}

static int hmac_update(void *context, const uint8_t *data, size_t size, void *userdata)
{
        return crypto_auth_hmacsha256_update(context, data, size);
}

static int hmac_final(void *context, signal_buffer **out, void *userdata)
{
        uint8_t hash[crypto_auth_hmacsha256_BYTES];

        crypto_auth_hmacsha256_final(context, hash);
        *out = signal_buffer_create(hash, sizeof(hash));
        return *out ? 0 : SG_ERR_NOMEM;
}

static int sha512_init(void **context, void *userdata)
{
        crypto_hash_sha512_state *state = malloc(sizeof(*state));

        if (!state)
                return SG_ERR_NOMEM;
        crypto_hash_sha512_init(state);
        *context = state;
        return 0;
}

static int sha512_update(void *context, const uint8_t *data, size_t size, void *userdata)
{
        return crypto_hash_sha512_update(context, data, size);
}

static int sha512_final(void *context, signal_buffer **out, void *userdata)
{
        uint8_t hash[crypto_hash_sha512_BYTES];

        crypto_hash_sha512_final(context, hash);
        *out = signal_buffer_create(hash, sizeof(hash));
        return *out ? 0 : SG_ERR_NOMEM;
}

static void release(void *context, void *userdata)
{
        free(context);
}

/* AES-256-CBC with PKCS#7 padding: all that sessions of the current version use. */
static int cipher(signal_buffer **out, int mode, int encrypts, const uint8_t *key, const uint8_t *iv,
                  const uint8_t *data, size_t size)
{
        static EVP_CIPHER_CTX *context;
        uint8_t result[8192];
        int part, last;

        if (mode != SG_CIPHER_AES_CBC_PKCS5 || size + 32 > sizeof(result))
                return SG_ERR_INVAL;
        if (!context)
                context = EVP_CIPHER_CTX_new();
        if (!context || !EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, key, iv, encrypts) ||
            !EVP_CipherUpdate(context, result, &part, data, (int)size) ||
            !EVP_CipherFinal_ex(context, result + part, &last))
                return SG_ERR_UNKNOWN;
        *out = signal_buffer_create(result, (size_t)(part + last));
        return *out ? 0 : SG_ERR_NOMEM;
}

static int encrypt(signal_buffer **out, int mode, const uint8_t *key, size_t key_size, const uint8_t *iv,
                   size_t iv_size, const uint8_t *data, size_t size, void *userdata)
{
        return cipher(out, mode, 1, key, iv, data, size);
}

static int decrypt(signal_buffer **out, int mode, const uint8_t *key, size_t key_size, const uint8_t *iv,
                   size_t iv_size, const uint8_t *data, size_t size, void *userdata)
{
        return cipher(out, mode, 0, key, iv, data, size);
}

const signal_crypto_provider ratchet_signal_crypto = {
        .random_func = fill,
        .hmac_sha256_init_func = hmac_init,
        .hmac_sha256_update_func = hmac_update,
        .hmac_sha256_final_func = hmac_final,
        .hmac_sha256_cleanup_func = release,
        .sha512_digest_init_func = sha512_init,
        .sha512_digest_update_func = sha512_update,
        .sha512_digest_final_func = sha512_final,
        .sha512_digest_cleanup_func = release,
        .encrypt_func = encrypt,
        .decrypt_func = decrypt,
};
