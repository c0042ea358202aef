/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prekeys and bundles, as strangers and servers would like to have them. */
#include <sodium.h>
#include <string.h>

#include "e2ee/labels.h"
#include "e2ee/prekey-format.h"
#include "e2ee/sign.h"
#include "tests/unit/e2ee/side.h"

typedef struct Parts { /* what a server hands out, in buffers of our own */
        uint8_t identity[PUBLIC_IDENTITY_SIZE];
        uint8_t signed_prekey[PREKEY_PUBLIC_MAX], one_time[PREKEY_ENCODED_SIZE],
                last_resort[PREKEY_ENCODED_SIZE];
        PrekeyBundleParts parts;
} Parts;

static void get_parts(Side *side, Parts *out)
{
        Prekey *one_time = side_add_prekey(side, PREKEY_ONE_TIME);

        out->parts = (PrekeyBundleParts){
                .identity = out->identity,
                .signed_prekey = out->signed_prekey,
                .one_time_prekey = out->one_time,
                .last_resort_prekey = out->last_resort,
                .identity_size = public_identity_encode(&side->identity.public_identity, out->identity),
                .signed_prekey_size = prekey_encode_public(&side->prekeys[0], out->signed_prekey),
                .one_time_prekey_size = prekey_encode_public(one_time, out->one_time),
                .last_resort_prekey_size = prekey_encode_public(&side->prekeys[1], out->last_resort),
        };
}

static int decode(const Side *side, const Parts *parts, PrekeyBundle *out)
{
        return prekey_bundle_decode(&side->self.address, &parts->parts, out);
}

static void test_bundle(Pair *pair, const void *data)
{
        Side *bob = &pair->bob;
        PrekeyBundle bundle;
        Parts parts;

        get_parts(bob, &parts);
        g_assert_cmpint(decode(bob, &parts, &bundle), ==, 0);
        g_assert_cmpuint(bundle.signed_prekey_id, ==, bob->prekeys[0].id);
        g_assert_cmpmem(&bundle.signed_prekey, 32, &bob->prekeys[0].pair.public_key, 32);
        g_assert_true(bundle.has_one_time_prekey);
        g_assert_cmpint(bundle.one_time_prekey_kind, ==, PREKEY_ONE_TIME);
        g_assert_cmpuint(bundle.one_time_prekey_id, ==, bob->prekeys[2].id);
        g_assert_cmpmem(&bundle.one_time_prekey, 32, &bob->prekeys[2].pair.public_key, 32);

        parts.parts.one_time_prekey = NULL;
        g_assert_cmpint(decode(bob, &parts, &bundle), ==, 0);
        g_assert_cmpint(bundle.one_time_prekey_kind, ==, PREKEY_LAST_RESORT);
        g_assert_cmpuint(bundle.one_time_prekey_id, ==, bob->prekeys[1].id);
        parts.parts.last_resort_prekey = NULL;
        g_assert_cmpint(decode(bob, &parts, &bundle), ==, 0);
        g_assert_false(bundle.has_one_time_prekey);
        parts.parts.signed_prekey = NULL;
        g_assert_cmpint(decode(bob, &parts, &bundle), ==, PREKEY_MALFORMED);
        parts.parts.identity = NULL;
        g_assert_cmpint(decode(bob, &parts, &bundle), ==, PREKEY_MALFORMED);
}

static void assert_no_flip_is_taken(const Side *side, const Parts *parts, uint8_t *part, size_t size)
{
        PrekeyBundle bundle;

        for (size_t i = 0; i < size; i++) {
                part[i] ^= 1;
                g_assert_cmpint(decode(side, parts, &bundle), !=, 0);
                part[i] ^= 1;
        }
}

static void test_flipped(Pair *pair, const void *data)
{
        PrekeyBundle bundle;
        Parts parts;

        get_parts(&pair->bob, &parts);
        assert_no_flip_is_taken(&pair->bob, &parts, parts.identity, parts.parts.identity_size);
        assert_no_flip_is_taken(&pair->bob, &parts, parts.signed_prekey, parts.parts.signed_prekey_size);
        parts.parts.one_time_prekey = NULL;
        assert_no_flip_is_taken(&pair->bob, &parts, parts.last_resort, parts.parts.last_resort_prekey_size);
        g_assert_cmpint(decode(&pair->bob, &parts, &bundle), ==, 0);
}

static void test_truncated(Pair *pair, const void *data)
{
        PrekeyBundle bundle;
        Parts parts, cut;

        get_parts(&pair->bob, &parts);
        for (size_t i = 0; i < parts.parts.signed_prekey_size; i++) {
                cut = parts;
                cut.parts.signed_prekey_size = i;
                g_assert_cmpint(decode(&pair->bob, &cut, &bundle), ==, PREKEY_MALFORMED);
        }
        for (size_t i = 0; i < parts.parts.one_time_prekey_size; i++) {
                cut = parts;
                cut.parts.one_time_prekey_size = i;
                g_assert_cmpint(decode(&pair->bob, &cut, &bundle), ==, PREKEY_MALFORMED);
        }
}

