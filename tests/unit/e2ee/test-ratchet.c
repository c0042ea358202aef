/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ratchet itself, against a peer that holds the keys and breaks the rules: headers that only a peer can
 * seal.
 */
#include <sodium.h>
#include <string.h>

#include "e2ee/ratchet-header.h"
#include "tests/unit/e2ee/side.h"

enum { TEXT_SIZE = 16, MESSAGE_SIZE = TEXT_SIZE + RATCHET_OVERHEAD };

typedef struct Message {
        uint8_t bytes[MESSAGE_SIZE];
} Message;

typedef struct Ratchets {
        Pair sides; /* for their randomness */
        Ratchet alice, bob;
} Ratchets;

static const uint8_t ad[4] = {'a', 'd', 0, 1};

static void set_up(Ratchets *r, const void *data)
{
        RatchetSecrets secrets;
        DhKeyPair prekey;

        pair_set_up(&r->sides, NULL);
        memset(&secrets, 7, sizeof(secrets));
        secrets.responder_header.bytes[0] = 8;
        dh_generate(&prekey, &r->sides.bob.context);
        g_assert_cmpint(
                ratchet_init_initiator(&r->alice, &secrets, &prekey.public_key, &r->sides.alice.context), ==,
                0);
        ratchet_init_responder(&r->bob, &secrets, &prekey);
}

static void tear_down(Ratchets *r, const void *data)
{
        ratchet_deinit(&r->alice);
        ratchet_deinit(&r->bob);
        pair_tear_down(&r->sides, NULL);
}

static Message send(Ratchets *r, Ratchet *from)
{
        Message message = {0};

        memset(message.bytes + RATCHET_BODY_OFFSET, 'x', TEXT_SIZE);
        g_assert_cmpint(
                ratchet_encrypt(from, ad, sizeof(ad), message.bytes, TEXT_SIZE, &r->sides.alice.context), ==,
                0);
        return message;
}

static int receive_with(Ratchet *to, const Message *message, const uint8_t *with, size_t with_size)
{
        uint8_t text[TEXT_SIZE];
        RatchetDraft draft;
        int result;

        result = ratchet_decrypt(to, with, with_size, message->bytes, MESSAGE_SIZE, 0, text, &draft);
        if (result == 0)
                g_assert_cmpint(ratchet_keep(to, &draft, 0), ==, 0);
        ratchet_draft_deinit(&draft);
        return result;
}

static int receive(Ratchet *to, const Message *message)
{
        return receive_with(to, message, ad, sizeof(ad));
}

static void talk(Ratchets *r)
{
        Message there = send(r, &r->alice), back;

        g_assert_cmpint(receive(&r->bob, &there), ==, 0);
        back = send(r, &r->bob);
        g_assert_cmpint(receive(&r->alice, &back), ==, 0);
}

/* A message with a header of the test's own, under a header key of the receiver's; its body is nobody's. */
static Message craft(const HeaderKey *key, uint8_t ratchet_key, uint32_t sent_before, uint32_t number)
{
        RatchetHeader header = {.sent_before = sent_before, .number = number};
        Message message = {0};

        memset(header.ratchet_key.bytes, ratchet_key, 32);
        ratchet_header_seal(key, ad, sizeof(ad), &header, message.bytes);
        return message;
}

static void test_responder_cannot_begin(Ratchets *r, const void *data)
{
        Message message = {0};

        g_assert_cmpint(
                ratchet_encrypt(&r->bob, ad, sizeof(ad), message.bytes, TEXT_SIZE, &r->sides.bob.context), <,
                0);
}

static void test_associated_data(Ratchets *r, const void *data)
{
        Message message = send(r, &r->alice);
        static const uint8_t other[4] = {'a', 'd', 0, 2};

        g_assert_cmpint(receive_with(&r->bob, &message, other, sizeof(other)), ==, RATCHET_FORGED);
        g_assert_cmpint(receive_with(&r->bob, &message, ad, sizeof(ad) - 1), ==, RATCHET_FORGED);
        g_assert_cmpint(receive(&r->bob, &message), ==, 0);
}

/*
 * The body belongs to its sealed header, not only to what the header says: the same one, sealed again, is
 * another.
 */
