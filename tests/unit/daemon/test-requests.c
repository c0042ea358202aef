/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strangers, and what they can make of somebody's store: with real sessions, and a clock that is wound back. */
#include <glib.h>
#include <sodium.h>

#include "daemon/contact.h"
#include "daemon/relation.h"
#include "daemon/store-outbox.h"
#include "tests/unit/daemon/side.h"

typedef struct Two {
        Side alice, bob;
} Two;

static void two_init(Two *two)
{
        PrekeyBundle bundle;

        side_init(&two->alice, "alice", 1);
        side_init(&two->bob, "bob", 1);
        two->bob.has_requests = true;
        side_bundle(&two->bob, 1, &bundle);
        side_start(&two->alice, &bundle);
}

static void two_deinit(Two *two)
{
        side_deinit(&two->bob);
        side_deinit(&two->alice);
}

/* alice writes, bob takes it in. */
static void say(Two *two, const char *text)
{
        Parcel parcel;

        side_write(&two->alice, "bob", text, &parcel);
        side_take(&two->bob, &two->alice, &parcel);
        parcel_clear(&parcel);
}

static void step(Two *two, RelationStep what, int expected)
{
        g_assert_cmpint(relation_take_step(two->bob.store, "alice", what), ==, expected);
}

static const char *relation(Two *two)
{
        const Contact alice = side_contact(&two->bob, "alice");

        return contact_relation_name(&alice);
}

static void wind_back(Two *two, uint64_t ms)
{
        Contact alice = side_contact(&two->bob, "alice");
        Store *transaction = NULL;

        alice.relation_since_ms -= ms;
        g_assert_cmpint(store_begin(two->bob.store, &transaction), ==, 0);
        g_assert_cmpint(store_contact_update_relation(two->bob.store, &alice), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

static void test_declined_may_ask_again(void)
{
        Two two;

        two_init(&two);
        say(&two, "first");
        g_assert_cmpstr(relation(&two), ==, "request");
        step(&two, RELATION_DECLINE, 0);
        say(&two, "second");
        wind_back(&two, REQUEST_AGAIN_MS - 60 * 1000);
        say(&two, "third");
        g_assert_cmpstr(relation(&two), ==, "declined");
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 0);
        wind_back(&two, 60 * 1000);
        say(&two, "fourth");
        g_assert_cmpstr(relation(&two), ==, "request");
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 1);
        g_assert_true(side_has_text(&two.bob, "alice", "fourth"));
        /* Refused once more, it starts from the beginning. */
        step(&two, RELATION_DECLINE, 0);
        say(&two, "fifth");
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 0);
        g_assert_cmpuint(side_rejected(&two.bob), ==, 0);
        two_deinit(&two);
}

static void test_a_clock_set_back_silences_nobody(void)
{
        Two two;

        two_init(&two);
        say(&two, "first");
        step(&two, RELATION_DECLINE, 0);
        wind_back(&two, (uint64_t)-60000); /* it happened in what is the future now */
        say(&two, "second");
        g_assert_cmpstr(relation(&two), ==, "request");
        two_deinit(&two);
}

/* One stranger too many is not even opened: what they sent can still be read when there is room. */
static void test_too_many_strangers(void)
{
        Store *transaction = NULL;
        Contact contact;
        Parcel parcel;
        Two two;

        two_init(&two);
        g_assert_cmpint(store_begin(two.bob.store, &transaction), ==, 0);
        for (unsigned i = 0; i < REQUESTS_MAX; i++) {
                g_autofree char *name = g_strdup_printf("stranger%u", i);

                g_assert_cmpint(contact_meet(two.bob.store, name, &contact), ==, 0);
        }
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        side_write(&two.alice, "bob", "hello", &parcel);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_false(side_knows(&two.bob, "alice"));
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);
        g_assert_cmpint(relation_take_step(two.bob.store, "stranger7", RELATION_DECLINE), ==, 0);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "hello"));
        /* Somebody declined needs room too. */
        step(&two, RELATION_DECLINE, 0);
        g_assert_cmpint(relation_take_step(two.bob.store, "stranger7", RELATION_BLOCK), ==, 0);
        g_assert_cmpint(store_begin(two.bob.store, &transaction), ==, 0);
        g_assert_cmpint(contact_meet(two.bob.store, "one-more", &contact), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        wind_back(&two, REQUEST_AGAIN_MS);
        say(&two, "again");
        g_assert_cmpstr(relation(&two), ==, "declined");
        g_assert_cmpuint(side_rejected(&two.bob), ==, 2);
        parcel_clear(&parcel);
        two_deinit(&two);
}

/* Unreadable envelopes are answered with a fresh session only where somebody is known to be there. */
static void test_no_answer_to_whom_nobody_accepted(void)
{
        static const RelationStep steps[] = {RELATION_DECLINE, RELATION_BLOCK, RELATION_UNBLOCK, RELATION_ACCEPT};
        Parcel parcel;
        Two two;

        two_init(&two);
        say(&two, "hello");
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
                bool has_reset = true;

                side_write(&two.alice, "bob", "lost", &parcel);
                parcel.data[5] ^= 1; /* the session's ID: one that nobody knows */
                side_take(&two.bob, &two.alice, &parcel);
                parcel_clear(&parcel);
                g_assert_cmpint(store_outbox_has_reset(two.bob.store, side_contact(&two.bob, "alice").id,
                                                       &has_reset),
                                ==, 0);
                g_assert_false(has_reset);
                g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_UNREADABLE), ==, 0);
                step(&two, steps[i], 0);
        }
        g_assert_cmpstr(relation(&two), ==, "accepted");
        two_deinit(&two);
}

/* A blocked contact's new key is remembered without a word, and told about when they are heard again. */
static void test_key_change_while_blocked(void)
{
        PrekeyBundle bundle;
        Side other;
        Parcel parcel;
        Two two;

        two_init(&two);
        say(&two, "hello");
        step(&two, RELATION_ACCEPT, 0);
        step(&two, RELATION_BLOCK, 0);
        side_init(&other, "alice", 2);
        side_bundle(&two.bob, 1, &bundle);
        side_start(&other, &bundle);
        side_write(&other, "bob", "it is me", &parcel);
        side_take(&two.bob, &other, &parcel);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_KEY_CHANGE), ==, 0);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 1);
        step(&two, RELATION_UNBLOCK, 0);
        g_assert_cmpstr(relation(&two), ==, "accepted");
        g_assert_true(side_contact(&two.bob, "alice").key_changed);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_KEY_CHANGE), ==, 1);
        parcel_clear(&parcel);
        side_deinit(&other);
        two_deinit(&two);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/requests/declined-may-ask-again", test_declined_may_ask_again);
        g_test_add_func("/requests/a-clock-set-back-silences-nobody", test_a_clock_set_back_silences_nobody);
        g_test_add_func("/requests/too-many-strangers", test_too_many_strangers);
        g_test_add_func("/requests/no-answer-to-whom-nobody-accepted", test_no_answer_to_whom_nobody_accepted);
        g_test_add_func("/requests/key-change-while-blocked", test_key_change_while_blocked);
        return g_test_run();
}
