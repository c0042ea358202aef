/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing emoji ends by itself: after ten minutes in which nothing happened, wherever it stood, on both sides. */
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/store-verification.h"
#include "daemon/verification.h"
#include "tests/unit/daemon/own-clock.h"
#include "tests/unit/daemon/side.h"

typedef struct Two {
        Side alice, bob;
} Two;

/* All that is ready at one side arrives at the other, and is forgotten. */
static int collect(void *userdata, const OutboxEntry *entry)
{
        const Parcel parcel = {g_memdup2(entry->envelope, entry->envelope_size), entry->envelope_size,
                               (uint64_t)entry->number};

        g_array_append_val((GArray *)userdata, parcel);
        return 0;
}

static void pass(Side *from, Side *to)
{
        g_autoptr(GArray) parcels = g_array_new(FALSE, FALSE, sizeof(Parcel));

        g_assert_cmpint(store_outbox_each_ready(from->store, collect, parcels), ==, 0);
        for (unsigned i = 0; i < parcels->len; i++) {
                Parcel *parcel = &g_array_index(parcels, Parcel, i);
                Store *transaction = NULL;

                g_assert_cmpint(store_begin(from->store, &transaction), ==, 0);
                g_assert_cmpint(store_outbox_delete(from->store, (int64_t)parcel->message), ==, 0);
                g_assert_cmpint(store_commit(&transaction), ==, 0);
                side_take(to, from, parcel);
                parcel_clear(parcel);
        }
}

static void two_init(Two *two)
{
        PrekeyBundle bundle;
        Parcel hello;

        side_init(&two->alice, "alice", 1);
        side_init(&two->bob, "bob", 1);
        side_bundle(&two->bob, 1, &bundle);
        side_start(&two->alice, &bundle);
        side_write(&two->alice, "bob", "shall we compare?", &hello);
        parcel_clear(&hello);
        pass(&two->alice, &two->bob);
}

static void two_deinit(Two *two)
{
        side_deinit(&two->bob);
        side_deinit(&two->alice);
}

static VerificationState state(Side *side, const char *name)
{
        Verification verification;
        VerificationState found;

        g_assert_cmpint(store_verification_load(side->store, side_contact(side, name).id, &verification), ==, 0);
        found = verification.state;
        /* Nothing is left to find when it is over. */
        if (!verification_is_active(&verification))
                g_assert_false(verification.has_secret);
        return found;
}

static uint64_t expire(Side *side)
{
        uint64_t next_ms = 1;

        g_assert_cmpint(verification_expire(side->store, &side->self, &next_ms), ==, 0);
        return next_ms;
}

static void act(Two *two, Side *side, VerificationAct what)
{
        const char *name = side == &two->alice ? "bob" : "alice";
        Verification verification;

        g_assert_cmpint(store_verification_load(side->store, side_contact(side, name).id, &verification), ==, 0);
        g_assert_cmpint(verification_act(side->store, &side->self, name, verification.exchange, what), ==, 0);
        sodium_memzero(&verification, sizeof(verification));
}

/* Alice starts, and so many steps arrive, each a minute after the one before. */
static void advance(Two *two, unsigned steps)
{
        uint8_t exchange[CONTENT_EXCHANGE_SIZE];

        g_assert_cmpint(verification_start(two->alice.store, &two->alice.self, "bob", exchange), ==, 0);
        for (unsigned i = 0; i < steps; i++) {
                own_clock_ms += 60 * 1000;
                switch (i) {
                case 0:
                        pass(&two->alice, &two->bob);
                        break;
                case 1:
                        act(two, &two->bob, VERIFICATION_ACCEPT);
                        break;
                case 2:
                        pass(&two->bob, &two->alice);
                        break;
                case 3:
                        pass(&two->alice, &two->bob);
                        break;
                case 4:
                        act(two, &two->bob, VERIFICATION_CONFIRM);
                        break;
                }
        }
}

