/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored form of a Peer: it loses nothing, and what is not one is refused. */
#include <sodium.h>
#include <string.h>

#include "e2ee/peer-sessions.h"
#include "tests/unit/e2ee/side.h"

static int decode(GBytes *bytes, size_t size)
{
        /* A copy of exactly this size, so that the address sanitizer sees a read past the end. */
        g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(bytes, NULL), size);
        Peer *peer = NULL;
        int r;

        r = peer_decode(copy, size, &peer);
        g_assert_cmpint(r == 0, ==, peer != NULL);
        peer_free(peer);
        return r;
}

/*
 * A state with all there is in one: archived sessions, older chains, skipped keys, a session not yet
 * acknowledged.
 */
static void make_rich(Pair *pair)
{
        for (unsigned session = 0; session < 3; session++) {
                for (unsigned i = 0; i < 6; i++) {
                        g_bytes_unref(side_encrypt(&pair->alice, "lost"));
                        assert_delivers(&pair->alice, &pair->bob, "there");
                        g_bytes_unref(side_encrypt(&pair->bob, "lost"));
                        assert_delivers(&pair->bob, &pair->alice, "back");
                }
                side_pass_time(&pair->alice, 1);
                side_start(&pair->alice, &pair->bob);
                g_bytes_unref(side_encrypt(&pair->alice, "lost"));
                assert_delivers(&pair->alice, &pair->bob, "renewed");
        }
}

static void test_at_every_point(Pair *pair, const void *data)
{
        side_store_and_load(&pair->alice);
        side_start(&pair->alice, &pair->bob);
        side_store_and_load(&pair->alice);
        for (unsigned i = 0; i < 12; i++) {
                g_autoptr(GBytes) late = side_encrypt(&pair->alice, "late");

                side_store_and_load(&pair->alice);
                assert_delivers(&pair->alice, &pair->bob, "there");
                side_store_and_load(&pair->bob);
                if (i % 3 == 0) {
                        assert_delivers(&pair->bob, &pair->alice, "back");
                        side_store_and_load(&pair->bob);
                        side_store_and_load(&pair->alice);
                }
                assert_decrypts(&pair->bob, &pair->alice, late, "late");
                side_store_and_load(&pair->bob);
        }
}

static void test_truncated(Pair *pair, const void *data)
{
        g_autoptr(GBytes) stored = NULL;

        make_rich(pair);
        stored = side_stored(&pair->bob);
        for (size_t size = 0; size < g_bytes_get_size(stored); size++)
                g_assert_cmpint(decode(stored, size), ==, PEER_MALFORMED);
        g_assert_cmpint(decode(stored, g_bytes_get_size(stored)), ==, 0);
}

/* No flip makes the decoder crash, and whatever it accepts encodes to the same bytes again. */
static void test_flipped(Pair *pair, const void *data)
{
        g_autoptr(GBytes) stored = NULL;

        make_rich(pair);
        stored = side_stored(&pair->alice);
        for (size_t i = 0; i < g_bytes_get_size(stored); i++) {
                g_autoptr(GBytes) changed = flipped(stored, i, (unsigned)(i % 8)), again = NULL;
                Side other = {0};

                if (peer_decode(g_bytes_get_data(changed, NULL), g_bytes_get_size(changed), &other.peer) !=
                    0)
                        continue;
                again = side_stored(&other);
                g_assert_true(g_bytes_equal(changed, again));
                peer_free(other.peer);
        }
}

static void test_versions(Pair *pair, const void *data)
{
        g_autoptr(GBytes) stored = side_stored(&pair->alice);
        g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(stored, NULL), g_bytes_get_size(stored));
        Peer *peer = NULL;

        copy[0] = 2;
        g_assert_cmpint(peer_decode(copy, g_bytes_get_size(stored), &peer), ==, PEER_UNSUPPORTED);
        copy[0] = 0;
        g_assert_cmpint(peer_decode(copy, g_bytes_get_size(stored), &peer), ==, PEER_MALFORMED);
        g_assert_cmpint(peer_decode(copy, 0, &peer), ==, PEER_MALFORMED);
        g_assert_null(peer);
}

static void test_name_with_nul(Pair *pair, const void *data)
{
        g_autoptr(GBytes) stored = side_stored(&pair->alice);
        g_autofree uint8_t *copy = g_memdup2(g_bytes_get_data(stored, NULL), g_bytes_get_size(stored));
        uint8_t *name = memmem(copy, g_bytes_get_size(stored), "\3bob", 4);
        Peer *peer = NULL;

        g_assert_nonnull(name);
        name[2] = 0;
        g_assert_cmpint(peer_decode(copy, g_bytes_get_size(stored), &peer), ==, PEER_MALFORMED);
        g_assert_null(peer);
}

static void test_largest(Pair *pair, const void *data)
{
        for (unsigned i = 0; i < RATCHET_SKIPPED_MAX; i++)
                g_bytes_unref(side_encrypt(&pair->alice, "lost"));
        assert_delivers(&pair->alice, &pair->bob, "full");
        for (unsigned i = 0; i < PEER_SESSIONS_MAX - 1; i++) {
                side_pass_time(&pair->alice, 1);
                side_start(&pair->alice, &pair->bob);
                assert_delivers(&pair->alice, &pair->bob, "renewed");
                assert_delivers(&pair->bob, &pair->alice, "and answered");
        }
        side_store_and_load(&pair->alice);
        side_store_and_load(&pair->bob);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, set_up, function) \
        g_test_add("/e2ee/store/" name, Pair, NULL, set_up, function, pair_tear_down)
        ADD("at-every-point", pair_set_up, test_at_every_point);
        ADD("truncated", pair_set_up_talking, test_truncated);
        ADD("flipped", pair_set_up_talking, test_flipped);
        ADD("versions", pair_set_up_talking, test_versions);
        ADD("name-with-nul", pair_set_up_talking, test_name_with_nul);
        ADD("largest", pair_set_up_talking, test_largest);
        return g_test_run();
}
