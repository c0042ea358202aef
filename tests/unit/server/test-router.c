/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "server/router.h"

/* A thread that writes down what reaches it. */
typedef struct Place {
        Inbox inbox;
        RouterEndpoint endpoint;
        GString *log;
        guint wakes;
} Place;

static void wake(void *owner)
{
        ((Place *)owner)->wakes++;
}

static void deliver(void *owner, Envelope *envelope)
{
        g_string_append_printf(((Place *)owner)->log, "deliver %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT ";",
                               envelope->mailbox, envelope->sequence);
        envelope_free(envelope);
}

static void end(void *owner, uint64_t mailbox, uint64_t ticket, Wire__GoodbyeReason reason)
{
        g_string_append_printf(((Place *)owner)->log, "end %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %d;",
                               mailbox, ticket, (int)reason);
}

static void prekeys(void *owner, uint64_t mailbox, uint64_t ticket, uint32_t left)
{
        g_string_append_printf(((Place *)owner)->log,
                               "prekeys %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %u;", mailbox, ticket,
                               left);
}

static void key_packages(void *owner, uint64_t mailbox, uint64_t ticket, uint32_t left)
{
        g_string_append_printf(((Place *)owner)->log,
                               "key packages %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %u;", mailbox, ticket, left);
}

static void place_init(Place *place)
{
        *place = (Place){.log = g_string_new(NULL)};
        place->endpoint = (RouterEndpoint){.inbox = &place->inbox,
                                           .owner = place,
                                           .deliver = deliver,
                                           .end = end,
                                           .prekeys = prekeys,
                                           .key_packages = key_packages};
        inbox_init(&place->inbox, wake, place);
}

static void place_deinit(Place *place)
{
        while (inbox_run(&place->inbox))
                ;
        inbox_deinit(&place->inbox);
        g_string_free(place->log, TRUE);
}

static void assert_heard(Place *place, const char *expected)
{
        while (inbox_run(&place->inbox))
                ;
        g_assert_cmpstr(place->log->str, ==, expected);
        g_string_truncate(place->log, 0);
}

static Envelope *envelope(uint64_t mailbox, uint64_t sequence)
{
        Envelope *made = envelope_new(NULL, 0);

        made->mailbox = mailbox;
        made->sequence = sequence;
        return made;
}

static const RouterDevice alice = {.user_name = "alice", .device_id = 1}, bob = {.user_name = "bob", .device_id = 2};

static Envelope *ephemeral(const char *recipient, uint32_t device)
{
        Envelope *made = envelope_new(NULL, 0);

        g_strlcpy(made->recipient, recipient, sizeof(made->recipient));
        made->recipient_device = device;
        return made;
}

static void test_ephemeral(void)
{
        Router *router = NULL;
        Place one, two;

        place_init(&one);
        place_init(&two);
        g_assert_cmpint(router_new(&router), ==, 0);
        router_deliver_ephemeral(router, ephemeral("alice", 1), NULL); /* nobody there */

        g_assert_cmpint(router_attach(router, 7, 100, &alice, &one.endpoint), ==, 0);
        g_assert_cmpint(router_attach(router, 8, 101, &bob, &two.endpoint), ==, 0);
        router_deliver_ephemeral(router, ephemeral("alice", 1), &two.endpoint);
        router_deliver_ephemeral(router, ephemeral("alice", 2), &two.endpoint); /* no such device */
        router_deliver_ephemeral(router, ephemeral("bob", 1), &two.endpoint);
        router_deliver_ephemeral(router, ephemeral("bob", 2), &two.endpoint);
        assert_heard(&one, "deliver 7/0;");
        assert_heard(&two, "deliver 8/0;");

        /* To the newer connection; and the older one's end changes nothing. */
        g_assert_cmpint(router_attach(router, 7, 102, &alice, &two.endpoint), ==, 0);
        router_detach(router, 7, 100);
        router_deliver_ephemeral(router, ephemeral("alice", 1), NULL);
        assert_heard(&one, "end 7/100 2;");
        assert_heard(&two, "deliver 7/0;");

        /* A thread that takes nothing does not collect them without end. */
        for (unsigned i = 0; i < 10000; i++)
                router_deliver_ephemeral(router, ephemeral("alice", 1), NULL);
        while (inbox_run(&two.inbox))
                ;
        g_assert_cmpuint(two.log->len, ==, 256 * strlen("deliver 7/0;"));
        g_string_truncate(two.log, 0);
        router_deliver_ephemeral(router, ephemeral("alice", 1), NULL);
        assert_heard(&two, "deliver 7/0;");

        router_detach(router, 7, 102);
        router_deliver_ephemeral(router, ephemeral("alice", 1), NULL);
        assert_heard(&two, "");
        router_free(router);
        place_deinit(&one);
        place_deinit(&two);
}