static void test_times_out(void)
{
        static const struct {
                unsigned steps;
                VerificationState at_alice, at_bob;
        } cases[] = {
                        {0, VERIFICATION_STARTED, VERIFICATION_NONE},
                        {1, VERIFICATION_STARTED, VERIFICATION_OFFERED},
                        {2, VERIFICATION_STARTED, VERIFICATION_ACCEPTED},
                        {3, VERIFICATION_COMPARING, VERIFICATION_ACCEPTED},
                        {4, VERIFICATION_COMPARING, VERIFICATION_COMPARING},
                        {5, VERIFICATION_COMPARING, VERIFICATION_CONFIRMED},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Two two;

                two_init(&two);
                advance(&two, cases[i].steps);
                g_assert_cmpint(state(&two.alice, "bob"), ==, cases[i].at_alice);
                g_assert_cmpint(state(&two.bob, "alice"), ==, cases[i].at_bob);

                own_clock_ms += VERIFICATION_STEP_MS;
                g_assert_cmpuint(expire(&two.alice), ==, 0);
                g_assert_cmpint(state(&two.alice, "bob"), ==, VERIFICATION_TIMED_OUT);
                pass(&two.alice, &two.bob); /* says so; and what it had said before comes late */
                if (cases[i].at_bob != VERIFICATION_NONE)
                        g_assert_cmpint(state(&two.bob, "alice"), ==, VERIFICATION_CANCELLED);
                pass(&two.bob, &two.alice);
                g_assert_cmpint(state(&two.alice, "bob"), ==, VERIFICATION_TIMED_OUT);
                g_assert_cmpuint(side_count(&two.alice, "bob", MESSAGE_VERIFIED), ==, 0);
                g_assert_cmpuint(side_count(&two.bob, "alice", MESSAGE_VERIFIED), ==, 0);
                g_assert_cmpuint(side_rejected(&two.alice) + side_rejected(&two.bob), ==, 0);
                two_deinit(&two);
        }
}

/* Each step begins the ten minutes anew; whoever is asked knows when they end. */
static void test_not_too_early(void)
{
        Two two;

        two_init(&two);
        advance(&two, 0);
        own_clock_ms += VERIFICATION_STEP_MS - 1;
        g_assert_cmpuint(expire(&two.alice), ==, 1);
        pass(&two.alice, &two.bob);
        g_assert_cmpuint(expire(&two.bob), ==, VERIFICATION_STEP_MS);
        act(&two, &two.bob, VERIFICATION_ACCEPT);
        pass(&two.bob, &two.alice);
        own_clock_ms += VERIFICATION_STEP_MS / 2;
        g_assert_cmpuint(expire(&two.alice), ==, VERIFICATION_STEP_MS / 2);
        g_assert_cmpint(state(&two.alice, "bob"), ==, VERIFICATION_COMPARING);

        /* A clock that was set back: a little, and it lasts no longer than from now on; more, and it is over. */
        own_clock_ms -= VERIFICATION_STEP_MS;
        g_assert_cmpuint(expire(&two.alice), ==, VERIFICATION_STEP_MS);
        own_clock_ms -= VERIFICATION_STEP_MS;
        expire(&two.alice);
        g_assert_cmpint(state(&two.alice, "bob"), ==, VERIFICATION_TIMED_OUT);
        two_deinit(&two);
}

/* Both start before either hears of the other, and neither has to do anything about it. */
static void test_both_start(void)
{
        uint8_t from_alice[CONTENT_EXCHANGE_SIZE], from_bob[CONTENT_EXCHANGE_SIZE];
        Two two;

        for (unsigned i = 0; i < 4; i++) { /* of two random IDs, either may be the lesser */
                two_init(&two);
                g_assert_cmpint(verification_start(two.alice.store, &two.alice.self, "bob", from_alice), ==, 0);
                g_assert_cmpint(verification_start(two.bob.store, &two.bob.self, "alice", from_bob), ==, 0);
                for (unsigned round = 0; round < 3; round++) {
                        pass(&two.alice, &two.bob);
                        pass(&two.bob, &two.alice);
                }
                g_assert_cmpint(state(&two.alice, "bob"), ==, VERIFICATION_COMPARING);
                g_assert_cmpint(state(&two.bob, "alice"), ==, VERIFICATION_COMPARING);
                act(&two, &two.alice, VERIFICATION_CONFIRM);
                act(&two, &two.bob, VERIFICATION_CONFIRM);
                pass(&two.alice, &two.bob);
                pass(&two.bob, &two.alice);
                g_assert_cmpint(state(&two.alice, "bob"), ==, VERIFICATION_VERIFIED);
                g_assert_cmpint(state(&two.bob, "alice"), ==, VERIFICATION_VERIFIED);
                g_assert_cmpuint(side_rejected(&two.alice) + side_rejected(&two.bob), ==, 0);
                two_deinit(&two);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        if (sodium_init() < 0)
                return 1;
        g_test_add_func("/daemon/verification/times-out", test_times_out);
        g_test_add_func("/daemon/verification/not-too-early", test_not_too_early);
        g_test_add_func("/daemon/verification/both-start", test_both_start);
        return g_test_run();
}
