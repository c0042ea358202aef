/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two sides talk in one session: what comes late, twice, or never. */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/side.h"

static void test_first_message(Pair *pair, const void *data)
{
        PeerSessionInfo info;

        g_assert_false(peer_can_encrypt(pair->alice.peer));
        g_assert_false(peer_session_info(pair->alice.peer, &info));
        side_start(&pair->alice, &pair->bob);
        g_assert_true(peer_can_encrypt(pair->alice.peer));
        assert_delivers(&pair->alice, &pair->bob, "hello");
        g_assert_true(peer_can_encrypt(pair->bob.peer));
        g_assert_true(pair->bob.last.started_session);
        g_assert_true(pair->bob.last.in_current_session);
        g_assert_cmpint(pair->bob.last.used_kind, ==, PREKEY_ONE_TIME);

        g_assert_true(peer_session_info(pair->alice.peer, &info));
        g_assert_true(info.started_here);
        g_assert_false(info.acknowledged);
        assert_delivers(&pair->bob, &pair->alice, "hello yourself");
        g_assert_false(pair->alice.last.started_session);
        g_assert_true(peer_session_info(pair->alice.peer, &info));
        g_assert_true(info.acknowledged);
        g_assert_cmpuint(info.suite, ==, 1);
        g_assert_cmpuint(info.sent, ==, 1);
        g_assert_cmpuint(info.received, ==, 1);
        g_assert_cmpuint(info.archived, ==, 0);
        g_assert_true(peer_session_info(pair->bob.peer, &info));
        g_assert_false(info.started_here);
}

static void test_ping_pong(Pair *pair, const void *data)
{
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

static void test_start_is_repeated_until_answered(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = NULL, second = NULL, third = NULL, answered = NULL;

        side_start(&pair->alice, &pair->bob);
        first = side_encrypt(&pair->alice, "one");
        second = side_encrypt(&pair->alice, "two");
        third = side_encrypt(&pair->alice, "three");
        /* Each of them can be the one that starts the session. */
        assert_decrypts(&pair->bob, &pair->alice, second, "two");
        g_assert_true(pair->bob.last.started_session);
        assert_decrypts(&pair->bob, &pair->alice, third, "three");
        g_assert_false(pair->bob.last.started_session);
        assert_decrypts(&pair->bob, &pair->alice, first, "one");
        g_assert_false(pair->bob.last.started_session);
        assert_refuses(&pair->bob, &pair->alice, first, PEER_REPEATED);

        assert_delivers(&pair->bob, &pair->alice, "four");
        answered = side_encrypt(&pair->alice, "five");
        g_assert_cmpuint(g_bytes_get_size(answered), <, g_bytes_get_size(first));
        assert_decrypts(&pair->bob, &pair->alice, answered, "five");
}

static void test_any_order(Pair *pair, const void *data)
{
        static const unsigned order[] = {3, 0, 4, 1, 2};
        GBytes *envelopes[5];
        char *texts[5];

        for (unsigned i = 0; i < 5; i++) {
                texts[i] = g_strdup_printf("message %u", i);
                envelopes[i] = side_encrypt(&pair->alice, texts[i]);
        }
        for (unsigned i = 0; i < 5; i++)
                assert_decrypts(&pair->bob, &pair->alice, envelopes[order[i]], texts[order[i]]);
        for (unsigned i = 0; i < 5; i++) {
                assert_refuses(&pair->bob, &pair->alice, envelopes[i], PEER_REPEATED);
                g_bytes_unref(envelopes[i]);
                g_free(texts[i]);
        }
}

static void test_late_across_steps(Pair *pair, const void *data)
{
        g_autoptr(GBytes) late = side_encrypt(&pair->alice, "late");

        for (unsigned i = 0; i < 4; i++) {
                assert_delivers(&pair->alice, &pair->bob, "on time");
                assert_delivers(&pair->bob, &pair->alice, "answer");
                side_store_and_load(&pair->bob);
        }
        assert_decrypts(&pair->bob, &pair->alice, late, "late");
        assert_refuses(&pair->bob, &pair->alice, late, PEER_REPEATED);
}

static void test_lost_messages(Pair *pair, const void *data)
{
        for (unsigned i = 0; i < 10; i++) {
                g_bytes_unref(side_encrypt(&pair->alice, "lost"));
                g_bytes_unref(side_encrypt(&pair->bob, "gone"));
                assert_delivers(&pair->alice, &pair->bob, "there");
                assert_delivers(&pair->bob, &pair->alice, "back");
        }
}

static void test_repeats(Pair *pair, const void *data)
{
        for (unsigned i = 0; i < 4; i++) {
                g_autoptr(GBytes) envelope = side_encrypt(&pair->alice, "once");

                assert_decrypts(&pair->bob, &pair->alice, envelope, "once");
                assert_refuses(&pair->bob, &pair->alice, envelope, PEER_REPEATED);
                assert_delivers(&pair->bob, &pair->alice, "answer");
                assert_refuses(&pair->bob, &pair->alice, envelope, PEER_REPEATED);
        }
}

static void test_sizes(Pair *pair, const void *data)
{
        static const size_t sizes[] = {
                0, 1, 255, 256, 383, 384, 65535, 65536, 66560, 98303, PEER_PLAINTEXT_MAX};
        uint8_t *plaintext = g_malloc0(PEER_PLAINTEXT_MAX + 1), *envelope = NULL;
        size_t envelope_size;

        for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
                PeerDecrypted decrypted;

                memset(plaintext, (int)i + 1, sizes[i]);
                g_assert_cmpint(peer_encrypt(pair->alice.peer, &pair->alice.self, plaintext, sizes[i],
                                             &pair->alice.context, &envelope, &envelope_size),
                                ==, 0);
                g_assert_cmpuint(envelope_size, <=, PEER_ENVELOPE_MAX);
                g_assert_cmpint(peer_decrypt(pair->bob.peer, &pair->bob.self, &pair->alice.self.address,
                                             &pair->bob.source, envelope, envelope_size, &pair->bob.context,
                                             &decrypted),
                                ==, 0);
                g_assert_cmpmem(decrypted.plaintext, (int)decrypted.size, plaintext, (int)sizes[i]);
                peer_decrypted_deinit(&decrypted);
                free(envelope);
        }
        g_assert_cmpint(peer_encrypt(pair->alice.peer, &pair->alice.self, plaintext, PEER_PLAINTEXT_MAX + 1,
                                     &pair->alice.context, &envelope, &envelope_size),
                        ==, PEER_TOO_LARGE);
        g_free(plaintext);
}

