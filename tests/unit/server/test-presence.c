/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "server/presence.h"

enum { GRACE_US = 1000, TICKETS = 100 };

/* A thread that writes down what reaches it, as "connection: +index" or "-index". */
typedef struct Place {
        Inbox inbox;
        RouterEndpoint endpoint;
        GString *log;
} Place;

/* A connection. Tickets are letters. */
typedef struct Side {
        Place *place;
        uint64_t ticket, version;
        PresenceMember *member;
        bool connected[WIRE_TICKETS_MAX];
} Side;

typedef struct Fixture {
        Presence *presence;
        Place place;
        Side alice, bob, mallory;
} Fixture;

static void wake(void *owner)
{
}

static void changed(void *owner, uint64_t mailbox, uint64_t ticket, uint64_t version, uint32_t watched, bool connected)
{
        g_string_append_printf(((Place *)owner)->log, "%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ":%c%u ", ticket,
                               version, connected ? '+' : '-', watched);
}

static void set_up(Fixture *fixture, const void *data)
{
        Place *place = &fixture->place;

        g_assert_cmpint(presence_new(TICKETS, data ? 0 : GRACE_US, &fixture->presence), ==, 0);
        place->log = g_string_new(NULL);
        place->endpoint = (RouterEndpoint){.inbox = &place->inbox, .owner = place, .presence = changed};
        inbox_init(&place->inbox, wake, place);
        fixture->alice = (Side){.place = place, .ticket = 1};
        fixture->bob = (Side){.place = place, .ticket = 2};
        fixture->mallory = (Side){.place = place, .ticket = 3};
}

static void tear_down(Fixture *fixture, const void *data)
{
        presence_leave(fixture->presence, &fixture->alice.member, 0);
        presence_leave(fixture->presence, &fixture->bob.member, 0);
        presence_leave(fixture->presence, &fixture->mallory.member, 0);
        while (inbox_run(&fixture->place.inbox)) /* what tells them */
                ;
        inbox_deinit(&fixture->place.inbox);
        presence_free(fixture->presence);
        g_string_free(fixture->place.log, TRUE);
}

static void make_tickets(const char *letters, uint8_t bytes[][WIRE_TICKET_SIZE], ProtobufCBinaryData *wire)
{
        for (size_t i = 0; letters[i]; i++) {
                memset(bytes[i], letters[i], WIRE_TICKET_SIZE);
                wire[i] = (ProtobufCBinaryData){WIRE_TICKET_SIZE, bytes[i]};
        }
}

static int set(Fixture *fixture, Side *side, const char *shown, const char *watched)
{
        uint8_t bytes[2][WIRE_TICKETS_MAX][WIRE_TICKET_SIZE];
        ProtobufCBinaryData wire[2][WIRE_TICKETS_MAX];
        Wire__SetPresence request = WIRE__SET_PRESENCE__INIT;
        PresencePlace place = {.endpoint = &side->place->endpoint, .ticket = side->ticket, .version = ++side->version};

        make_tickets(shown, bytes[0], wire[0]);
        make_tickets(watched, bytes[1], wire[1]);
        request.shown = wire[0];
        request.n_shown = strlen(shown);
        request.watched = wire[1];
        request.n_watched = strlen(watched);
        return presence_set(fixture->presence, &place, &request, side->connected, &side->member);
}

static void assert_heard(Fixture *fixture, const char *expected)
{
        while (inbox_run(&fixture->place.inbox))
                ;
        g_assert_cmpstr(fixture->place.log->str, ==, expected);
        g_string_truncate(fixture->place.log, 0);
}

static void test_meet(Fixture *fixture, const void *data)
{
        g_assert_cmpint(set(fixture, &fixture->alice, "a", "bx"), ==, 0);
        g_assert_false(fixture->alice.connected[0] || fixture->alice.connected[1]);
        assert_heard(fixture, "");
        g_assert_cmpint(set(fixture, &fixture->bob, "b", "a"), ==, 0);
        g_assert_true(fixture->bob.connected[0]);
        assert_heard(fixture, "1.1:+0 ");

        /* What stays in a set is not left and entered again. */
        g_assert_cmpint(set(fixture, &fixture->bob, "bc", "a"), ==, 0);
        g_assert_true(fixture->bob.connected[0]);
        assert_heard(fixture, "");
        g_assert_cmpint(set(fixture, &fixture->alice, "a", "cb"), ==, 0);
        g_assert_true(fixture->alice.connected[0] && fixture->alice.connected[1]);

        /* Whoever hides is gone at once. */
        g_assert_cmpint(set(fixture, &fixture->bob, "c", "a"), ==, 0);
        assert_heard(fixture, "1.2:-1 ");
        g_assert_cmpint(set(fixture, &fixture->bob, "", ""), ==, 0);
        g_assert_null(fixture->bob.member);
        assert_heard(fixture, "1.2:-0 ");
}

