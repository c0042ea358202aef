/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key agreement: both sides agree, and on nothing where they believe different things. */
#include <sodium.h>
#include <string.h>

#include "e2ee/dh.h"
#include "e2ee/x3dh.h"
#include "tests/unit/e2ee/side.h"

typedef struct Agreement {
        DhKeyPair base;
        X3dhTranscript transcript;
        const Prekey *signed_prekey, *one_time;
        X3dhSecrets initiator;
} Agreement;

static void agree(Pair *pair, Agreement *out)
{
        Side *bob = &pair->bob;

        side_add_prekey(bob, PREKEY_ONE_TIME);
        out->signed_prekey = &bob->prekeys[0];
        out->one_time = &bob->prekeys[2];
        dh_generate(&out->base, &pair->alice.context);
        out->transcript = (X3dhTranscript){
                .suite = X3DH_SUITE_CLASSICAL,
                .generation = 7,
                .initiator = pair->alice.self.address,
                .responder = bob->self.address,
                .initiator_identity = pair->alice.identity.public_identity,
                .responder_identity = bob->identity.public_identity,
                .base_key = out->base.public_key,
                .signed_prekey_id = out->signed_prekey->id,
                .signed_prekey = out->signed_prekey->pair.public_key,
                .has_one_time_prekey = true,
                .one_time_prekey_kind = PREKEY_ONE_TIME,
                .one_time_prekey_id = out->one_time->id,
                .one_time_prekey = out->one_time->pair.public_key,
        };
        g_assert_cmpint(x3dh_initiate(&pair->alice.identity, &out->base, &out->transcript, &out->initiator),
                        ==, 0);
}

static void respond(Pair *pair, const Agreement *agreement, X3dhSecrets *out)
{
        g_assert_cmpint(x3dh_respond(&pair->bob.identity, &agreement->signed_prekey->pair.secret_key,
                                     agreement->transcript.has_one_time_prekey
                                             ? &agreement->one_time->pair.secret_key
                                             : NULL,
                                     &agreement->transcript, out),
                        ==, 0);
}

static void test_agrees(Pair *pair, const void *data)
{
        Agreement agreement;
        X3dhSecrets responder;

        agree(pair, &agreement);
        respond(pair, &agreement, &responder);
        g_assert_cmpmem(&agreement.initiator, sizeof(X3dhSecrets), &responder, sizeof(X3dhSecrets));
        g_assert_cmpint(memcmp(responder.root, responder.initiator_header_key, 32), !=, 0);
        g_assert_cmpint(memcmp(responder.root, responder.responder_header_key, 32), !=, 0);
        g_assert_cmpint(memcmp(responder.initiator_header_key, responder.responder_header_key, 32), !=, 0);
}

/* With this member of the transcript changed, the DHs are the same and every secret is another. */
#define ASSERT_BINDS(change)                                                                  \
        do {                                                                                  \
                Agreement agreement;                                                          \
                X3dhTranscript *t = &agreement.transcript;                                    \
                TranscriptHash before, after;                                                 \
                X3dhSecrets responder;                                                        \
                agree(pair, &agreement);                                                      \
                x3dh_transcript_hash(t, &before);                                             \
                change;                                                                       \
                x3dh_transcript_hash(t, &after);                                              \
                g_assert_cmpint(memcmp(&before, &after, sizeof(before)), !=, 0);              \
                respond(pair, &agreement, &responder);                                        \
                g_assert_cmpint(memcmp(responder.root, agreement.initiator.root, 32), !=, 0); \
                g_assert_cmpint(memcmp(responder.initiator_header_key,                        \
                                       agreement.initiator.initiator_header_key, 32),         \
                                !=, 0);                                                       \
                g_assert_cmpint(memcmp(responder.responder_header_key,                        \
                                       agreement.initiator.responder_header_key, 32),         \
                                !=, 0);                                                       \
                side_remove_prekey(&pair->bob, PREKEY_ONE_TIME, agreement.one_time->id);      \
        } while (0)

static void test_binds_everything(Pair *pair, const void *data)
{
        ASSERT_BINDS(t->suite = 2);
        ASSERT_BINDS(t->generation++);
        ASSERT_BINDS(t->initiator.name[0] ^= 1);
        ASSERT_BINDS(t->initiator.device_id++);
        ASSERT_BINDS(t->responder.name[0] ^= 1);
        ASSERT_BINDS(t->responder.device_id++);
        ASSERT_BINDS(t->initiator_identity.signing_key.bytes[31] ^= 1);
        ASSERT_BINDS(t->responder_identity.signing_key.bytes[31] ^= 1);
        ASSERT_BINDS(t->responder_identity.dh_key.bytes[31] ^= 1);
        ASSERT_BINDS(t->signed_prekey_id++);
        ASSERT_BINDS(t->signed_prekey.bytes[0] ^= 1);
        ASSERT_BINDS(t->one_time_prekey_id++);
        ASSERT_BINDS(t->one_time_prekey_kind = PREKEY_LAST_RESORT);
        ASSERT_BINDS(t->one_time_prekey.bytes[0] ^= 1);
        ASSERT_BINDS(t->has_one_time_prekey = false);
        /* Names are counted: moving a letter from one to the other is no way around. */
        ASSERT_BINDS((strcpy(t->initiator.name, "alicex"), memset(&t->initiator.device_id, 0, 1)));
}

static void test_bad_keys(Pair *pair, const void *data)
{
        static const DhPublicKey zero;
        X3dhSecrets secrets;
        Agreement agreement;
        X3dhTranscript bad;

        agree(pair, &agreement);
        bad = agreement.transcript;
        bad.responder_identity.dh_key = zero;
        g_assert_cmpint(x3dh_initiate(&pair->alice.identity, &agreement.base, &bad, &secrets), ==,
                        X3DH_BAD_KEY);
        bad = agreement.transcript;
        bad.signed_prekey = zero;
        g_assert_cmpint(x3dh_initiate(&pair->alice.identity, &agreement.base, &bad, &secrets), ==,
                        X3DH_BAD_KEY);
        bad = agreement.transcript;
        bad.one_time_prekey = zero;
        g_assert_cmpint(x3dh_initiate(&pair->alice.identity, &agreement.base, &bad, &secrets), ==,
                        X3DH_BAD_KEY);

        bad = agreement.transcript;
        bad.base_key = zero;
        g_assert_cmpint(x3dh_respond(&pair->bob.identity, &agreement.signed_prekey->pair.secret_key,
                                     &agreement.one_time->pair.secret_key, &bad, &secrets),
                        ==, X3DH_BAD_KEY);
        bad = agreement.transcript;
        bad.initiator_identity.dh_key = zero;
        g_assert_cmpint(x3dh_respond(&pair->bob.identity, &agreement.signed_prekey->pair.secret_key,
                                     &agreement.one_time->pair.secret_key, &bad, &secrets),
                        ==, X3DH_BAD_KEY);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/e2ee/x3dh/" name, Pair, NULL, pair_set_up, function, pair_tear_down)
        ADD("agrees", test_agrees);
        ADD("binds-everything", test_binds_everything);
        ADD("bad-keys", test_bad_keys);
        return g_test_run();
}
