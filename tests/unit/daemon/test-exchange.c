/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two accounts with real stores and sessions: what becomes of envelopes that come once, twice, too late,
 * damaged, or from somebody with another key.
 */
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/contact.h"
#include "daemon/store-event.h"
#include "daemon/store-prekey.h"
#include "tests/unit/daemon/side.h"

typedef struct Two {
        Side alice, bob;
} Two;

static void two_init(Two *two)
{
        side_init(&two->alice, "alice", 1);
        side_init(&two->bob, "bob", 1);
}

static void two_deinit(Two *two)
{
        side_deinit(&two->bob);
        side_deinit(&two->alice);
}

static void two_start(Two *two, unsigned one_time)
{
        PrekeyBundle bundle;

        side_bundle(&two->bob, one_time, &bundle);
        side_start(&two->alice, &bundle);
}

static void test_both_ways(void)
{
        Parcel there, back;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "Grüße", &there);
        side_take(&two.bob, &two.alice, &there);
        g_assert_true(side_has_text(&two.bob, "alice", "Grüße"));
        /* Bob can answer without asking the server for anything. */
        side_write(&two.bob, "alice", "Hello", &back);
        side_reopen(&two.alice);
        side_take(&two.alice, &two.bob, &back);
        g_assert_true(side_has_text(&two.alice, "bob", "Hello"));
        g_assert_cmpuint(side_rejected(&two.alice) + side_rejected(&two.bob), ==, 0);
        g_assert_cmpstr(side_contact(&two.alice, "bob").safety_number, ==,
                        side_contact(&two.bob, "alice").safety_number);
        parcel_clear(&there);
        parcel_clear(&back);
        two_deinit(&two);
}

static void test_repeat(void)
{
        Parcel parcel;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "once", &parcel);
        for (unsigned i = 0; i < 3; i++)
                side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "once"));
        g_assert_cmpuint(side_rejected(&two.bob), ==, 2);
        two.bob.expect_repeat = true;
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "once"));
        g_assert_cmpuint(side_rejected(&two.bob), ==, 2);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_UNREADABLE), ==, 0);
        parcel_clear(&parcel);
        two_deinit(&two);
}

/* The same message in two envelopes, as after a change of the recipient's device: shown once. */
static void test_same_message_in_another_envelope(void)
{
        Parcel first, second;
        Contact bob;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "first", &first);
        side_write(&two.alice, "bob", "second", &second);
        side_take(&two.bob, &two.alice, &first);
        bob = side_contact(&two.alice, "bob");

        /* The daemon's own way back: unseal, and seal again. */
        {
                Store *transaction = NULL;

                g_assert_cmpint(store_begin(two.alice.store, &transaction), ==, 0);
                g_assert_cmpint(store_outbox_unseal(two.alice.store, bob.id), ==, 0);
                g_assert_cmpint(store_commit(&transaction), ==, 0);
        }
        parcel_clear(&first);
        side_seal_waiting(&two.alice, "bob", &first);
        side_take(&two.bob, &two.alice, &first);
        g_assert_true(side_has_text(&two.bob, "alice", "first"));
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);
        parcel_clear(&first);
        parcel_clear(&second);
        two_deinit(&two);
}

/* A one-time prekey that was used is gone for good. */
static void test_one_time_prekey_is_spent(void)
{
        PrekeyBundle bundle;
        Parcel parcel;
        Prekey prekey;
        Two two;

        two_init(&two);
        side_bundle(&two.bob, 1, &bundle);
        side_start(&two.alice, &bundle);
        g_assert_cmpint(store_prekey_find(two.bob.store, PREKEY_ONE_TIME, bundle.one_time_prekey_id,
                                          &prekey),
                        ==, 0);
        side_write(&two.alice, "bob", "hi", &parcel);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_cmpint(store_prekey_find(two.bob.store, PREKEY_ONE_TIME, bundle.one_time_prekey_id,
                                          &prekey),
                        ==, STORE_PREKEY_NONE);
        parcel_clear(&parcel);
        two_deinit(&two);
}

static void forget_sessions(Side *side)
{
        g_assert_cmpint(database_exec(side->store->database, "DELETE FROM peer"), ==, 0);
}

/* Even when the session that it started is forgotten, the start with a last-resort prekey counts once. */
static void test_last_resort_start_is_no_replay(void)
{
        Parcel parcel;
        Two two;

        two_init(&two);
        two_start(&two, 0);
        side_write(&two.alice, "bob", "once", &parcel);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "once"));
        forget_sessions(&two.bob);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 1);
        parcel_clear(&parcel);
        two_deinit(&two);
}

