/* SPDX-License-Identifier: GPL-3.0-or-later */
/* More than one session: renewal, both sides starting at once, and what is left of old sessions. */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/side.h"

/* Both sides send in the same session. */
static void assert_converged(Pair *pair)
{
        for (unsigned i = 0; i < 2; i++) {
                assert_delivers(&pair->alice, &pair->bob, "to bob");
                g_assert_true(pair->bob.last.in_current_session);
                assert_delivers(&pair->bob, &pair->alice, "to alice");
                g_assert_true(pair->alice.last.in_current_session);
        }
}

static unsigned archived(const Side *side)
{
        PeerSessionInfo info;

        peer_session_info(side->peer, &info);
        return info.archived;
}

static void test_renewal(Pair *pair, const void *data)
{
        g_autoptr(GBytes) to_bob = side_encrypt(&pair->alice, "under way to bob");
        g_autoptr(GBytes) to_alice = side_encrypt(&pair->bob, "under way to alice"), renewed = NULL;

        side_pass_time(&pair->alice, 1000);
        side_start(&pair->alice, &pair->bob);
        g_assert_cmpuint(archived(&pair->alice), ==, 1);
        renewed = side_encrypt(&pair->alice, "renewed");
        assert_decrypts(&pair->bob, &pair->alice, renewed, "renewed");
        g_assert_true(pair->bob.last.started_session);
        assert_decrypts(&pair->bob, &pair->alice, to_bob, "under way to bob");
        g_assert_false(pair->bob.last.in_current_session);
        assert_decrypts(&pair->alice, &pair->bob, to_alice, "under way to alice");
        g_assert_false(pair->alice.last.in_current_session);
        assert_converged(pair);
        g_assert_cmpuint(archived(&pair->bob), ==, 1);
}

typedef struct Race { /* who starts when, and whose envelope arrives first */
        uint64_t alice_late_ms, bob_late_ms;
        bool bob_reads_first;
} Race;

static void test_both_start(Pair *pair, const void *data)
{
        const Race *race = data;
        g_autoptr(GBytes) from_alice = NULL, from_bob = NULL, second = NULL;

        side_pass_time(&pair->alice, race->alice_late_ms);
        side_pass_time(&pair->bob, race->bob_late_ms);
        side_start(&pair->alice, &pair->bob);
        side_start(&pair->bob, &pair->alice);
        from_alice = side_encrypt(&pair->alice, "from alice");
        from_bob = side_encrypt(&pair->bob, "from bob");
        if (race->bob_reads_first) {
                assert_decrypts(&pair->bob, &pair->alice, from_alice, "from alice");
                second = side_encrypt(&pair->bob, "more from bob");
                assert_decrypts(&pair->alice, &pair->bob, second, "more from bob");
                assert_decrypts(&pair->alice, &pair->bob, from_bob, "from bob");
        } else {
                assert_decrypts(&pair->alice, &pair->bob, from_bob, "from bob");
                second = side_encrypt(&pair->alice, "more from alice");
                assert_decrypts(&pair->bob, &pair->alice, second, "more from alice");
                assert_decrypts(&pair->bob, &pair->alice, from_alice, "from alice");
        }
        side_store_and_load(&pair->alice);
        side_store_and_load(&pair->bob);
        assert_converged(pair);
        g_assert_cmpuint(archived(&pair->alice), ==, 1);
        g_assert_cmpuint(archived(&pair->bob), ==, 1);
}

static void test_starts_out_of_order(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = NULL, second = NULL, third = NULL;

        side_start(&pair->alice, &pair->bob);
        first = side_encrypt(&pair->alice, "first");
        side_start(&pair->alice, &pair->bob);
        second = side_encrypt(&pair->alice, "second");
        side_start(&pair->alice, &pair->bob);
        third = side_encrypt(&pair->alice, "third");
        assert_decrypts(&pair->bob, &pair->alice, second, "second");
        assert_decrypts(&pair->bob, &pair->alice, third, "third");
        assert_decrypts(&pair->bob, &pair->alice, first, "first");
        g_assert_true(pair->bob.last.started_session);
        g_assert_false(pair->bob.last.in_current_session);
        assert_converged(pair);
        g_assert_cmpuint(archived(&pair->bob), ==, 2);
        assert_refuses(&pair->bob, &pair->alice, first, PEER_REPEATED);
}