static void test_router(void)
{
        Router *router = NULL;
        Place one, two;

        place_init(&one);
        place_init(&two);
        g_assert_cmpint(router_new(&router), ==, 0);

        router_deliver(router, envelope(7, 1), NULL); /* nobody there: freed, as the sanitizer sees */
        router_end(router, 7, WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED);

        g_assert_cmpint(router_attach(router, 7, 100, &alice, &one.endpoint), ==, 0);
        router_deliver(router, envelope(7, 2), &two.endpoint);
        router_deliver(router, envelope(7, 3), &two.endpoint);
        router_deliver(router, envelope(8, 3), &two.endpoint);
        g_assert_cmpuint(one.wakes, ==, 1); /* once for both */
        g_assert_cmpstr(one.log->str, ==, "");
        assert_heard(&one, "deliver 7/2;deliver 7/3;");

        router_deliver(router, envelope(7, 4), &one.endpoint); /* from the same thread: at once */
        g_assert_cmpstr(one.log->str, ==, "deliver 7/4;");
        assert_heard(&one, "deliver 7/4;");

        /* The newer connection has it, the older one is told. */
        g_assert_cmpint(router_attach(router, 7, 101, &alice, &two.endpoint), ==, 0);
        router_deliver(router, envelope(7, 5), NULL);
        assert_heard(&one, "end 7/100 2;");
        assert_heard(&two, "deliver 7/5;");
        router_detach(router, 7, 100); /* too late to matter */
        router_prekeys(router, 7, 19);
        router_key_packages(router, 7, 18);
        router_end(router, 7, WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED);
        assert_heard(&two, "prekeys 7/101 19;key packages 7/101 18;end 7/101 6;");

        router_detach(router, 7, 101);
        router_deliver(router, envelope(7, 6), NULL);
        router_prekeys(router, 7, 1);
        assert_heard(&two, "");
        g_assert_cmpint(router_attach(router, 9, 1, &bob, &one.endpoint), ==, 0);

        router_free(router);
        place_deinit(&one);
        place_deinit(&two);
}

/* One payload for all who are there: each thread gets its part at once, in order, and the last one frees it. */
static void test_shares(void)
{
        static const RouterShare shares[] = {{7, 3, 2}, {8, 9, 0}, {9, 1, 0}, {10, 4, 3}};
        static const RouterDevice carol = {.user_name = "carol", .device_id = 1};
        SharedPayload *payload = shared_payload_new((const uint8_t *)"words", 5);
        Envelope *original = envelope_new_shared(payload);
        Router *router = NULL;
        Place one, two;

        place_init(&one);
        place_init(&two);
        g_assert_cmpint(router_new(&router), ==, 0);
        g_assert_cmpint(router_attach(router, 7, 100, &alice, &one.endpoint), ==, 0);
        g_assert_cmpint(router_attach(router, 8, 101, &bob, &two.endpoint), ==, 0);
        g_assert_cmpint(router_attach(router, 10, 102, &carol, &one.endpoint), ==, 0);
        router_deliver_shares(router, original, shares, G_N_ELEMENTS(shares));
        g_assert_cmpuint(payload->references, ==, 5); /* and nobody is at 9 */
        g_assert_cmpuint(one.wakes, ==, 1);
        assert_heard(&one, "deliver 7/3;deliver 10/4;");
        assert_heard(&two, "deliver 8/9;");
        g_assert_cmpuint(payload->references, ==, 2);
        shared_payload_unref(payload);
        envelope_free(original);
        router_free(router);
        place_deinit(&one);
        place_deinit(&two);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/router", test_router);
        g_test_add_func("/router/ephemeral", test_ephemeral);
        g_test_add_func("/router/shares", test_shares);
        return g_test_run();
}
