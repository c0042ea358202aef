/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing emoji: both see the same, whoever stands between them gives other ones, and cannot look for
 * better. */
#include <sodium.h>
#include <string.h>

#include "e2ee/dh.h"
#include "e2ee/hkdf.h"
#include "e2ee/sas-emoji.h"
#include "e2ee/sas.h"
#include "tests/unit/e2ee/side.h"

typedef struct Meeting { /* of two, each with their own view of the exchange */
        SasExchange at_starter, at_other;
        DhKeyPair starter, other;
} Meeting;

static void meeting_init(Meeting *meeting, Side *starter, Side *other)
{
        const SasExchange exchange = {
                        .id = "an exchange's ID",
                        .starter = {"alice", &starter->identity.public_identity},
                        .other = {"bob", &other->identity.public_identity},
        };

        *meeting = (Meeting){.at_starter = exchange, .at_other = exchange};
        dh_generate(&meeting->starter, &starter->context);
        dh_generate(&meeting->other, &other->context);
}

static void finish(const Meeting *meeting, SasResult *starter_out, SasResult *other_out)
{
        g_assert_cmpint(sas_finish(&meeting->at_starter, true, &meeting->starter, &meeting->other.public_key,
                                   starter_out),
                        ==, 0);
        g_assert_cmpint(sas_finish(&meeting->at_other, false, &meeting->other, &meeting->starter.public_key,
                                   other_out),
                        ==, 0);
}

static void test_same(Pair *pair, const void *data)
{
        SasCommitment commitment;
        SasResult a, b;
        Meeting meeting;

        meeting_init(&meeting, &pair->alice, &pair->bob);
        sas_commit(&meeting.at_starter, &meeting.starter.public_key, &commitment);
        g_assert_true(sas_commitment_fits(&meeting.at_other, &commitment, &meeting.starter.public_key));
        finish(&meeting, &a, &b);
        g_assert_cmpmem(a.emoji, sizeof(a.emoji), b.emoji, sizeof(b.emoji));
        for (unsigned i = 0; i < SAS_EMOJI_COUNT; i++)
                g_assert_nonnull(sas_emoji(a.emoji[i]));
        g_assert_true(sas_confirmation_fits(&a, b.local_confirmation));
        g_assert_true(sas_confirmation_fits(&b, a.local_confirmation));
        /* Nobody's confirmation can be sent back to them. */
        g_assert_false(sas_confirmation_fits(&a, a.local_confirmation));
        g_assert_false(sas_confirmation_fits(&b, b.local_confirmation));
}

/* Whatever the two see differently, they see different emoji, and neither confirms for the other. */
static void assert_differs(const Meeting *meeting)
{
        SasResult a, b;

        finish(meeting, &a, &b);
        g_assert_cmpint(memcmp(a.emoji, b.emoji, sizeof(a.emoji)), !=, 0);
        g_assert_false(sas_confirmation_fits(&a, b.local_confirmation));
        g_assert_false(sas_confirmation_fits(&b, a.local_confirmation));
}

static void test_everything_is_bound(Pair *pair, const void *data)
{
        PublicIdentity changed;
        SasCommitment commitment;
        Meeting meeting;
        Side mallory;

        side_init(&mallory, "mallory", 3, 7);
        for (unsigned i = 0; i < 6; i++) {
                meeting_init(&meeting, &pair->alice, &pair->bob);
                changed = *(i < 4 ? meeting.at_other.starter : meeting.at_other.other).identity;
                if (i == 0)
                        meeting.at_other.id[15] ^= 1;
                else if (i == 1)
                        meeting.at_other.starter.name = "alicf";
                else if (i == 2)
                        changed.signing_key = mallory.identity.public_identity.signing_key;
                else if (i == 3)
                        changed.dh_key = mallory.identity.public_identity.dh_key;
                else if (i == 4)
                        changed.signing_key = mallory.identity.public_identity.signing_key;
                else
                        meeting.at_other.other.name = "bo";
                if (i == 2 || i == 3)
                        meeting.at_other.starter.identity = &changed;
                else if (i == 4)
                        meeting.at_other.other.identity = &changed;
                sas_commit(&meeting.at_starter, &meeting.starter.public_key, &commitment);
                g_assert_false(sas_commitment_fits(&meeting.at_other, &commitment,
                                                   &meeting.starter.public_key));
                assert_differs(&meeting);
        }
        side_deinit(&mallory);
}

/*
 * Mallory stands between them, with a session to each. She has to commit towards Bob before she sees his
 * key, and to show a key to Alice before she sees hers: whatever she does after changes nothing any more.
 */