static void test_grace(Fixture *fixture, const void *data)
{
        g_assert_cmpint(set(fixture, &fixture->alice, "a", "b"), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->bob, "b", "a"), ==, 0);
        assert_heard(fixture, "1.1:+0 ");

        /* Back at once: never away. */
        presence_leave(fixture->presence, &fixture->bob.member, 5000);
        presence_sweep(fixture->presence, 5000 + GRACE_US - 1);
        g_assert_cmpint(set(fixture, &fixture->bob, "b", "a"), ==, 0);
        presence_sweep(fixture->presence, UINT64_MAX);
        assert_heard(fixture, "");

        /* Replaced by a newer connection, whose set is there before the older one leaves. */
        g_assert_cmpint(set(fixture, &fixture->mallory, "b", ""), ==, 0);
        presence_leave(fixture->presence, &fixture->bob.member, 5000);
        presence_sweep(fixture->presence, UINT64_MAX);
        assert_heard(fixture, "");

        presence_leave(fixture->presence, &fixture->mallory.member, 7000);
        presence_sweep(fixture->presence, 7000 + GRACE_US);
        assert_heard(fixture, "1.1:-0 ");

        /* Those who watch go first: nothing is left to tell. */
        g_assert_cmpint(set(fixture, &fixture->bob, "b", ""), ==, 0);
        assert_heard(fixture, "1.1:+0 ");
        presence_leave(fixture->presence, &fixture->bob.member, 9000);
        presence_leave(fixture->presence, &fixture->alice.member, 9000);
        presence_sweep(fixture->presence, UINT64_MAX);
        g_assert_cmpint(set(fixture, &fixture->alice, "", "b"), ==, 0);
        g_assert_false(fixture->alice.connected[0]);
        assert_heard(fixture, "");
}

static void test_no_grace(Fixture *fixture, const void *data)
{
        g_assert_cmpint(set(fixture, &fixture->alice, "", "b"), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->bob, "b", ""), ==, 0);
        presence_leave(fixture->presence, &fixture->bob.member, 1);
        assert_heard(fixture, "1.1:+0 1.1:-0 ");
}

static void test_hostile(Fixture *fixture, const void *data)
{
        char many[TICKETS + 2] = "";

        /* The same ticket again and again, shown and watched by itself; by two. */
        g_assert_cmpint(set(fixture, &fixture->mallory, "mmmmm", "mmmmmmmmmmmmmmmmmmmm"), ==, 0);
        g_assert_true(fixture->mallory.connected[19]);
        g_assert_cmpint(set(fixture, &fixture->alice, "m", ""), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->mallory, "", ""), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->mallory, "", "m"), ==, 0);
        g_assert_true(fixture->mallory.connected[0]);
        assert_heard(fixture, "");
        presence_leave(fixture->presence, &fixture->alice.member, 1);
        presence_sweep(fixture->presence, UINT64_MAX);
        assert_heard(fixture, "3.3:-0 ");

        /* No more than there is room for; what was there stays. */
        memset(many, 'z', TICKETS);
        g_assert_cmpint(set(fixture, &fixture->alice, "", many), ==, -EBUSY);
        g_assert_cmpint(set(fixture, &fixture->mallory, "", many), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->alice, "a", ""), ==, -EBUSY);
        g_assert_cmpint(set(fixture, &fixture->mallory, "", ""), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->mallory, "", many + 1), ==, 0);
        g_assert_cmpint(set(fixture, &fixture->alice, "z", ""), ==, 0);
        assert_heard(fixture, "3.6:+7 3.6:+6 3.6:+5 3.6:+4 3.6:+3 3.6:+2 3.6:+1 3.6:+0 ");
        presence_silence(fixture->presence);
        g_assert_cmpint(set(fixture, &fixture->alice, "", ""), ==, 0);
        assert_heard(fixture, "");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add("/presence/meet", Fixture, NULL, set_up, test_meet, tear_down);
        g_test_add("/presence/grace", Fixture, NULL, set_up, test_grace, tear_down);
        g_test_add("/presence/no-grace", Fixture, "no", set_up, test_no_grace, tear_down);
        g_test_add("/presence/hostile", Fixture, NULL, set_up, test_hostile, tear_down);
        return g_test_run();
}
