/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The published vectors for what libe2ee stands on, through libe2ee's own functions. */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "e2ee/aead.h"
#include "e2ee/chain.h"
#include "e2ee/dh.h"
#include "e2ee/fingerprint.h"
#include "e2ee/hkdf.h"
#include "e2ee/sas-emoji.h"
#include "e2ee/sas.h"
#include "e2ee/sign.h"
#include "tests/vectors/vectors.h"

static const uint8_t *data_of(GBytes *bytes)
{
        return g_bytes_get_data(bytes, NULL);
}

static void run_x25519(JsonObject *group, JsonObject *test, void *userdata)
{
        uint8_t expected[DH_OUTPUT_SIZE], output[DH_OUTPUT_SIZE];
        unsigned *refused = userdata;
        DhSecretKey secret;
        DhPublicKey public_key;
        int r;

        vectors_fixed(test, "private", secret.bytes, sizeof(secret.bytes));
        vectors_fixed(test, "public", public_key.bytes, sizeof(public_key.bytes));
        vectors_fixed(test, "shared", expected, sizeof(expected));
        r = dh(&secret, &public_key, output);
        /* "acceptable" are those that an implementation may refuse: we refuse those whose result is zero. */
        g_assert_cmpint(r, ==, sodium_is_zero(expected, sizeof(expected)) ? DH_SMALL_ORDER : 0);
        g_assert_cmpmem(output, sizeof(output), expected, sizeof(expected));
        g_assert_cmpint(dh_public_key_is_usable(&public_key), ==, r == 0);
        *refused += r != 0;
        if (r != 0)
                g_assert_true(vectors_says(test, "acceptable"));
}

static void test_x25519(void)
{
        unsigned refused = 0;

        if (vectors_run("wycheproof/x25519_test.json", run_x25519, &refused) > 0)
                g_assert_cmpuint(refused, >, 0);
}

static void run_ed25519(JsonObject *group, JsonObject *test, void *userdata)
{
        JsonObject *key = json_object_get_object_member(group, "publicKey");
        g_autoptr(GBytes) message = vectors_bytes(test, "msg"), encoded = vectors_bytes(test, "sig");
        SigningPublicKey public_key;
        Signature signature;

        vectors_fixed(key, "pk", public_key.bytes, sizeof(public_key.bytes));
        if (g_bytes_get_size(encoded) != sizeof(signature.bytes)) {
                /* Our type holds no other size; every decoder checks it. */
                g_assert_true(vectors_says(test, "invalid"));
                return;
        }
        memcpy(signature.bytes, data_of(encoded), sizeof(signature.bytes));
        g_assert_cmpint(ed25519_verify(&public_key, data_of(message), g_bytes_get_size(message), &signature),
                        ==, vectors_says(test, "valid"));
}

static void test_ed25519(void)
{
        vectors_run("wycheproof/ed25519_test.json", run_ed25519, NULL);
}

static void run_aead(JsonObject *group, JsonObject *test, void *userdata)
{
        g_autoptr(GBytes) nonce = vectors_bytes(test, "iv"), ad = vectors_bytes(test, "aad");
        g_autoptr(GBytes) message = vectors_bytes(test, "msg"), text = vectors_bytes(test, "ct");
        size_t size = g_bytes_get_size(message);
        g_autofree uint8_t *sealed = g_malloc0(size + AEAD_TAG_SIZE), *out = g_malloc0(size + AEAD_TAG_SIZE);
        uint8_t key[AEAD_KEY_SIZE];
        bool opened;

        if (g_bytes_get_size(nonce) != AEAD_NONCE_SIZE) {
                g_assert_true(vectors_says(test, "invalid"));
                return;
        }
        vectors_fixed(test, "key", key, sizeof(key));
        g_assert_cmpuint(g_bytes_get_size(text), ==, size);
        memcpy(sealed, data_of(text), size);
        vectors_fixed(test, "tag", sealed + size, AEAD_TAG_SIZE);

        opened = aead_open(key, data_of(nonce), data_of(ad), g_bytes_get_size(ad), sealed,
                           size + AEAD_TAG_SIZE, out);
        g_assert_cmpint(opened, ==, vectors_says(test, "valid"));
        if (!opened)
                return;
        g_assert_cmpmem(out, (int)size, data_of(message), (int)size);
        aead_seal(key, data_of(nonce), data_of(ad), g_bytes_get_size(ad), data_of(message), size, out);
        g_assert_cmpmem(out, (int)size + AEAD_TAG_SIZE, sealed, (int)size + AEAD_TAG_SIZE);
        /* In place, as sessions use it. */
        g_assert_true(aead_open(key, data_of(nonce), data_of(ad), g_bytes_get_size(ad), out,
                                size + AEAD_TAG_SIZE, out));
        g_assert_cmpmem(out, (int)size, data_of(message), (int)size);
}

static void test_aead(void)
{
        vectors_run("wycheproof/xchacha20_poly1305_test.json", run_aead, NULL);
}

