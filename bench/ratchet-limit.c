/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What no implementation of a Double Ratchet with sealed headers can do without, straight from libsodium:
 * for each message two keyed hashes at each end, header and body sealed and opened, and random nonces; for
 * each turn of the DH ratchet a new key pair, X25519 at each end and the root step's HKDF at each end. No
 * state, no padding, no framing, no wiping, no copy, no malloc, and the text is not compared.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/ratchet.h"

enum { KEY = 32, NONCE = 24, TAG = 16, HEADER = 40, TRANSCRIPT = 32, PREFIX = 18 };

typedef struct Limit {
        uint8_t secret[2][KEY], public_key[2][KEY], chain[2][KEY], header_key[KEY], root[KEY];
        uint8_t ad[TRANSCRIPT + PREFIX + NONCE + HEADER + TAG];
        int last_from;
} Limit;

static void chain_step(uint8_t chain[static KEY], uint8_t out[static KEY])
{
        crypto_auth_hmacsha256_state keyed, state;

        crypto_auth_hmacsha256_init(&keyed, chain, KEY);
        state = keyed;
        crypto_auth_hmacsha256_update(&state, (const uint8_t *)"\1", 1);
        crypto_auth_hmacsha256_final(&state, out);
        crypto_auth_hmacsha256_update(&keyed, (const uint8_t *)"\2", 1);
        crypto_auth_hmacsha256_final(&keyed, chain);
}

/* HKDF to 96 bytes: one extraction and three blocks. */
static void root_step(Limit *limit, const uint8_t input[static KEY])
{
        static const uint8_t info[32];
        crypto_auth_hmacsha256_state keyed, state;
        uint8_t block[KEY];

        crypto_auth_hmacsha256_init(&state, limit->root, KEY);
        crypto_auth_hmacsha256_update(&state, input, KEY);
        crypto_auth_hmacsha256_final(&state, block);
        crypto_auth_hmacsha256_init(&keyed, block, KEY);
        for (uint8_t i = 1; i <= 3; i++) {
                state = keyed;
                if (i > 1)
                        crypto_auth_hmacsha256_update(&state, block, KEY);
                crypto_auth_hmacsha256_update(&state, info, sizeof(info));
                crypto_auth_hmacsha256_update(&state, &i, 1);
                crypto_auth_hmacsha256_final(&state, block);
        }
}

static void turn(Limit *limit, int from)
{
        uint8_t shared[KEY];

        randombytes_buf(limit->secret[from], KEY);
        ratchet_expect(crypto_scalarmult_base(limit->public_key[from], limit->secret[from]) == 0,
                       "key pair");
        ratchet_expect(crypto_scalarmult(shared, limit->secret[from], limit->public_key[!from]) == 0,
                       "X25519");
        root_step(limit, shared);
        ratchet_expect(crypto_scalarmult(shared, limit->secret[!from], limit->public_key[from]) == 0,
                       "X25519");
        root_step(limit, shared);
}

static void exchange(void *engine, int from, const uint8_t text[static RATCHET_TEXT_SIZE])
{
        Limit *limit = engine;
        uint8_t nonces[2][NONCE], key[2][KEY], header[HEADER + TAG] = {0}, body[RATCHET_TEXT_SIZE + TAG];

        if (limit->last_from != from)
                turn(limit, from);
        limit->last_from = from;

        randombytes_buf(nonces, sizeof(nonces));
        chain_step(limit->chain[0], key[0]);
        crypto_aead_xchacha20poly1305_ietf_encrypt(header, NULL, header, HEADER, limit->ad,
                                                   TRANSCRIPT + PREFIX, NULL, nonces[0], limit->header_key);
        crypto_aead_xchacha20poly1305_ietf_encrypt(body, NULL, text, RATCHET_TEXT_SIZE, limit->ad,
                                                   sizeof(limit->ad), NULL, nonces[1], key[0]);

        chain_step(limit->chain[1], key[1]);
        ratchet_expect(crypto_aead_xchacha20poly1305_ietf_decrypt(header, NULL, NULL, header, sizeof(header),
                                                                  limit->ad, TRANSCRIPT + PREFIX, nonces[0],
                                                                  limit->header_key) == 0,
                       "opening a header");
        ratchet_expect(crypto_aead_xchacha20poly1305_ietf_decrypt(body, NULL, NULL, body, sizeof(body),
                                                                  limit->ad, sizeof(limit->ad), nonces[1],
                                                                  key[1]) == 0,
                       "opening a body");
}

static void *open_pair(void)
{
        Limit *limit = calloc(1, sizeof(*limit));

        ratchet_expect(limit != NULL, "calloc");
        randombytes_buf(limit->chain[0], KEY);
        memcpy(limit->chain[1], limit->chain[0], KEY);
        for (int i = 0; i < 2; i++) {
                randombytes_buf(limit->secret[i], KEY);
                ratchet_expect(crypto_scalarmult_base(limit->public_key[i], limit->secret[i]) == 0,
                               "key pair");
        }
        limit->last_from = 1;
        exchange(limit, 0, (const uint8_t[RATCHET_TEXT_SIZE]){0});
        exchange(limit, 1, (const uint8_t[RATCHET_TEXT_SIZE]){0});
        return limit;
}

const RatchetEngine ratchet_limit = {"bare primitives", open_pair, exchange, free};