/* Genuine keys in places that are not theirs. */
static void test_swapped(Pair *pair, const void *data)
{
        PrekeyBundle bundle;
        Parts bob, alice;

        get_parts(&pair->bob, &bob);
        get_parts(&pair->alice, &alice);
        bob.parts.signed_prekey = alice.signed_prekey;
        g_assert_cmpint(decode(&pair->bob, &bob, &bundle), ==, PREKEY_BAD_SIGNATURE);
        bob.parts.signed_prekey = bob.last_resort;
        g_assert_cmpint(decode(&pair->bob, &bob, &bundle), ==, PREKEY_MALFORMED);
        /* The last-resort prekey says that it is a signed one: the label tells. */
        bob.last_resort[1] = PREKEY_SIGNED;
        g_assert_cmpint(decode(&pair->bob, &bob, &bundle), ==, PREKEY_BAD_SIGNATURE);
        bob.parts.signed_prekey = bob.signed_prekey;
        bob.parts.identity = alice.identity;
        g_assert_cmpint(decode(&pair->bob, &bob, &bundle), ==, PREKEY_BAD_SIGNATURE);
}

static void test_small_order(Pair *pair, const void *data)
{
        Prekey bad = pair->bob.prekeys[0];
        uint8_t encoded[PREKEY_ENCODED_SIZE];
        PrekeyBundle bundle;
        size_t size;
        Parts parts;

        get_parts(&pair->bob, &parts);
        memset(parts.one_time + 6, 0, 32);
        g_assert_cmpint(decode(&pair->bob, &parts, &bundle), ==, PREKEY_BAD_KEY);

        get_parts(&pair->bob, &parts);
        memset(bad.pair.public_key.bytes, 0, 32);
        size = prekey_encode_public(&bad, encoded);
        sign_labelled(&pair->bob.identity.signing_secret_key, LABEL_SIGN_SIGNED_PREKEY, encoded, size - 64,
                      &bad.signature);
        parts.parts.signed_prekey_size = prekey_encode_public(&bad, parts.signed_prekey);
        g_assert_cmpint(decode(&pair->bob, &parts, &bundle), ==, PREKEY_BAD_KEY);
}

/*
 * An owner of a later version has a KEM key in its prekeys: it is passed over here, and signed all the same.
 */
static void test_kem_slot(Pair *pair, const void *data)
{
        const Prekey *prekey = &pair->bob.prekeys[0];
        ByteWriter writer;
        PrekeyBundle bundle;
        Signature signature;
        uint8_t kem[PREKEY_KEM_KEY_SIZE] = {7};
        Parts parts;

        get_parts(&pair->bob, &parts);
        writer = byte_writer(parts.signed_prekey, sizeof(parts.signed_prekey));
        prekey_write_signed_part(&writer, PREKEY_SIGNED, prekey->id, &prekey->pair.public_key);
        writer.size -= 2;
        write_u16(&writer, PREKEY_KEM_KEY_SIZE);
        write_bytes(&writer, kem, sizeof(kem));
        sign_labelled(&pair->bob.identity.signing_secret_key, LABEL_SIGN_SIGNED_PREKEY, parts.signed_prekey,
                      writer.size, &signature);
        write_bytes(&writer, signature.bytes, 64);
        parts.parts.signed_prekey_size = writer.size;
        g_assert_cmpint(decode(&pair->bob, &parts, &bundle), ==, 0);
        g_assert_cmpuint(bundle.signed_prekey_id, ==, prekey->id);
        parts.signed_prekey[100] ^= 1;
        g_assert_cmpint(decode(&pair->bob, &parts, &bundle), ==, PREKEY_BAD_SIGNATURE);
}

static void test_secret(Pair *pair, const void *data)
{
        uint8_t encoded[PREKEY_SECRET_SIZE];
        Prekey decoded;

        side_add_prekey(&pair->bob, PREKEY_ONE_TIME);
        for (unsigned k = 0; k < 3; k++) {
                const Prekey *prekey = &pair->bob.prekeys[k];
                size_t size = prekey_encode(prekey, encoded);

                g_assert_cmpint(prekey_decode(encoded, size, &decoded), ==, 0);
                g_assert_cmpint(decoded.kind, ==, prekey->kind);
                g_assert_cmpuint(decoded.id, ==, prekey->id);
                g_assert_cmpuint(decoded.created_ms, ==, prekey->created_ms);
                g_assert_cmpmem(&decoded.pair, sizeof(decoded.pair), &prekey->pair, sizeof(decoded.pair));
                g_assert_cmpmem(&decoded.signature, 64, &prekey->signature, 64);
                for (size_t i = 0; i < size; i++)
                        g_assert_cmpint(prekey_decode(encoded, i, &decoded), ==, PREKEY_MALFORMED);
        }
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, function) \
        g_test_add("/e2ee/prekey/" name, Pair, NULL, pair_set_up, function, pair_tear_down)
        ADD("bundle", test_bundle);
        ADD("flipped", test_flipped);
        ADD("truncated", test_truncated);
        ADD("swapped", test_swapped);
        ADD("small-order", test_small_order);
        ADD("kem-slot", test_kem_slot);
        ADD("secret", test_secret);
        return g_test_run();
}