static void test_header_is_bound(Ratchets *r, const void *data)
{
        Message message = send(r, &r->alice), again = message;
        const HeaderKey *key = &r->bob.state.next_receiving_header;
        RatchetHeader header;

        g_assert_true(ratchet_header_open(key, ad, sizeof(ad), message.bytes, &header));
        again.bytes[0] ^= 1; /* of the header's nonce */
        ratchet_header_seal(key, ad, sizeof(ad), &header, again.bytes);
        g_assert_true(ratchet_header_open(key, ad, sizeof(ad), again.bytes, &header));
        g_assert_cmpint(receive(&r->bob, &again), ==, RATCHET_FORGED);
        g_assert_cmpint(receive(&r->bob, &message), ==, 0);
}

static void test_previous_count_lies(Ratchets *r, const void *data)
{
        Message message;

        /* Before the first chain there was none that could have had messages. */
        message = craft(&r->bob.state.next_receiving_header, 9, 1, 0);
        g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_FORGED);
        talk(r);
        send(r, &r->bob);
        /* One message of that chain was received, so it had one. */
        message = craft(&r->bob.state.next_receiving_header, 9, 0, 0);
        g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_FORGED);
        message = craft(&r->bob.state.next_receiving_header, 9, UINT32_MAX, UINT32_MAX);
        g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_TOO_FAR);
}

static void test_older_chain_has_no_more(Ratchets *r, const void *data)
{
        Message message, lost;

        talk(r);
        lost = send(r, &r->alice);
        message = send(r, &r->alice);
        g_assert_cmpint(receive(&r->bob, &message), ==, 0);
        g_assert_cmpuint(r->bob.state.chain_count, ==, 2);
        message = craft(&r->bob.state.chains[1].header_key, 9, 0, r->bob.state.chains[1].next);
        g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_FORGED);
        message = craft(&r->bob.state.chains[1].header_key, 9, 0, 0);
        g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_REPEATED);
        g_assert_cmpint(receive(&r->bob, &lost), ==, 0);
}

static void test_older_chain_keys_are_gone(Ratchets *r, const void *data)
{
        for (unsigned i = 0; i < 8; i++) {
                talk(r);
                for (unsigned k = 1; k < r->bob.state.chain_count; k++)
                        g_assert_true(sodium_is_zero(r->bob.state.chains[k].chain_key.bytes, 32));
        }
        g_assert_cmpuint(r->bob.state.chain_count, ==, RATCHET_RECEIVING_CHAINS_MAX);
}

/*
 * While our step is due, the peer has not seen the key that its next one would answer: its next chain does
 * not exist. A step that was tried would end in a body that does not open, which looks the same; the jump
 * tells them apart.
 */
static void test_no_step_twice(Ratchets *r, const void *data)
{
        Message message = send(r, &r->alice);

        for (unsigned i = 0; i < 2; i++) {
                g_assert_cmpint(receive(&r->bob, &message), ==, 0);
                g_assert_cmpint(r->bob.state.sending, ==, SENDING_STEP_DUE);
                message = craft(&r->bob.state.next_receiving_header, 9, 1, RATCHET_SKIP_MAX + 1);
                g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_FORGED);
                message = send(r, &r->bob);
                g_assert_cmpint(receive(&r->alice, &message), ==, 0);
                message = craft(&r->bob.state.next_receiving_header, 9, 1, RATCHET_SKIP_MAX + 1);
                g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_TOO_FAR);
                message = send(r, &r->alice);
        }
}

static void test_small_order_ratchet_key(Ratchets *r, const void *data)
{
        Message message = craft(&r->bob.state.next_receiving_header, 0, 0, 0);

        g_assert_cmpint(receive(&r->bob, &message), ==, RATCHET_FORGED);
}

static void test_end_of_chain(Ratchets *r, const void *data)
{
        Message message = {0};

        r->alice.state.sent = UINT32_MAX;
        g_assert_cmpint(ratchet_encrypt(&r->alice, ad, sizeof(ad), message.bytes, TEXT_SIZE,
                                        &r->sides.alice.context),
                        <, 0);
        g_assert_cmpuint(r->alice.state.sent, ==, UINT32_MAX);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/e2ee/ratchet/" name, Ratchets, NULL, set_up, function, tear_down)
        ADD("responder-cannot-begin", test_responder_cannot_begin);
        ADD("associated-data", test_associated_data);
        ADD("header-is-bound", test_header_is_bound);
        ADD("previous-count-lies", test_previous_count_lies);
        ADD("older-chain-has-no-more", test_older_chain_has_no_more);
        ADD("older-chain-keys-are-gone", test_older_chain_keys_are_gone);
        ADD("no-step-twice", test_no_step_twice);
        ADD("small-order-ratchet-key", test_small_order_ratchet_key);
        ADD("end-of-chain", test_end_of_chain);
        return g_test_run();
}