/*
 * Nothing in an envelope shows a text, its size within a bucket, or anything that stays the same but the
 * session.
 */
static void test_envelopes_show_little(Pair *pair, const void *data)
{
        g_autoptr(GBytes) one = side_encrypt(&pair->alice, "a"),
                          other = side_encrypt(&pair->alice, "ten letters");
        const uint8_t *a = g_bytes_get_data(one, NULL), *b = g_bytes_get_data(other, NULL);
        size_t same = 0, size = g_bytes_get_size(one);

        g_assert_cmpuint(size, ==, g_bytes_get_size(other));
        g_assert_null(memmem(b, size, "letters", 7));
        for (size_t i = 18; i < size; i++)
                same += a[i] == b[i];
        g_assert_cmpuint(same, <, size / 32); /* chance alone: one byte in 256 */
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, set_up, function) \
        g_test_add("/e2ee/conversation/" name, Pair, NULL, set_up, function, pair_tear_down)
        ADD("first-message", pair_set_up, test_first_message);
        ADD("no-session", pair_set_up, test_no_session);
        ADD("start-is-repeated-until-answered", pair_set_up, test_start_is_repeated_until_answered);
        ADD("ping-pong", pair_set_up_talking, test_ping_pong);
        ADD("any-order", pair_set_up_talking, test_any_order);
        ADD("late-across-steps", pair_set_up_talking, test_late_across_steps);
        ADD("lost-messages", pair_set_up_talking, test_lost_messages);
        ADD("repeats", pair_set_up_talking, test_repeats);
        ADD("sizes", pair_set_up_talking, test_sizes);
        ADD("envelopes-show-little", pair_set_up_talking, test_envelopes_show_little);
        return g_test_run();
}