/*
 * A peer that has lost its sessions, and whose clock is a little behind, starts again: its session is to be
 * used.
 */
static void test_peer_lost_everything(Pair *pair, const void *data)
{
        side_pass_time(&pair->alice, 3600 * 1000);
        side_pass_time(&pair->bob, 3500 * 1000);
        pair->bob.peer = peer_free(pair->bob.peer);
        pair->bob.peer = peer_new();
        {
                g_autoptr(GBytes) lost = side_encrypt(&pair->alice, "cannot be read");

                assert_refuses(&pair->bob, &pair->alice, lost, PEER_UNKNOWN_SESSION);
        }
        side_start(&pair->bob, &pair->alice);
        assert_delivers(&pair->bob, &pair->alice, "new session");
        g_assert_true(pair->alice.last.in_current_session);
        assert_converged(pair);
}

/* A clock that was years ahead once does not make its session the newest for ever. */
static void test_clock_from_the_future(Pair *pair, const void *data)
{
        uint64_t years = UINT64_C(20) * 365 * 24 * 3600 * 1000;

        side_pass_time(&pair->bob, years);
        side_start(&pair->bob, &pair->alice);
        assert_delivers(&pair->bob, &pair->alice, "from the future");
        assert_converged(pair);
        pair->bob.context.now_ms -= years;
        side_pass_time(&pair->alice, 2 * 3600 * 1000);
        side_pass_time(&pair->bob, 2 * 3600 * 1000);

        side_start(&pair->alice, &pair->bob);
        assert_delivers(&pair->alice, &pair->bob, "renewed");
        assert_converged(pair);
        pair->bob.peer = peer_free(pair->bob.peer);
        pair->bob.peer = peer_new();
        side_pass_time(&pair->alice, 2 * 3600 * 1000);
        side_pass_time(&pair->bob, 2 * 3600 * 1000);
        side_start(&pair->bob, &pair->alice);
        assert_delivers(&pair->bob, &pair->alice, "started again");
        g_assert_true(pair->alice.last.in_current_session);
        assert_converged(pair);
}

static void test_archived_current(Pair *pair, const void *data)
{
        g_autoptr(GBytes) under_way = side_encrypt(&pair->bob, "under way");

        peer_archive_current(pair->alice.peer);
        g_assert_false(peer_can_encrypt(pair->alice.peer));
        side_store_and_load(&pair->alice);
        g_assert_false(peer_can_encrypt(pair->alice.peer));
        g_assert_cmpuint(archived(&pair->alice), ==, 1);
        assert_decrypts(&pair->alice, &pair->bob, under_way, "under way");
        g_assert_false(pair->alice.last.in_current_session);
        g_assert_false(peer_can_encrypt(pair->alice.peer));
        side_start(&pair->alice, &pair->bob);
        assert_converged(pair);
}

/* A start that was under way from before does not bring sending back. */
static void test_late_start_after_archiving(Pair *pair, const void *data)
{
        g_autoptr(GBytes) late = NULL;

        side_start(&pair->alice, &pair->bob);
        late = side_encrypt(&pair->alice, "late");
        side_pass_time(&pair->alice, 1000);
        side_start(&pair->alice, &pair->bob);
        assert_delivers(&pair->alice, &pair->bob, "renewed");
        peer_archive_current(pair->bob.peer);
        assert_decrypts(&pair->bob, &pair->alice, late, "late");
        g_assert_false(pair->bob.last.in_current_session);
        g_assert_false(peer_can_encrypt(pair->bob.peer));
}

