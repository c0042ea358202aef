/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Envelopes that nobody honest has sent: none of them decrypts, and none of them changes a byte of the
 * state.
 */
#include <sodium.h>
#include <string.h>

#include "e2ee/peer-sessions.h"
#include "tests/unit/e2ee/side.h"

/* Every byte of the envelope, one bit each; and the envelope itself still decrypts afterwards. */
static void assert_no_flip_decrypts(Side *side, const Side *from, GBytes *envelope, const char *text)
{
        g_autoptr(GBytes) before = side_stored(side), after = NULL;
        size_t size = g_bytes_get_size(envelope);

        for (size_t i = 0; i < size; i++) {
                g_autoptr(GBytes) forged = flipped(envelope, i, (unsigned)(i % 8));
                int r = side_decrypt(side, from, forged, NULL);

                g_assert_cmpint(r, >, 0);
                g_assert_cmpint(r, !=, PEER_REPEATED);
        }
        after = side_stored(side);
        g_assert_true(g_bytes_equal(before, after));
        assert_decrypts(side, from, envelope, text);
}

static void test_flips_of_first(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = NULL;

        side_start(&pair->alice, &pair->bob);
        envelope = side_encrypt(&pair->alice, "starts the session");
        assert_no_flip_decrypts(&pair->bob, &pair->alice, envelope, "starts the session");
}

/*
 * The session is known, so nothing of the prefix but the base key is needed: it has to be authentic all the
 * same.
 */
static void test_flips_of_second(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = NULL;

        side_start(&pair->alice, &pair->bob);
        assert_delivers(&pair->alice, &pair->bob, "starts the session");
        envelope = side_encrypt(&pair->alice, "starts it too");
        assert_no_flip_decrypts(&pair->bob, &pair->alice, envelope, "starts it too");
}

static void test_flips_of_step(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = side_encrypt(&pair->alice, "with a new ratchet key");

        assert_no_flip_decrypts(&pair->bob, &pair->alice, envelope, "with a new ratchet key");
}

static void test_flips_of_skipped(Pair *pair, const void *data)
{
        g_autoptr(GBytes) skipped = side_encrypt(&pair->alice, "jumped over"), old = NULL;

        assert_delivers(&pair->alice, &pair->bob, "next");
        assert_no_flip_decrypts(&pair->bob, &pair->alice, skipped, "jumped over");

        old = side_encrypt(&pair->alice, "of an older chain");
        assert_delivers(&pair->bob, &pair->alice, "answer");
        assert_delivers(&pair->alice, &pair->bob, "new chain");
        assert_no_flip_decrypts(&pair->bob, &pair->alice, old, "of an older chain");
}

/* A forged body behind a header that jumps leaves no skipped keys behind. */
static void test_flip_of_jumping(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = side_encrypt(&pair->alice, "1"), second = side_encrypt(&pair->alice, "2");
        g_autoptr(GBytes) third = side_encrypt(&pair->alice, "3");
        g_autoptr(GBytes) forged = flipped(third, g_bytes_get_size(third) - 1, 0);

        assert_refuses(&pair->bob, &pair->alice, forged, PEER_FORGED);
        assert_decrypts(&pair->bob, &pair->alice, first, "1");
        assert_refuses(&pair->bob, &pair->alice, forged, PEER_FORGED);
        assert_decrypts(&pair->bob, &pair->alice, third, "3");
        assert_decrypts(&pair->bob, &pair->alice, second, "2");
}

static void test_truncated(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = NULL, longer = NULL;
        g_autoptr(GByteArray) array = g_byte_array_new();

        side_start(&pair->alice, &pair->bob);
        envelope = side_encrypt(&pair->alice, "cut off");
        for (size_t i = 0; i < g_bytes_get_size(envelope); i++) {
                g_autoptr(GBytes) cut = g_bytes_new_from_bytes(envelope, 0, i);

                g_assert_cmpint(side_decrypt(&pair->bob, &pair->alice, cut, NULL), ==, PEER_MALFORMED);
        }
        g_byte_array_append(array, g_bytes_get_data(envelope, NULL), (guint)g_bytes_get_size(envelope));
        g_byte_array_append(array, (const guint8 *)"x", 1);
        longer = g_bytes_new(array->data, array->len);
        assert_refuses(&pair->bob, &pair->alice, longer, PEER_MALFORMED);
        g_byte_array_set_size(array, PEER_ENVELOPE_MAX + 1);
        {
                g_autoptr(GBytes) huge = g_bytes_new(array->data, array->len);

                assert_refuses(&pair->bob, &pair->alice, huge, PEER_MALFORMED);
        }
        assert_decrypts(&pair->bob, &pair->alice, envelope, "cut off");
}

/* Parts of two genuine envelopes put together. */
static void test_spliced(Pair *pair, const void *data)
{
        g_autoptr(GBytes) a = side_encrypt(&pair->alice, "one"), b = side_encrypt(&pair->alice, "other");
        size_t size = g_bytes_get_size(a);

        for (size_t cut = 18; cut < size; cut += 2) {
                g_autofree uint8_t *mixed = g_malloc(size);
                g_autoptr(GBytes) bytes = NULL;

                memcpy(mixed, g_bytes_get_data(a, NULL), cut);
                memcpy(mixed + cut, (const uint8_t *)g_bytes_get_data(b, NULL) + cut, size - cut);
                bytes = g_bytes_new(mixed, size);
                if (!g_bytes_equal(bytes, b))
                        assert_refuses(&pair->bob, &pair->alice, bytes, PEER_FORGED);
        }
        assert_decrypts(&pair->bob, &pair->alice, b, "other");
        assert_decrypts(&pair->bob, &pair->alice, a, "one");
}

