/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two sides talk: what a person notices of sessions, and of the order in which envelopes come. */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/side.h"

typedef struct Pair {
        Side alice, bob;
} Pair;

static void set_up(Pair *pair, const void *data)
{
        side_init(&pair->alice, "alice", 1, 11);
        side_init(&pair->bob, "bob", 2, 22);
}

static void tear_down(Pair *pair, const void *data)
{
        side_deinit(&pair->alice);
        side_deinit(&pair->bob);
}

static void test_first_message(Pair *pair, const void *data)
{
        PeerSessionInfo info;

        g_assert_false(peer_can_encrypt(pair->alice.peer));
        side_start(&pair->alice, &pair->bob);
        g_assert_true(peer_can_encrypt(pair->alice.peer));
        assert_delivers(&pair->alice, &pair->bob, "hello");
        g_assert_true(peer_can_encrypt(pair->bob.peer));

        g_assert_true(peer_session_info(pair->alice.peer, &info));
        g_assert_true(info.started_here);
        g_assert_false(info.acknowledged);
        assert_delivers(&pair->bob, &pair->alice, "hello yourself");
        g_assert_true(peer_session_info(pair->alice.peer, &info));
        g_assert_true(info.acknowledged);
        g_assert_cmpuint(info.sent, ==, 1);
        g_assert_cmpuint(info.received, ==, 1);
        g_assert_cmpuint(info.archived, ==, 0);
        g_assert_true(peer_session_info(pair->bob.peer, &info));
        g_assert_false(info.started_here);
}

static void test_ping_pong(Pair *pair, const void *data)
{
        side_start(&pair->alice, &pair->bob);
        for (unsigned i = 0; i < 50; i++) {
                g_autofree char *ping = g_strdup_printf("ping %u", i), *pong = g_strdup_printf("pong %u", i);

                assert_delivers(&pair->alice, &pair->bob, ping);
                side_store_and_load(&pair->bob);
                assert_delivers(&pair->bob, &pair->alice, pong);
                side_store_and_load(&pair->alice);
        }
}

static void test_no_session(Pair *pair, const void *data)
{
        uint8_t *envelope = NULL;
        size_t size;

        g_assert_cmpint(peer_encrypt(pair->alice.peer, &pair->alice.self, (const uint8_t *)"x", 1,
                                     &pair->alice.context, &envelope, &size),
                        ==, PEER_NO_SESSION);
        g_assert_null(envelope);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
        g_test_add("/e2ee/conversation/first-message", Pair, NULL, set_up, test_first_message, tear_down);
        g_test_add("/e2ee/conversation/ping-pong", Pair, NULL, set_up, test_ping_pong, tear_down);
        g_test_add("/e2ee/conversation/no-session", Pair, NULL, set_up, test_no_session, tear_down);
        return g_test_run();
}
