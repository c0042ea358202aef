/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bounds of the ratchet: how far a message may jump, how many keys are kept, for how long, of how many
 * chains.
 */
#include <sodium.h>
#include <string.h>

#include "e2ee/peer-sessions.h"
#include "tests/unit/e2ee/side.h"

static void lose(Side *from, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                g_bytes_unref(side_encrypt(from, "lost"));
}

static size_t skipped_keys(const Side *side)
{
        size_t count = 0;

        for (unsigned i = 0; i < side->peer->count; i++)
                count += side->peer->sessions[i]->ratchet.skipped.count;
        return count;
}

static void test_largest_jump(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = side_encrypt(&pair->alice, "first"), beyond = NULL;

        lose(&pair->alice, RATCHET_SKIP_MAX - 1);
        assert_delivers(&pair->alice, &pair->bob, "as far as it goes");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, RATCHET_SKIP_MAX);
        side_store_and_load(&pair->bob);

        lose(&pair->alice, RATCHET_SKIP_MAX + 1);
        beyond = side_encrypt(&pair->alice, "one too far");
        assert_refuses(&pair->bob, &pair->alice, beyond, PEER_TOO_FAR);
        assert_decrypts(&pair->bob, &pair->alice, first, "first");
}

/* What is left of the chain before counts as well. */
static void test_largest_jump_across_step(Pair *pair, const void *data)
{
        g_autoptr(GBytes) beyond = NULL;

        assert_delivers(&pair->alice, &pair->bob, "a chain");
        lose(&pair->alice, RATCHET_SKIP_MAX / 2);
        assert_delivers(&pair->bob, &pair->alice, "answer");
        lose(&pair->alice, RATCHET_SKIP_MAX / 2 + 1);
        beyond = side_encrypt(&pair->alice, "one too far");
        assert_refuses(&pair->bob, &pair->alice, beyond, PEER_TOO_FAR);
}

static void test_stored_keys(Pair *pair, const void *data)
{
        g_autoptr(GBytes) oldest = side_encrypt(&pair->alice, "oldest"),
                          second = side_encrypt(&pair->alice, "second");
        g_autoptr(GBytes) third = NULL;

        lose(&pair->alice, RATCHET_SKIPPED_MAX - 2);
        assert_delivers(&pair->alice, &pair->bob, "now it is full");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, RATCHET_SKIPPED_MAX);
        third = side_encrypt(&pair->alice, "third");
        assert_delivers(&pair->alice, &pair->bob, "one key more");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, RATCHET_SKIPPED_MAX);
        assert_refuses(&pair->bob, &pair->alice, oldest, PEER_REPEATED);
        assert_decrypts(&pair->bob, &pair->alice, second, "second");
        assert_decrypts(&pair->bob, &pair->alice, third, "third");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, RATCHET_SKIPPED_MAX - 2);
}

/* The bound holds for all sessions together, and the oldest session gives up first. */
static void test_stored_keys_of_all_sessions(Pair *pair, const void *data)
{
        g_autoptr(GBytes) old = side_encrypt(&pair->alice, "old"), renewed = NULL;

        lose(&pair->alice, RATCHET_SKIPPED_MAX - 1);
        assert_delivers(&pair->alice, &pair->bob, "full");
        side_pass_time(&pair->alice, 1);
        side_start(&pair->alice, &pair->bob);
        renewed = side_encrypt(&pair->alice, "renewed");
        lose(&pair->alice, 99);
        assert_delivers(&pair->alice, &pair->bob, "jumped");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, RATCHET_SKIPPED_MAX);
        side_store_and_load(&pair->bob);
        assert_refuses(&pair->bob, &pair->alice, old, PEER_REPEATED);
        assert_decrypts(&pair->bob, &pair->alice, renewed, "renewed");
}

static void test_expiry(Pair *pair, const void *data)
{
        g_autoptr(GBytes) young = NULL, old = side_encrypt(&pair->alice, "old");

        assert_delivers(&pair->alice, &pair->bob, "next");
        side_pass_time(&pair->bob, SKIPPED_KEEP_MS / 2);
        young = side_encrypt(&pair->alice, "young");
        assert_delivers(&pair->alice, &pair->bob, "next");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 2);

        side_pass_time(&pair->bob, SKIPPED_KEEP_MS / 2);
        assert_refuses(&pair->bob, &pair->alice, old, PEER_REPEATED);
        assert_decrypts(&pair->bob, &pair->alice, young, "young");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 0);
}