static void test_wrong_sender(Pair *pair, const void *data)
{
        g_autoptr(GBytes) first = NULL, later = NULL;
        Side mallory;

        side_init(&mallory, "mallory", 1, 33);
        side_start(&pair->alice, &pair->bob);
        first = side_encrypt(&pair->alice, "from alice");
        assert_refuses(&pair->bob, &mallory, first, PEER_FORGED);
        mallory.self.address = pair->alice.self.address;
        mallory.self.address.device_id++;
        assert_refuses(&pair->bob, &mallory, first, PEER_FORGED);
        assert_decrypts(&pair->bob, &pair->alice, first, "from alice");
        later = side_encrypt(&pair->alice, "from alice too");
        assert_refuses(&pair->bob, &mallory, later, PEER_FORGED);
        assert_decrypts(&pair->bob, &pair->alice, later, "from alice too");
        side_deinit(&mallory);
}

/*
 * The session is bound to the receiver's address as well: nobody can say that it was meant for another
 * device.
 */
static void test_wrong_receiver(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = NULL;

        side_start(&pair->alice, &pair->bob);
        envelope = side_encrypt(&pair->alice, "for device 2");
        pair->bob.self.address.device_id = 3;
        assert_refuses(&pair->bob, &pair->alice, envelope, PEER_FORGED);
        pair->bob.self.address.device_id = 2;
        assert_decrypts(&pair->bob, &pair->alice, envelope, "for device 2");
}

static void test_reflected(Pair *pair, const void *data)
{
        g_autoptr(GBytes) message = side_encrypt(&pair->alice, "to bob"), start = NULL;

        assert_refuses(&pair->alice, &pair->bob, message, PEER_FORGED);
        side_start(&pair->alice, &pair->bob);
        start = side_encrypt(&pair->alice, "to bob");
        g_assert_cmpint(side_decrypt(&pair->alice, &pair->bob, start, NULL), >, 0);
}

/*
 * An identity key in the envelope that is not alice's: the session belongs to another identity, and says so.
 */
static void test_other_identity(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = NULL;
        Side impostor;

        side_init(&impostor, "alice", 1, 44);
        side_start(&impostor, &pair->bob);
        envelope = side_encrypt(&impostor, "I am alice, really");
        assert_decrypts(&pair->bob, &impostor, envelope, "I am alice, really");
        g_assert_cmpint(memcmp(&pair->bob.last.identity, &pair->alice.identity.public_identity,
                               sizeof(PublicIdentity)),
                        !=, 0);
        side_deinit(&impostor);
}

/* What the two sides have agreed on is authenticated with every message, not with the first alone. */
static void test_other_transcript(Pair *pair, const void *data)
{
        g_autoptr(GBytes) envelope = side_encrypt(&pair->alice, "of this session");

        pair->bob.peer->sessions[0]->transcript.bytes[0] ^= 1;
        assert_refuses(&pair->bob, &pair->alice, envelope, PEER_FORGED);
        pair->bob.peer->sessions[0]->transcript.bytes[0] ^= 1;
        assert_decrypts(&pair->bob, &pair->alice, envelope, "of this session");
}

static void assert_refused_with(Pair *pair, size_t offset, uint8_t value, int code)
{
        g_autoptr(GBytes) envelope = side_encrypt(&pair->alice, "changed"), changed = NULL;
        size_t size = g_bytes_get_size(envelope);
        uint8_t *copy = g_memdup2(g_bytes_get_data(envelope, NULL), size);

        copy[offset] = value;
        changed = g_bytes_new_take(copy, size);
        assert_refuses(&pair->bob, &pair->alice, changed, code);
}

static void test_prefix(Pair *pair, const void *data)
{
        side_start(&pair->alice, &pair->bob);
        assert_refused_with(pair, 0, 0, PEER_MALFORMED);
        assert_refused_with(pair, 0, 2, PEER_UNSUPPORTED);
        assert_refused_with(pair, 0, 255, PEER_UNSUPPORTED);
        assert_refused_with(pair, 1, 0, PEER_MALFORMED);
        assert_refused_with(pair, 1, 3, PEER_MALFORMED);
        assert_refused_with(pair, 3, 0, PEER_UNSUPPORTED); /* the suite */
        assert_refused_with(pair, 3, 2, PEER_UNSUPPORTED);
        assert_refused_with(pair, 178, 0, PEER_MALFORMED); /* the signed prekey's ID: 0 */
        assert_refused_with(pair, 179, 0, PEER_MALFORMED); /* no one-time prekey, which has an ID */
        assert_refused_with(pair, 179, 1, PEER_MALFORMED); /* a signed prekey in its place */
        assert_refused_with(pair, 185, 1, PEER_MALFORMED); /* a KEM ciphertext */
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, set_up, function) \
        g_test_add("/e2ee/forgery/" name, Pair, NULL, set_up, function, pair_tear_down)
        ADD("flips/first", pair_set_up, test_flips_of_first);
        ADD("flips/second", pair_set_up, test_flips_of_second);
        ADD("flips/step", pair_set_up_talking, test_flips_of_step);
        ADD("flips/skipped", pair_set_up_talking, test_flips_of_skipped);
        ADD("flips/jumping", pair_set_up_talking, test_flip_of_jumping);
        ADD("truncated", pair_set_up, test_truncated);
        ADD("spliced", pair_set_up_talking, test_spliced);
        ADD("wrong-sender", pair_set_up, test_wrong_sender);
        ADD("wrong-receiver", pair_set_up, test_wrong_receiver);
        ADD("reflected", pair_set_up_talking, test_reflected);
        ADD("other-identity", pair_set_up, test_other_identity);
        ADD("other-transcript", pair_set_up_talking, test_other_transcript);
        ADD("prefix", pair_set_up, test_prefix);
        return g_test_run();
}