/* Likewise with a signed prekey alone, which a server may give out without any other. */
static void test_signed_start_is_no_replay(void)
{
        PrekeyBundle bundle;
        Parcel parcel;
        Two two;

        two_init(&two);
        side_bundle(&two.bob, 0, &bundle);
        bundle.has_one_time_prekey = false;
        side_start(&two.alice, &bundle);
        side_write(&two.alice, "bob", "once", &parcel);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "once"));
        forget_sessions(&two.bob);
        /* The upkeep of prekeys that are still in use forgets nothing. */
        g_assert_cmpint(store_prekey_delete_replaced(two.bob.store, PREKEY_SIGNED, 0), ==, 0);
        g_assert_cmpint(store_prekey_delete_replaced(two.bob.store, PREKEY_LAST_RESORT, 0), ==, 0);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 1);
        parcel_clear(&parcel);
        two_deinit(&two);
}

static unsigned waiting_resets(Side *side, const char *name)
{
        bool has_reset = false;

        g_assert_cmpint(store_outbox_has_reset(side->store, side_contact(side, name).id, &has_reset), ==, 0);
        return has_reset;
}

/* What a contact sent in a session that is lost here is shown as unreadable, and answered with a fresh one,
 * once. */
static void test_lost_session(void)
{
        Parcel hello, answer, later, last;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "hello", &hello);
        side_take(&two.bob, &two.alice, &hello);
        side_write(&two.bob, "alice", "answer", &answer);
        side_take(&two.alice, &two.bob, &answer);
        side_write(&two.alice, "bob", "later", &later);
        side_write(&two.alice, "bob", "last", &last);

        forget_sessions(&two.bob);
        side_take(&two.bob, &two.alice, &later);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_UNREADABLE), ==, 1);
        g_assert_cmpuint(waiting_resets(&two.bob, "alice"), ==, 1);
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);

        /* The second one adds neither a notice nor a reset. */
        side_take(&two.bob, &two.alice, &last);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_UNREADABLE), ==, 1);
        g_assert_cmpuint(side_rejected(&two.bob), ==, 2);
        {
                OutboxEntry entry;

                g_assert_cmpint(store_outbox_first_waiting(two.bob.store, side_contact(&two.bob, "alice").id,
                                                           &entry),
                                ==, 0);
                g_assert_cmpuint(entry.message, ==, 0);
                g_assert_cmpint(store_outbox_delete(two.bob.store, entry.number), ==, 0);
        }
        side_take(&two.bob, &two.alice, &last);
        g_assert_cmpuint(waiting_resets(&two.bob, "alice"), ==, 0); /* too soon after the first */

        parcel_clear(&hello);
        parcel_clear(&answer);
        parcel_clear(&later);
        parcel_clear(&last);
        two_deinit(&two);
}

static void test_damaged(void)
{
        Parcel hello, parcel;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "hello", &hello);
        side_take(&two.bob, &two.alice, &hello);
        side_write(&two.alice, "bob", "whole", &parcel);
        parcel.data[parcel.size - 1] ^= 1;
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_TEXT), ==, 1);
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);
        g_assert_cmpuint(waiting_resets(&two.bob, "alice"), ==, 0);
        /* Nothing moved on: the true one is still readable. */
        parcel.data[parcel.size - 1] ^= 1;
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "whole"));
        parcel_clear(&hello);
        parcel_clear(&parcel);
        two_deinit(&two);
}

/* Somebody whom nobody here knows leaves no trace but a number. */
static void test_stranger_with_rubbish(void)
{
        Parcel parcel = {.data = g_malloc(500), .size = 500};
        Two two;

        two_init(&two);
        randombytes_buf(parcel.data, parcel.size);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_false(side_knows(&two.bob, "alice"));
        g_assert_cmpuint(side_rejected(&two.bob), ==, 1);
        parcel_clear(&parcel);
        two_deinit(&two);
}

/* The server says that it comes from somebody else: not a word of it is taken for theirs. */
static void test_wrong_sender(void)
{
        Parcel parcel;
        Side mallory;
        Two two;

        two_init(&two);
        side_init(&mallory, "mallory", 1);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "for bob, from alice", &parcel);
        side_take(&two.bob, &mallory, &parcel);
        g_assert_false(side_knows(&two.bob, "mallory"));
        side_take(&two.bob, &two.bob, &parcel);
        g_assert_false(side_knows(&two.bob, "bob"));
        g_assert_cmpuint(side_rejected(&two.bob), ==, 2);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_true(side_has_text(&two.bob, "alice", "for bob, from alice"));
        parcel_clear(&parcel);
        side_deinit(&mallory);
        two_deinit(&two);
}

static int refuse_any(void *userdata, const OutboxEntry *entry)
{
        return 1;
}

/* Alice comes back with another identity: Bob reads her, is told, and sends nothing until somebody has
 * accepted. */