static void test_between(Pair *pair, const void *data)
{
        SasResult at_alice, at_bob, towards_alice, towards_bob;
        Meeting with_alice, with_bob;
        SasCommitment from_alice, from_mallory;
        DhKeyPair better;
        Side mallory;

        side_init(&mallory, "mallory", 3, 7);
        meeting_init(&with_alice, &pair->alice, &mallory);
        meeting_init(&with_bob, &mallory, &pair->bob);
        sas_commit(&with_alice.at_starter, &with_alice.starter.public_key, &from_alice);
        sas_commit(&with_bob.at_starter, &with_bob.starter.public_key, &from_mallory);
        finish(&with_alice, &at_alice, &towards_alice);
        finish(&with_bob, &towards_bob, &at_bob);
        g_assert_cmpint(memcmp(at_alice.emoji, at_bob.emoji, sizeof(at_alice.emoji)), !=, 0);

        /* Now that she knows all keys she could look for one that fits; but she is bound to the one that she
         * hid. */
        for (unsigned i = 0; i < 1000; i++) {
                dh_generate(&better, &mallory.context);
                g_assert_false(sas_commitment_fits(&with_bob.at_other, &from_mallory, &better.public_key));
        }
        /* Alice's own words passed on do not fit either: they are about Mallory. */
        g_assert_false(sas_commitment_fits(&with_bob.at_other, &from_alice, &with_alice.starter.public_key));
        side_deinit(&mallory);
}

static void test_bad_keys(Pair *pair, const void *data)
{
        static const DhPublicKey zero, one = {{1}};
        SasResult result;
        Meeting meeting;

        meeting_init(&meeting, &pair->alice, &pair->bob);
        for (unsigned started_here = 0; started_here < 2; started_here++) {
                const DhKeyPair *local = started_here ? &meeting.starter : &meeting.other;

                g_assert_cmpint(sas_finish(&meeting.at_starter, started_here, local, &zero, &result), ==,
                                SAS_BAD_KEY);
                g_assert_cmpint(sas_finish(&meeting.at_starter, started_here, local, &one, &result), ==,
                                SAS_BAD_KEY);
                g_assert_cmpint(sas_finish(&meeting.at_starter, started_here, local, &local->public_key,
                                           &result),
                                ==, SAS_BAD_KEY);
        }
}

/* The bytes of docs/protocol-e2ee.md, put together here once more. */
static void test_bytes(Pair *pair, const void *data)
{
        static const char head[] = "an exchange's ID\5alice";
        const PublicIdentity *a = &pair->alice.identity.public_identity,
                             *b = &pair->bob.identity.public_identity;
        uint8_t shared[DH_OUTPUT_SIZE], hash[32], okm[64], mac[32], emoji[6];
        g_autoptr(GByteArray) common = g_byte_array_new(), text = g_byte_array_new();
        SasCommitment commitment;
        SasResult result, other;
        Meeting meeting;

        meeting_init(&meeting, &pair->alice, &pair->bob);
        finish(&meeting, &result, &other);
        g_byte_array_append(common, (const uint8_t *)head, sizeof(head) - 1);
        g_byte_array_append(common, a->signing_key.bytes, 32);
        g_byte_array_append(common, a->dh_key.bytes, 32);
        g_byte_array_append(common, (const uint8_t *)"\3bob", 4);
        g_byte_array_append(common, b->signing_key.bytes, 32);
        g_byte_array_append(common, b->dh_key.bytes, 32);

        g_byte_array_append(text, (const uint8_t *)"SecureMessenger1 emoji commitment", 34);
        g_byte_array_append(text, common->data, common->len);
        g_byte_array_append(text, meeting.starter.public_key.bytes, 32);
        crypto_hash_sha256(hash, text->data, text->len);
        sas_commit(&meeting.at_starter, &meeting.starter.public_key, &commitment);
        g_assert_cmpmem(hash, sizeof(hash), commitment.bytes, sizeof(commitment.bytes));

        g_byte_array_set_size(text, 0);
        g_byte_array_append(text, (const uint8_t *)"SecureMessenger1 emoji transcript", 34);
        g_byte_array_append(text, common->data, common->len);
        g_byte_array_append(text, meeting.starter.public_key.bytes, 32);
        g_byte_array_append(text, meeting.other.public_key.bytes, 32);
        crypto_hash_sha256(hash, text->data, text->len);
        g_assert_cmpint(dh(&meeting.starter.secret_key, &meeting.other.public_key, shared), ==, 0);

        g_byte_array_set_size(text, 0);
        g_byte_array_append(text, (const uint8_t *)"SecureMessenger1 emoji", 22);
        g_byte_array_append(text, hash, sizeof(hash));
        hkdf_sha256(NULL, 0, shared, sizeof(shared), text->data, text->len, emoji, sizeof(emoji));
        g_assert_cmpuint(result.emoji[0], ==, emoji[0] >> 2);
        g_assert_cmpuint(result.emoji[1], ==, (emoji[0] & 3) << 4 | emoji[1] >> 4);
        g_assert_cmpuint(result.emoji[2], ==, (emoji[1] & 15) << 2 | emoji[2] >> 6);
        g_assert_cmpuint(result.emoji[3], ==, emoji[2] & 63);
        g_assert_cmpuint(result.emoji[6], ==, emoji[5] >> 6 | (emoji[4] & 15) << 2);

        g_byte_array_set_size(text, 0);
        g_byte_array_append(text, (const uint8_t *)"SecureMessenger1 emoji confirmation keys", 40);
        g_byte_array_append(text, hash, sizeof(hash));
        hkdf_sha256(NULL, 0, shared, sizeof(shared), text->data, text->len, okm, sizeof(okm));
        g_byte_array_set_size(text, 0);
        g_byte_array_append(text, (const uint8_t *)"SecureMessenger1 emoji confirmation", 36);
        g_byte_array_append(text, common->data + 16, common->len - 16);
        crypto_auth_hmacsha256(mac, text->data, text->len, okm);
        g_assert_cmpmem(mac, sizeof(mac), result.local_confirmation, sizeof(mac));
}

