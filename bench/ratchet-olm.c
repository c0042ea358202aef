/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libolm. Its messages are base64, as its API has no other form. */
#include <stdlib.h>
#include <string.h>

#include <olm/olm.h>
#include <sodium.h>

#include "bench/ratchet.h"

enum { RANDOM_MAX = 4096, MESSAGE_MAX = 4096, KEY_BASE64 = 43 };

typedef struct Pair {
        OlmAccount *accounts[2];
        OlmSession *sessions[2];
} Pair;

static void expect(size_t result, const char *what)
{
        ratchet_expect(result != olm_error(), what);
}

static void *random_bytes(size_t size)
{
        static uint8_t bytes[RANDOM_MAX];

        ratchet_expect(size <= sizeof(bytes), "room for randomness");
        randombytes_buf(bytes, size);
        return bytes;
}

/* The first base64 key that follows a name in olm's JSON. */
static void find_key(const char *json, const char *name, char out[static KEY_BASE64])
{
        const char *at = strstr(json, name);

        ratchet_expect(at != NULL, name);
        for (at += strlen(name); strcspn(at, "\"") != KEY_BASE64; at += strcspn(at, "\"") + 1)
                ratchet_expect(*at != 0, "a key in olm's JSON");
        memcpy(out, at, KEY_BASE64);
}

static size_t encrypt(OlmSession *session, const uint8_t *text, char *message, size_t *type_out)
{
        size_t random_size = olm_encrypt_random_length(session), size;

        *type_out = olm_encrypt_message_type(session);
        size = olm_encrypt_message_length(session, RATCHET_TEXT_SIZE);
        ratchet_expect(size <= MESSAGE_MAX, "room for a message");
        expect(olm_encrypt(session, text, RATCHET_TEXT_SIZE, random_bytes(random_size), random_size, message,
                           size),
               "olm_encrypt");
        return size;
}

static void exchange(void *engine, int from, const uint8_t text[static RATCHET_TEXT_SIZE])
{
        Pair *pair = engine;
        char message[MESSAGE_MAX], copy[MESSAGE_MAX];
        uint8_t plain[MESSAGE_MAX];
        size_t type, size, plain_size;

        size = encrypt(pair->sessions[from], text, message, &type);
        memcpy(copy, message, size); /* asking for the length destroys the message */
        plain_size = olm_decrypt_max_plaintext_length(pair->sessions[!from], type, copy, size);
        ratchet_expect(plain_size <= sizeof(plain), "room for a text");
        plain_size = olm_decrypt(pair->sessions[!from], type, message, size, plain, plain_size);
        ratchet_expect(plain_size == RATCHET_TEXT_SIZE && memcmp(plain, text, plain_size) == 0,
                       "olm_decrypt");
}

static OlmAccount *make_account(void)
{
        void *memory = malloc(olm_account_size());
        OlmAccount *account;
        size_t size;

        ratchet_expect(memory != NULL, "malloc");
        account = olm_account(memory);
        size = olm_create_account_random_length(account);
        expect(olm_create_account(account, random_bytes(size), size), "olm_create_account");
        return account;
}

static OlmSession *make_session(void)
{
        void *memory = malloc(olm_session_size());

        ratchet_expect(memory != NULL, "malloc");
        return olm_session(memory);
}

static void start(Pair *pair)
{
        static const uint8_t text[RATCHET_TEXT_SIZE];
        char json[4096] = {0}, identity[KEY_BASE64], one_time[KEY_BASE64], message[MESSAGE_MAX],
             copy[MESSAGE_MAX];
        uint8_t plain[MESSAGE_MAX];
        size_t size, type;

        size = olm_account_generate_one_time_keys_random_length(pair->accounts[1], 1);
        expect(olm_account_generate_one_time_keys(pair->accounts[1], 1, random_bytes(size), size),
               "one-time keys");
        expect(olm_account_identity_keys(pair->accounts[1], json,
                                         olm_account_identity_keys_length(pair->accounts[1])),
               "identity keys");
        find_key(json, "\"curve25519\"", identity);
        memset(json, 0, sizeof(json));
        expect(olm_account_one_time_keys(pair->accounts[1], json,
                                         olm_account_one_time_keys_length(pair->accounts[1])),
               "one-time keys");
        find_key(json, "\"curve25519\"", one_time);

        size = olm_create_outbound_session_random_length(pair->sessions[0]);
        expect(olm_create_outbound_session(pair->sessions[0], pair->accounts[0], identity, KEY_BASE64,
                                           one_time, KEY_BASE64, random_bytes(size), size),
               "olm_create_outbound_session");
        size = encrypt(pair->sessions[0], text, message, &type);
        memcpy(copy, message, size);
        expect(olm_create_inbound_session(pair->sessions[1], pair->accounts[1], copy, size),
               "olm_create_inbound_session");
        expect(olm_decrypt(pair->sessions[1], type, message, size, plain, sizeof(plain)), "olm_decrypt");
        exchange(pair, 1, text);
}

static void *open_pair(void)
{
        Pair *pair = calloc(1, sizeof(*pair));

        ratchet_expect(pair != NULL, "calloc");
        for (int i = 0; i < 2; i++) {
                pair->accounts[i] = make_account();
                pair->sessions[i] = make_session();
        }
        start(pair);
        return pair;
}

static void close_pair(void *engine)
{
        Pair *pair = engine;

        for (int i = 0; i < 2; i++) {
                olm_clear_session(pair->sessions[i]);
                olm_clear_account(pair->accounts[i]);
                free(pair->sessions[i]);
                free(pair->accounts[i]);
        }
        free(pair);
}

const RatchetEngine ratchet_olm = {"libolm", open_pair, exchange, close_pair};