static void test_other_identity(void)
{
        const SigningPublicKey *old_key, *new_key;
        Parcel hello, late, answer, again;
        PrekeyBundle bundle;
        Contact contact;
        Side other;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "hello", &hello);
        side_take(&two.bob, &two.alice, &hello);
        side_write(&two.alice, "bob", "late", &late);
        side_write(&two.bob, "alice", "on its way", &answer);

        side_init(&other, "alice", 2);
        side_bundle(&two.bob, 1, &bundle);
        side_start(&other, &bundle);
        side_write(&other, "bob", "it is me", &again);
        side_take(&two.bob, &other, &again);
        g_assert_true(side_has_text(&two.bob, "alice", "it is me"));
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_KEY_CHANGE), ==, 1);
        contact = side_contact(&two.bob, "alice");
        g_assert_true(contact.key_changed);
        {
                OutboxEntry entry;

                /* What was sealed for the old key waits, and may not be sealed for the new one. */
                g_assert_cmpint(store_outbox_first_waiting(two.bob.store, contact.id, &entry), ==,
                                STORE_OUTBOX_NONE);
                g_assert_cmpint(store_outbox_each_ready(two.bob.store, refuse_any, NULL), ==, 0);
        }

        old_key = &two.alice.keys->identity.public_identity.signing_key;
        new_key = &other.keys->identity.public_identity.signing_key;
        g_assert_cmpint(contact_accept_key(two.bob.store, "alice", old_key), ==, CONTACT_OTHER_KEY);
        g_assert_true(side_contact(&two.bob, "alice").key_changed);
        g_assert_cmpint(contact_accept_key(two.bob.store, "alice", new_key), ==, 0);
        contact = side_contact(&two.bob, "alice");
        g_assert_false(contact.key_changed);
        g_assert_cmpuint(contact.device_id, ==, 0); /* a fresh session, with the accepted key */
        {
                OutboxEntry entry;

                g_assert_cmpint(store_outbox_first_waiting(two.bob.store, contact.id, &entry), ==, 0);
                g_assert_cmpuint(entry.message, ==, answer.message);
        }
        g_assert_cmpstr(contact.safety_number, ==, side_contact(&other, "bob").safety_number);

        /* What she wrote before, with the old key, is read and changes nothing. */
        side_take(&two.bob, &two.alice, &late);
        g_assert_true(side_has_text(&two.bob, "alice", "late"));
        contact = side_contact(&two.bob, "alice");
        g_assert_false(contact.key_changed);
        g_assert_cmpuint(contact.device_id, ==, 0);
        g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_KEY_CHANGE), ==, 1);

        parcel_clear(&hello);
        parcel_clear(&late);
        parcel_clear(&answer);
        parcel_clear(&again);
        side_deinit(&other);
        two_deinit(&two);
}

static int note_kind(void *userdata, const Event *event)
{
        g_array_append_val((GArray *)userdata, event->kind);
        return 0;
}

static void test_events(void)
{
        g_autoptr(GArray) kinds = g_array_new(FALSE, FALSE, sizeof(EventKind));
        Parcel parcel;
        Two two;

        two_init(&two);
        two_start(&two, 1);
        side_write(&two.alice, "bob", "hello", &parcel);
        side_take(&two.bob, &two.alice, &parcel);
        g_assert_cmpint(store_event_each(two.bob.store, 0, 10, note_kind, kinds), ==, 0);
        g_assert_cmpuint(kinds->len, ==, 4);
        g_assert_cmpint(g_array_index(kinds, EventKind, 0), ==, EVENT_CONTACT_ADDED);
        g_assert_cmpint(g_array_index(kinds, EventKind, 1), ==, EVENT_CONTACT_REQUEST);
        g_assert_cmpint(g_array_index(kinds, EventKind, 2), ==, EVENT_MESSAGE_RECEIVED);
        g_assert_cmpint(g_array_index(kinds, EventKind, 3), ==, EVENT_CONTACT_ACCEPTED);
        parcel_clear(&parcel);
        two_deinit(&two);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/exchange/both-ways", test_both_ways);
        g_test_add_func("/exchange/repeat", test_repeat);
        g_test_add_func("/exchange/same-message-in-another-envelope", test_same_message_in_another_envelope);
        g_test_add_func("/exchange/one-time-prekey-is-spent", test_one_time_prekey_is_spent);
        g_test_add_func("/exchange/last-resort-start-is-no-replay", test_last_resort_start_is_no_replay);
        g_test_add_func("/exchange/signed-start-is-no-replay", test_signed_start_is_no_replay);
        g_test_add_func("/exchange/lost-session", test_lost_session);
        g_test_add_func("/exchange/damaged", test_damaged);
        g_test_add_func("/exchange/stranger-with-rubbish", test_stranger_with_rubbish);
        g_test_add_func("/exchange/wrong-sender", test_wrong_sender);
        g_test_add_func("/exchange/other-identity", test_other_identity);
        g_test_add_func("/exchange/events", test_events);
        return g_test_run();
}