static void test_forty_archived(Pair *pair, const void *data)
{
        g_autoptr(GPtrArray) envelopes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

        g_ptr_array_add(envelopes, side_encrypt(&pair->alice, "of the first session"));
        for (unsigned i = 0; i < PEER_SESSIONS_MAX; i++) {
                if (i == PEER_SESSIONS_MAX - 1)
                        assert_decrypts(&pair->bob, &pair->alice, envelopes->pdata[0],
                                        "of the first session");
                side_pass_time(&pair->alice, 1);
                side_start(&pair->alice, &pair->bob);
                g_ptr_array_add(envelopes, side_encrypt(&pair->alice, "one more"));
                assert_delivers(&pair->alice, &pair->bob, "renewed");
        }
        g_assert_cmpuint(archived(&pair->bob), ==, PEER_SESSIONS_MAX - 1);
        g_assert_cmpuint(archived(&pair->alice), ==, PEER_SESSIONS_MAX - 1);
        side_store_and_load(&pair->bob);
        /* The first session has fallen out: it is the 42nd. */
        assert_refuses(&pair->bob, &pair->alice, envelopes->pdata[0], PEER_UNKNOWN_SESSION);
        for (unsigned i = 1; i < envelopes->len; i++)
                assert_decrypts(&pair->bob, &pair->alice, envelopes->pdata[i], "one more");
        assert_converged(pair);
}

/* What was renewed long ago is not carried along for ever. */
static void test_old_are_forgotten(Pair *pair, const void *data)
{
        const uint64_t day_ms = UINT64_C(24) * 60 * 60 * 1000;
        g_autoptr(GPtrArray) envelopes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

        for (unsigned i = 0; i < 4; i++) {
                g_ptr_array_add(envelopes, side_encrypt(&pair->alice, "under way"));
                side_pass_time(&pair->alice, (PEER_ARCHIVED_DAYS / 2) * day_ms - 1);
                side_pass_time(&pair->bob, (PEER_ARCHIVED_DAYS / 2) * day_ms - 1);
                side_start(&pair->alice, &pair->bob);
                assert_delivers(&pair->alice, &pair->bob, "renewed");
                assert_delivers(&pair->bob, &pair->alice, "noted");
        }
        g_assert_cmpuint(archived(&pair->alice), ==, 3);
        g_assert_cmpuint(archived(&pair->bob), ==, 3);
        assert_refuses(&pair->bob, &pair->alice, envelopes->pdata[0], PEER_UNKNOWN_SESSION);
        for (unsigned i = 1; i < envelopes->len; i++)
                assert_decrypts(&pair->bob, &pair->alice, envelopes->pdata[i], "under way");
        assert_converged(pair);
}

static void test_prekey_gone(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = NULL, second = NULL;
        PrekeyBundle bundle;

        side_make_bundle(&pair->bob, PREKEY_ONE_TIME, &bundle);
        g_assert_cmpint(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context), ==,
                        0);
        first = side_encrypt(&pair->alice, "one-time prekey gone");
        side_remove_prekey(&pair->bob, PREKEY_ONE_TIME, bundle.one_time_prekey_id);
        assert_refuses(&pair->bob, &pair->alice, first, PEER_UNKNOWN_PREKEY);

        side_start(&pair->alice, &pair->bob);
        second = side_encrypt(&pair->alice, "signed prekey gone");
        side_remove_prekey(&pair->bob, PREKEY_SIGNED, bundle.signed_prekey_id);
        assert_refuses(&pair->bob, &pair->alice, second, PEER_UNKNOWN_PREKEY);
}

