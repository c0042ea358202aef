/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a session has done its time, and what becomes of it then. */
#include <glib.h>
#include <sodium.h>

#include "daemon/contact.h"
#include "daemon/renewal.h"
#include "daemon/store-peer.h"
#include "daemon/store-renewal.h"
#include "tests/unit/daemon/own-clock.h"
#include "tests/unit/daemon/side.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define START_MS UINT64_C(1800000000000)

static void test_rule(void)
{
        PeerSessionInfo info = {.started_ms = START_MS, .started_here = true, .sent = 6000, .received = 3999};

        g_assert_false(renewal_is_due(&info, START_MS));
        g_assert_false(renewal_is_due(&info, START_MS - DAY_MS)); /* the clock was set back */
        g_assert_false(renewal_is_due(&info, START_MS + RENEWAL_DAYS * DAY_MS - 1));
        g_assert_true(renewal_is_due(&info, START_MS + RENEWAL_DAYS * DAY_MS));
        info.received++;
        g_assert_true(renewal_is_due(&info, START_MS));

        /* Whoever has not started it waits a little longer, so that not both do it. */
        info.started_here = false;
        g_assert_false(renewal_is_due(&info, START_MS + RENEWAL_DAYS * DAY_MS));
        info.received += RENEWAL_PATIENCE_MESSAGES;
        g_assert_true(renewal_is_due(&info, START_MS));
        info.received = 0;
        g_assert_true(renewal_is_due(&info, START_MS + (RENEWAL_DAYS + RENEWAL_PATIENCE_DAYS) * DAY_MS));
}

typedef struct Two {
        Side alice, bob;
} Two;

/* They have talked, in a session that Alice has started. */
static void two_init(Two *two)
{
        PrekeyBundle bundle;
        Parcel there, back;

        own_clock_ms = START_MS;
        side_init(&two->alice, "alice", 1);
        side_init(&two->bob, "bob", 1);
        side_bundle(&two->bob, 1, &bundle);
        side_start(&two->alice, &bundle);
        side_write(&two->alice, "bob", "hello", &there);
        side_take(&two->bob, &two->alice, &there);
        side_write(&two->bob, "alice", "welcome", &back);
        side_take(&two->alice, &two->bob, &back);
        parcel_clear(&there);
        parcel_clear(&back);
}

static void two_deinit(Two *two)
{
        side_deinit(&two->bob);
        side_deinit(&two->alice);
}

static bool is_wanted(Side *side, const char *name)
{
        bool wanted;

        g_assert_cmpint(store_renewal_get(side->store, side_contact(side, name).id, &wanted), ==, 0);
        return wanted;
}

static int count(void *userdata, int64_t contact)
{
        ++*(unsigned *)userdata;
        return 0;
}

static unsigned count_wanted(Side *side)
{
        unsigned found = 0;

        g_assert_cmpint(store_renewal_each(side->store, count, &found), ==, 0);
        return found;
}

static void say(Side *from, Side *to, const char *text)
{
        Parcel parcel;

        side_write(from, to->record.user_name, text, &parcel);
        side_take(to, from, &parcel);
        g_assert_true(side_has_text(to, from->record.user_name, text));
        parcel_clear(&parcel);
}