static void run_hkdf(JsonObject *group, JsonObject *test, void *userdata)
{
        g_autoptr(GBytes) key = vectors_bytes(test, "ikm"), salt = vectors_bytes(test, "salt");
        g_autoptr(GBytes) info = vectors_bytes(test, "info"), expected = vectors_bytes(test, "okm");
        size_t size = (size_t)json_object_get_int_member(test, "size");
        g_autofree uint8_t *out = g_malloc0(size + 1);
        int r;

        r = hkdf_sha256(g_bytes_get_size(salt) > 0 ? data_of(salt) : NULL, g_bytes_get_size(salt),
                        data_of(key), g_bytes_get_size(key), data_of(info), g_bytes_get_size(info), out,
                        size);
        if (vectors_says(test, "invalid")) {
                g_assert_cmpint(r, ==, -EINVAL);
                return;
        }
        g_assert_cmpint(r, ==, 0);
        g_assert_cmpmem(out, (int)size, data_of(expected), (int)g_bytes_get_size(expected));
}

static void test_hkdf(void)
{
        vectors_run("wycheproof/hkdf_sha256_test.json", run_hkdf, NULL);
}

/* HKDF's extraction is HMAC-SHA256 with the salt as its key. */
static void run_hmac(JsonObject *group, JsonObject *test, void *userdata)
{
        g_autoptr(GBytes) key = vectors_bytes(test, "key"), message = vectors_bytes(test, "msg");
        g_autoptr(GBytes) tag = vectors_bytes(test, "tag");
        uint8_t out[HKDF_HASH_SIZE];

        hkdf_sha256_extract(data_of(key), g_bytes_get_size(key), data_of(message), g_bytes_get_size(message),
                            out);
        g_assert_cmpuint(g_bytes_get_size(tag), <=, sizeof(out));
        g_assert_cmpint(memcmp(out, data_of(tag), g_bytes_get_size(tag)) == 0, ==,
                        vectors_says(test, "valid"));
}

static void test_hmac(void)
{
        vectors_run("wycheproof/hmac_sha256_test.json", run_hmac, NULL);
}

static void test_chain_key(void)
{
        g_autoptr(JsonObject) vector = vectors_load("chain-key.json");
        uint8_t cipher_key[32], mac_key[32], out[64];
        ChainKey chain, next;
        MessageKey key;

        if (!vector)
                return;
        vectors_fixed(vector, "chain_key", chain.bytes, sizeof(chain.bytes));
        vectors_fixed(vector, "next_chain_key", next.bytes, sizeof(next.bytes));
        vectors_fixed(vector, "cipher_key", cipher_key, sizeof(cipher_key));
        vectors_fixed(vector, "mac_key", mac_key, sizeof(mac_key));
        chain_step(&chain, &key);
        g_assert_cmpmem(chain.bytes, sizeof(chain.bytes), next.bytes, sizeof(next.bytes));
        /* The vector derives two keys from the message key, which shows the message key itself. */
        g_assert_cmpint(hkdf_sha256(NULL, 0, key.bytes, sizeof(key.bytes),
                                    (const uint8_t *)"WhisperMessageKeys", 18, out, sizeof(out)),
                        ==, 0);
        g_assert_cmpmem(out, 32, cipher_key, 32);
        g_assert_cmpmem(out + 32, 32, mac_key, 32);
}

static void half_of(JsonObject *vector, const char *member, char out[static 31])
{
        JsonObject *side = json_object_get_object_member(vector, member);
        const char *id = json_object_get_string_member(side, "id");
        g_autoptr(GBytes) key = vectors_bytes(side, "key");

        safety_number_half((const uint8_t *)id, strlen(id), data_of(key), g_bytes_get_size(key),
                           (unsigned)json_object_get_int_member(vector, "iterations"), out);
}

static void test_fingerprint(void)
{
        g_autoptr(JsonObject) vector = vectors_load("fingerprint.json");
        char alice[31], bob[31], joined[SAFETY_NUMBER_SIZE];

        if (!vector)
                return;
        half_of(vector, "alice", alice);
        half_of(vector, "bob", bob);
        safety_number_join(alice, bob, joined);
        g_assert_cmpstr(joined, ==, json_object_get_string_member(vector, "digits"));
        safety_number_join(bob, alice, joined);
        g_assert_cmpstr(joined, ==, json_object_get_string_member(vector, "digits"));
}

static void test_emoji(void)
{
        g_autoptr(JsonArray) published = vectors_load_array("sas-emoji.json");

        if (!published)
                return;
        g_assert_cmpuint(json_array_get_length(published), ==, SAS_EMOJI_KINDS);
        for (unsigned i = 0; i < SAS_EMOJI_KINDS; i++) {
                JsonObject *row = json_array_get_object_element(published, i);
                const SasEmoji *ours = sas_emoji(i);

                g_assert_cmpint(json_object_get_int_member(row, "number"), ==, i);
                g_assert_cmpstr(ours->emoji, ==, json_object_get_string_member(row, "emoji"));
                g_assert_cmpstr(ours->name, ==, json_object_get_string_member(row, "description"));
        }
        g_assert_null(sas_emoji(SAS_EMOJI_KINDS));
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/vectors/x25519", test_x25519);
        g_test_add_func("/vectors/ed25519", test_ed25519);
        g_test_add_func("/vectors/xchacha20-poly1305", test_aead);
        g_test_add_func("/vectors/hkdf-sha256", test_hkdf);
        g_test_add_func("/vectors/hmac-sha256", test_hmac);
        g_test_add_func("/vectors/chain-key", test_chain_key);
        g_test_add_func("/vectors/fingerprint", test_fingerprint);
        g_test_add_func("/vectors/emoji", test_emoji);
        return g_test_run();
}