/* The example of docs/protocol-e2ee.md, which another implementation has computed. */
static void test_example(Pair *pair, const void *data)
{
        static const char expected_commitment[] = "5bd17817a35f8cee234acce74c394ba6cf8fa3f9787685925183ed85306f5ec9",
                          expected_alice[] = "5616faccd039336c2fed8b2290ac981d9130f2fb3f55c4ded503963a10713034",
                          expected_bob[] = "0dc10567e344e7b3773773d280c8dadfc934d96f7716b4234ab2e583681e85a2";
        static const uint8_t expected_emoji[SAS_EMOJI_COUNT] = {22, 26, 7, 36, 10, 6, 7};
        PublicIdentity alice, bob;
        SasExchange exchange = {.starter = {"alice", &alice}, .other = {"bob", &bob}};
        DhKeyPair alice_key, bob_key;
        SasCommitment commitment;
        SasResult result;
        char hex[65];

        memset(alice.signing_key.bytes, 0xa1, 32);
        memset(alice.dh_key.bytes, 0xa2, 32);
        memset(bob.signing_key.bytes, 0xb1, 32);
        memset(bob.dh_key.bytes, 0xb2, 32);
        for (unsigned i = 0; i < 32; i++) {
                exchange.id[i % 16] = (uint8_t)(i % 16);
                alice_key.secret_key.bytes[i] = (uint8_t)(i + 1);
                bob_key.secret_key.bytes[i] = (uint8_t)(i + 33);
        }
        crypto_scalarmult_base(alice_key.public_key.bytes, alice_key.secret_key.bytes);
        crypto_scalarmult_base(bob_key.public_key.bytes, bob_key.secret_key.bytes);

        sas_commit(&exchange, &alice_key.public_key, &commitment);
        g_assert_cmpstr(sodium_bin2hex(hex, sizeof(hex), commitment.bytes, 32), ==, expected_commitment);
        for (unsigned at_alice = 0; at_alice < 2; at_alice++) {
                g_assert_cmpint(sas_finish(&exchange, at_alice, at_alice ? &alice_key : &bob_key,
                                           at_alice ? &bob_key.public_key : &alice_key.public_key, &result),
                                ==, 0);
                g_assert_cmpmem(result.emoji, sizeof(result.emoji), expected_emoji, sizeof(expected_emoji));
                sodium_bin2hex(hex, sizeof(hex), result.local_confirmation, 32);
                g_assert_cmpstr(hex, ==, at_alice ? expected_alice : expected_bob);
                sodium_bin2hex(hex, sizeof(hex), result.remote_confirmation, 32);
                g_assert_cmpstr(hex, ==, at_alice ? expected_bob : expected_alice);
        }
}

#define ADD(name, test) g_test_add("/sas/" name, Pair, NULL, pair_set_up, test, pair_tear_down)

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
        ADD("same", test_same);
        ADD("everything-is-bound", test_everything_is_bound);
        ADD("between", test_between);
        ADD("bad-keys", test_bad_keys);
        ADD("bytes", test_bytes);
        ADD("example", test_example);
        return g_test_run();
}