static void test_expiry_when_sending(Pair *pair, const void *data)
{
        lose(&pair->alice, 3);
        assert_delivers(&pair->alice, &pair->bob, "next");
        side_pass_time(&pair->bob, SKIPPED_KEEP_MS - 1);
        lose(&pair->bob, 1);
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 3);
        side_pass_time(&pair->bob, 1);
        lose(&pair->bob, 1);
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 0);
}

/* A clock that was set back does not make keys expire. */
static void test_clock_set_back(Pair *pair, const void *data)
{
        g_autoptr(GBytes) late = side_encrypt(&pair->alice, "late");

        assert_delivers(&pair->alice, &pair->bob, "next");
        pair->bob.context.now_ms = 0;
        assert_decrypts(&pair->bob, &pair->alice, late, "late");
}

static void test_five_chains(Pair *pair, const void *data)
{
        g_autoptr(GBytes) kept = NULL, dropped = side_encrypt(&pair->alice, "of the first chain");

        for (unsigned i = 0; i < RATCHET_RECEIVING_CHAINS_MAX; i++) {
                assert_delivers(&pair->alice, &pair->bob, "step");
                assert_delivers(&pair->bob, &pair->alice, "answer");
                if (i == 0)
                        kept = side_encrypt(&pair->alice, "of the second chain");
        }
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 2);
        assert_delivers(&pair->alice, &pair->bob, "the sixth chain");
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 1);
        side_store_and_load(&pair->bob);
        assert_refuses(&pair->bob, &pair->alice, dropped, PEER_FORGED);
        assert_decrypts(&pair->bob, &pair->alice, kept, "of the second chain");
}

/* Forward secrecy within a chain: the state after a message does not decrypt it. */
static void test_keys_are_gone(Pair *pair, const void *data)
{
        g_autoptr(GBytes) stored = NULL, envelope = side_encrypt(&pair->alice, "read once");
        const SkippedKey *key;

        assert_delivers(&pair->alice, &pair->bob, "jumps");
        key = &pair->bob.peer->sessions[0]->ratchet.skipped.keys[0];
        g_assert_cmpuint(skipped_keys(&pair->bob), ==, 1);
        {
                MessageKey used = key->key;

                assert_decrypts(&pair->bob, &pair->alice, envelope, "read once");
                stored = side_stored(&pair->bob);
                g_assert_null(
                        memmem(g_bytes_get_data(stored, NULL), g_bytes_get_size(stored), used.bytes, 32));
        }
}

/* After the step that needed it, a ratchet secret is nowhere in the state. */
static void test_ratchet_secret_is_gone(Pair *pair, const void *data)
{
        g_autoptr(GBytes) stored = NULL;
        DhSecretKey secret;

        lose(&pair->bob, 1);
        secret = pair->bob.peer->sessions[0]->ratchet.state.local.secret_key;
        stored = side_stored(&pair->bob);
        g_assert_nonnull(memmem(g_bytes_get_data(stored, NULL), g_bytes_get_size(stored), secret.bytes, 32));
        g_clear_pointer(&stored, g_bytes_unref);
        assert_delivers(&pair->bob, &pair->alice, "with that key");
        assert_delivers(&pair->alice, &pair->bob, "answers that key");
        stored = side_stored(&pair->bob);
        g_assert_null(memmem(g_bytes_get_data(stored, NULL), g_bytes_get_size(stored), secret.bytes, 32));
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, function) \
        g_test_add("/e2ee/limits/" name, Pair, NULL, pair_set_up_talking, function, pair_tear_down)
        ADD("largest-jump", test_largest_jump);
        ADD("largest-jump-across-step", test_largest_jump_across_step);
        ADD("stored-keys", test_stored_keys);
        ADD("stored-keys-of-all-sessions", test_stored_keys_of_all_sessions);
        ADD("expiry", test_expiry);
        ADD("expiry-when-sending", test_expiry_when_sending);
        ADD("clock-set-back", test_clock_set_back);
        ADD("five-chains", test_five_chains);
        ADD("keys-are-gone", test_keys_are_gone);
        ADD("ratchet-secret-is-gone", test_ratchet_secret_is_gone);
        return g_test_run();
}
