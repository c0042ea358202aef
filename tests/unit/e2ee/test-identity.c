/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identities: their encodings, and safety numbers. */
#include <sodium.h>
#include <string.h>

#include "e2ee/dh.h"
#include "e2ee/fingerprint.h"
#include "e2ee/labels.h"
#include "e2ee/sign.h"
#include "tests/unit/e2ee/side.h"

static void test_public(Pair *pair, const void *data)
{
        uint8_t encoded[PUBLIC_IDENTITY_SIZE];
        size_t size = public_identity_encode(&pair->alice.identity.public_identity, encoded);
        PublicIdentity decoded;

        g_assert_cmpuint(size, ==, 129);
        g_assert_cmpint(public_identity_decode(encoded, size, &decoded), ==, 0);
        g_assert_cmpmem(&decoded, sizeof(decoded), &pair->alice.identity.public_identity, sizeof(decoded));
        for (size_t i = 0; i < size; i++)
                g_assert_cmpint(public_identity_decode(encoded, i, &decoded), ==, IDENTITY_MALFORMED);
        g_assert_cmpint(public_identity_decode(encoded, size + 1, &decoded), ==, IDENTITY_MALFORMED);
        for (size_t i = 0; i < size; i++) {
                encoded[i] ^= 1;
                g_assert_cmpint(public_identity_decode(encoded, size, &decoded), ==,
                                i == 0 ? IDENTITY_MALFORMED : IDENTITY_BAD_SIGNATURE);
                encoded[i] ^= 1;
        }
}

/* The DH key of one identity is not that of another, though both parts are genuine. */
static void test_mixed(Pair *pair, const void *data)
{
        PublicIdentity mixed = pair->alice.identity.public_identity, decoded;
        uint8_t encoded[PUBLIC_IDENTITY_SIZE];

        mixed.dh_key = pair->bob.identity.public_identity.dh_key;
        mixed.dh_key_signature = pair->bob.identity.public_identity.dh_key_signature;
        g_assert_cmpint(public_identity_decode(encoded, public_identity_encode(&mixed, encoded), &decoded),
                        ==, IDENTITY_BAD_SIGNATURE);
}

/* A DH key of small order is refused, even where its owner has signed it. */
static void test_small_order(Pair *pair, const void *data)
{
        PublicIdentity bad = pair->alice.identity.public_identity, decoded;
        uint8_t encoded[PUBLIC_IDENTITY_SIZE], input[64];

        memset(bad.dh_key.bytes, 0, 32);
        bad.dh_key.bytes[0] = 1;
        memcpy(input, bad.signing_key.bytes, 32);
        memcpy(input + 32, bad.dh_key.bytes, 32);
        sign_labelled(&pair->alice.identity.signing_secret_key, LABEL_SIGN_IDENTITY_DH_KEY, input,
                      sizeof(input), &bad.dh_key_signature);
        g_assert_cmpint(public_identity_decode(encoded, public_identity_encode(&bad, encoded), &decoded), ==,
                        IDENTITY_MALFORMED);
}

static void test_secret(Pair *pair, const void *data)
{
        uint8_t encoded[IDENTITY_ENCODED_SIZE];
        size_t size = identity_encode(&pair->alice.identity, encoded);
        Identity decoded;

        g_assert_cmpint(identity_decode(encoded, size, &decoded), ==, 0);
        g_assert_cmpmem(&decoded, sizeof(decoded), &pair->alice.identity, sizeof(decoded));
        for (size_t i = 0; i < size; i++)
                g_assert_cmpint(identity_decode(encoded, i, &decoded), !=, 0);
        for (size_t i = 0; i < size; i++) {
                /* A bit that X25519's clamping leaves alone. */
                encoded[i] ^= 0x10;
                g_assert_cmpint(identity_decode(encoded, size, &decoded), !=, 0);
                encoded[i] ^= 0x10;
        }
        identity_wipe(&decoded);
        g_assert_true(sodium_is_zero((const uint8_t *)&decoded, sizeof(decoded)));
}

/* The same bytes under another label are another message. */
static void test_labels(Pair *pair, const void *data)
{
        const Identity *identity = &pair->alice.identity;
        Signature signature;

        sign_labelled(&identity->signing_secret_key, LABEL_SIGN_SIGNED_PREKEY, (const uint8_t *)"data", 4,
                      &signature);
        g_assert_true(verify_labelled(&identity->public_identity.signing_key, LABEL_SIGN_SIGNED_PREKEY,
                                      (const uint8_t *)"data", 4, &signature));
        g_assert_false(verify_labelled(&identity->public_identity.signing_key, LABEL_SIGN_LAST_RESORT_PREKEY,
                                       (const uint8_t *)"data", 4, &signature));
        g_assert_false(ed25519_verify(&identity->public_identity.signing_key, (const uint8_t *)"data", 4,
                                      &signature));
}

static void test_safety_number(Pair *pair, const void *data)
{
        const PublicIdentity *alice = &pair->alice.identity.public_identity;
        const PublicIdentity *bob = &pair->bob.identity.public_identity;
        char here[SAFETY_NUMBER_SIZE], there[SAFETY_NUMBER_SIZE];

        safety_number("alice", alice, "bob", bob, here);
        safety_number("bob", bob, "alice", alice, there);
        g_assert_cmpstr(here, ==, there);
        g_assert_cmpuint(strlen(here), ==, 60);
        g_assert_cmpuint(strspn(here, "0123456789"), ==, 60);
        safety_number("alice", alice, "bobby", bob, there);
        g_assert_cmpstr(here, !=, there);
        safety_number("alice", alice, "bob", alice, there);
        g_assert_cmpstr(here, !=, there);
        safety_number("bob", alice, "alice", bob, there);
        g_assert_cmpstr(here, !=, there);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, function) \
        g_test_add("/e2ee/identity/" name, Pair, NULL, pair_set_up, function, pair_tear_down)
        ADD("public", test_public);
        ADD("mixed", test_mixed);
        ADD("small-order", test_small_order);
        ADD("secret", test_secret);
        ADD("labels", test_labels);
        ADD("safety-number", test_safety_number);
        return g_test_run();
}