static void test_last_resort(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = NULL;
        DhPublicKey base_key;
        PrekeyBundle bundle;

        side_make_bundle(&pair->bob, PREKEY_LAST_RESORT, &bundle);
        g_assert_cmpint(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context), ==,
                        0);
        first = side_encrypt(&pair->alice, "last resort");
        assert_decrypts(&pair->bob, &pair->alice, first, "last resort");
        g_assert_cmpint(pair->bob.last.used_kind, ==, PREKEY_LAST_RESORT);
        g_assert_cmpuint(pair->bob.last.used_id, ==, bundle.one_time_prekey_id);
        base_key = pair->bob.last.base_key;
        assert_refuses(&pair->bob, &pair->alice, first, PEER_REPEATED);

        /* With the session gone, only the base key shows the repeat: the caller's table has to know it. */
        pair->bob.peer = peer_free(pair->bob.peer);
        pair->bob.peer = peer_new();
        assert_decrypts(&pair->bob, &pair->alice, first, "last resort");
        g_assert_cmpmem(pair->bob.last.base_key.bytes, 32, base_key.bytes, 32);
}

static void test_signed_prekey_alone(Pair *pair, const void *data)
{
        PrekeyBundle bundle;

        side_make_bundle(&pair->bob, PREKEY_SIGNED, &bundle);
        g_assert_false(bundle.has_one_time_prekey);
        g_assert_cmpint(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context), ==,
                        0);
        assert_delivers(&pair->alice, &pair->bob, "three DHs");
        g_assert_cmpuint(pair->bob.last.used_id, ==, 0);
        assert_converged(pair);
}

/*
 * Sessions with a signed prekey that was rotated since keep working, and so does a start under way to the
 * old one.
 */
static void test_rotated_signed_prekey(Pair *pair, const void *data)
{
        side_start(&pair->alice, &pair->bob);
        side_add_prekey(&pair->bob, PREKEY_SIGNED);
        assert_delivers(&pair->alice, &pair->bob, "to the old signed prekey");
        side_start(&pair->alice, &pair->bob);
        assert_delivers(&pair->alice, &pair->bob, "to the new signed prekey");
        assert_converged(pair);
}

int main(int argc, char **argv)
{
        static const Race at_once = {0, 0, false}, at_once_other = {0, 0, true},
                          bob_later = {0, 5000, false}, bob_later_other = {0, 5000, true},
                          alice_later = {90000, 0, false},
                          alice_far_ahead = {UINT64_C(30) * 24 * 3600 * 1000, 0, true};

        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, data, set_up, function) \
        g_test_add("/e2ee/sessions/" name, Pair, data, set_up, function, pair_tear_down)
        ADD("renewal", NULL, pair_set_up_talking, test_renewal);
        ADD("both-start/at-once", &at_once, pair_set_up, test_both_start);
        ADD("both-start/at-once-other", &at_once_other, pair_set_up, test_both_start);
        ADD("both-start/bob-later", &bob_later, pair_set_up, test_both_start);
        ADD("both-start/bob-later-other", &bob_later_other, pair_set_up, test_both_start);
        ADD("both-start/alice-later", &alice_later, pair_set_up, test_both_start);
        ADD("both-start/alice-far-ahead", &alice_far_ahead, pair_set_up, test_both_start);
        ADD("starts-out-of-order", NULL, pair_set_up, test_starts_out_of_order);
        ADD("peer-lost-everything", NULL, pair_set_up_talking, test_peer_lost_everything);
        ADD("clock-from-the-future", NULL, pair_set_up_talking, test_clock_from_the_future);
        ADD("archived-current", NULL, pair_set_up_talking, test_archived_current);
        ADD("late-start-after-archiving", NULL, pair_set_up, test_late_start_after_archiving);
        ADD("forty-archived", NULL, pair_set_up_talking, test_forty_archived);
        ADD("old-are-forgotten", NULL, pair_set_up_talking, test_old_are_forgotten);
        ADD("prekey-gone", NULL, pair_set_up, test_prekey_gone);
        ADD("last-resort", NULL, pair_set_up, test_last_resort);
        ADD("signed-prekey-alone", NULL, pair_set_up, test_signed_prekey_alone);
        ADD("rotated-signed-prekey", NULL, pair_set_up, test_rotated_signed_prekey);
        return g_test_run();
}