/* What a daemon does when it has the bundle. */
static void renew(Side *side, const PrekeyBundle *bundle, Parcel *notice)
{
        Store *transaction = NULL;
        Contact contact;

        side_start(side, bundle);
        contact = side_contact(side, bundle->address.name);
        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(renewal_started(side->store, &contact), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        side_seal_waiting(side, bundle->address.name, notice);
}

static PeerSessionInfo session(Side *side, const char *name)
{
        Contact contact = side_contact(side, name);
        PeerSessionInfo info;
        Peer *peer;

        g_assert_cmpint(store_peer_load(side->store, contact.id, contact.device_id, &peer), ==, 0);
        g_assert_true(peer_session_info(peer, &info));
        peer_free(peer);
        return info;
}

static void test_by_itself(void)
{
        PrekeyBundle bundle;
        Parcel notice, late;
        Two two;

        two_init(&two);
        own_clock_ms += RENEWAL_DAYS * DAY_MS - 1;
        say(&two.bob, &two.alice, "an hour before midnight");
        g_assert_false(is_wanted(&two.alice, "bob"));
        own_clock_ms += 2;
        say(&two.bob, &two.alice, "past midnight"); /* who has started it, notices; the other leaves it to them */
        g_assert_true(is_wanted(&two.alice, "bob") && !is_wanted(&two.bob, "alice"));
        g_assert_cmpuint(count_wanted(&two.alice), ==, 1);

        /* Meanwhile it goes on in the session that there is; and so does what Bob has on the way. */
        say(&two.alice, &two.bob, "not renewed yet");
        side_write(&two.bob, "alice", "under way", &late);
        side_bundle(&two.bob, 1, &bundle);
        renew(&two.alice, &bundle, &notice);
        g_assert_false(is_wanted(&two.alice, "bob"));
        g_assert_cmpuint(session(&two.alice, "bob").started_ms, ==, own_clock_ms);
        side_take(&two.alice, &two.bob, &late);
        g_assert_true(side_has_text(&two.alice, "bob", "under way"));
        g_assert_cmpuint(session(&two.alice, "bob").started_ms, ==, own_clock_ms);

        side_take(&two.bob, &two.alice, &notice);
        g_assert_cmpuint(session(&two.bob, "alice").started_ms, ==, own_clock_ms);
        g_assert_cmpuint(session(&two.bob, "alice").archived, ==, 1);
        say(&two.bob, &two.alice, "in the new one");
        g_assert_cmpuint(session(&two.alice, "bob").received, ==, 1);
        g_assert_cmpuint(side_rejected(&two.alice) + side_rejected(&two.bob), ==, 0);
        parcel_clear(&notice);
        parcel_clear(&late);
        two_deinit(&two);
}

/* Both at once: they end in one session, nothing is lost, and nobody starts a third. */
static void test_both_at_once(void)
{
        PrekeyBundle of_alice, of_bob;
        Parcel from_alice, from_bob, late_alice, late_bob;
        Two two;

        two_init(&two);
        side_write(&two.alice, "bob", "under way to bob", &late_alice);
        side_write(&two.bob, "alice", "under way to alice", &late_bob);
        g_assert_cmpint(renewal_ask(two.alice.store, "bob"), ==, 0);
        g_assert_cmpint(renewal_ask(two.bob.store, "alice"), ==, 0);
        side_bundle(&two.alice, 1, &of_alice);
        side_bundle(&two.bob, 1, &of_bob);
        own_clock_ms += 1000;
        renew(&two.alice, &of_bob, &from_alice);
        own_clock_ms += 1000;
        renew(&two.bob, &of_alice, &from_bob);
        side_take(&two.alice, &two.bob, &from_bob);
        side_take(&two.bob, &two.alice, &from_alice);
        side_take(&two.alice, &two.bob, &late_bob);
        side_take(&two.bob, &two.alice, &late_alice);
        say(&two.alice, &two.bob, "one");
        say(&two.bob, &two.alice, "two");
        g_assert_false(session(&two.alice, "bob").started_here);
        g_assert_true(session(&two.bob, "alice").started_here);
        g_assert_cmpuint(session(&two.alice, "bob").archived, ==, 2);
        g_assert_cmpuint(session(&two.bob, "alice").archived, ==, 2);
        g_assert_cmpuint(side_rejected(&two.alice) + side_rejected(&two.bob), ==, 0);
        g_assert_false(is_wanted(&two.alice, "bob") || is_wanted(&two.bob, "alice"));
        {
                OutboxEntry entry;

                g_assert_cmpint(store_outbox_first_waiting(two.alice.store, side_contact(&two.alice, "bob").id, &entry), ==,
                                STORE_OUTBOX_NONE);
                g_assert_cmpint(store_outbox_first_waiting(two.bob.store, side_contact(&two.bob, "alice").id, &entry), ==,
                                STORE_OUTBOX_NONE);
        }
        parcel_clear(&from_alice);
        parcel_clear(&from_bob);
        parcel_clear(&late_alice);
        parcel_clear(&late_bob);
        two_deinit(&two);
}

static void test_refusals(void)
{
        PrekeyBundle bundle;
        Parcel hello;
        Side other;
        Two two;

        two_init(&two);
        g_assert_cmpint(renewal_ask(two.bob.store, "nobody"), ==, PROBLEM_NOT_FOUND);
        side_init(&other, "alice", 2);
        side_bundle(&two.bob, 1, &bundle);
        side_start(&other, &bundle);
        side_write(&other, "bob", "it is me", &hello);
        side_take(&two.bob, &other, &hello);
        g_assert_cmpint(renewal_ask(two.bob.store, "alice"), ==, PROBLEM_KEY_CHANGED);
        g_assert_cmpuint(count_wanted(&two.bob), ==, 0);
        parcel_clear(&hello);
        side_deinit(&other);
        two_deinit(&two);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        if (sodium_init() < 0)
                return 1;
        g_test_add_func("/daemon/renewal/rule", test_rule);
        g_test_add_func("/daemon/renewal/by-itself", test_by_itself);
        g_test_add_func("/daemon/renewal/both-at-once", test_both_at_once);
        g_test_add_func("/daemon/renewal/refusals", test_refusals);
        return g_test_run();
}
