/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "store-fixture.h"

typedef void (*Story)(StoreFixture *fixture);

static void run_story(gconstpointer data)
{
        StoreFixture fixture;

        store_fixture_init(&fixture);
        store_fixture_open(&fixture);
        ((Story)data)(&fixture);
        store_fixture_deinit(&fixture);
}

static void assert_waits(StoreFixture *fixture, uint64_t mailbox, const char *expected)
{
        g_autofree char *found = store_fixture_read(fixture, mailbox, 0);

        g_assert_cmpstr(found, ==, expected);
}

static void test_accounts(StoreFixture *fixture)
{
        StoreFindAccount find = {.name = "bob", .count_prekeys = true};
        StoreSetDevice again = {.name = "bob"};
        uint64_t first, second = 0, replaced = 0;

        g_assert_cmpint(store_fixture_run(fixture, &find.base, STORE_FIND_ACCOUNT), ==,
                        STORE_UNKNOWN_ACCOUNT);
        g_assert_cmpint(store_fixture_login(fixture, "bob", &second, &replaced), ==, STORE_UNKNOWN_ACCOUNT);
        first = store_fixture_register(fixture, "bob", 5);
        g_assert_cmpint(store_fixture_run(fixture, &again.base, STORE_REGISTER), ==, STORE_NAME_TAKEN);
        g_assert_cmpint(store_fixture_run(fixture, &find.base, STORE_FIND_ACCOUNT), ==, 0);
        g_assert_cmpstr(find.auth_hash, ==, "a hash");
        g_assert_cmpuint(find.mailbox, ==, first);
        g_assert_cmpuint(find.one_time_prekeys_left, ==, 5);
        g_assert_cmpuint(find.auth_public_key[31], ==, 7);
}

static void test_login_replaces(StoreFixture *fixture)
{
        uint64_t first = store_fixture_register(fixture, "bob", 5), second, third, replaced;
        StoreAddPrekeys add = {.mailbox = first};
        Wire__UploadPrekeys none = WIRE__UPLOAD_PREKEYS__INIT;

        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, 0);
        g_assert_cmpint(store_fixture_login(fixture, "bob", &second, &replaced), ==, 2);
        g_assert_cmpuint(replaced, ==, first);
        g_assert_cmpuint(second, !=, first);
        assert_waits(fixture, first, "gone");
        assert_waits(fixture, second, "");
        g_assert_cmpint(store_fixture_send(fixture, "bob", 2, 10, NULL), ==, STORE_STALE_DEVICE);
        add.prekeys = &none;
        g_assert_cmpint(store_fixture_run(fixture, &add.base, STORE_ADD_PREKEYS), ==, STORE_STALE_DEVICE);
        /* The device ID goes on over restarts, and no mailbox's number comes again. */
        store_fixture_reopen(fixture);
        g_assert_cmpint(store_fixture_login(fixture, "bob", &third, &replaced), ==, 3);
        g_assert_cmpuint(third, >, second);
}

static void test_invitations(StoreFixture *fixture)
{
        StoreSetDevice request = {.auth_hash = "x", .has_invitation = true, .invitation_hash = "a token"};
        Wire__DeviceKeys keys = WIRE__DEVICE_KEYS__INIT;
        uint8_t noise[32] = {};

        keys.auth_public_key = keys.identity = keys.signed_prekey = keys.last_resort_prekey =
                        (ProtobufCBinaryData){sizeof(noise), noise};
        request.device = &keys;
        g_strlcpy(request.name, "bob", sizeof(request.name));
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_REGISTER), ==, 0);
        g_strlcpy(request.name, "carol", sizeof(request.name));
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_REGISTER), ==,
                        STORE_INVITATION_USED);
        request.invitation_hash[0]++;
        g_assert_cmpint(store_fixture_run(fixture, &request.base, STORE_REGISTER), ==, 0);
}

static void test_mailbox(StoreFixture *fixture)
{
        uint64_t bob = store_fixture_register(fixture, "bob", 0), last = 0, before = 0;
        Envelope *envelope;

        g_assert_cmpint(store_fixture_send(fixture, "nobody", 1, 10, NULL), ==, STORE_UNKNOWN_ACCOUNT);
        for (unsigned i = 1; i <= 5; i++) {
                g_assert_cmpint(store_fixture_send(fixture, "bob", i, 10, &envelope), ==, 0);
                g_assert_cmpuint(envelope->mailbox, ==, bob);
                g_assert_cmpuint(envelope->previous, ==, last);
                g_assert_cmpuint(envelope->sequence, >, last);
                g_assert_cmpuint(envelope->stored_ms, >, 0);
                before = last;
                last = envelope->sequence;
                envelope_free(envelope);
        }
        assert_waits(fixture, bob, "1 2 3 4 5");
        store_fixture_ack(fixture, bob, before - 1);
        assert_waits(fixture, bob, "4 5");
        store_fixture_reopen(fixture);
        assert_waits(fixture, bob, "4 5");
        g_assert_cmpint(store_fixture_send(fixture, "bob", 6, 10, &envelope), ==, 0);
        g_assert_cmpuint(envelope->sequence, >, last);
        g_assert_cmpuint(envelope->previous, ==, last); /* found in the mailbox */
        last = envelope->sequence;
        envelope_free(envelope);
        /* An ack that nobody has loaded the mailbox for. */
        store_fixture_reopen(fixture);
        store_fixture_ack(fixture, bob, UINT64_MAX);
        assert_waits(fixture, bob, "");
        g_assert_cmpint(store_fixture_send(fixture, "bob", 7, 10, &envelope), ==, 0);
        g_assert_cmpuint(envelope->sequence, >, last);
        envelope_free(envelope);
}

static void test_repeats(StoreFixture *fixture)
{
        uint64_t bob = store_fixture_register(fixture, "bob", 0);

        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, 0);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, STORE_REPEATED);
        store_fixture_reopen(fixture);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, STORE_REPEATED);
        store_fixture_ack(fixture, bob, UINT64_MAX);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, STORE_REPEATED);
        store_fixture_reopen(fixture);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 1, 10, NULL), ==, STORE_REPEATED);
        assert_waits(fixture, bob, "");

        /* Without a memory of what has gone, what waits is still recognised. */
        fixture->limits.dedupe_count = 0;
        store_fixture_reopen(fixture);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 2, 10, NULL), ==, 0);
        store_fixture_reopen(fixture);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 2, 10, NULL), ==, STORE_REPEATED);
        store_fixture_ack(fixture, bob, UINT64_MAX);
        assert_waits(fixture, bob, "");
        g_assert_cmpint(store_fixture_send(fixture, "bob", 2, 10, NULL), ==, 0);
        /* To somebody else, the same ID is another envelope. */
        store_fixture_register(fixture, "carol", 0);
        g_assert_cmpint(store_fixture_send(fixture, "carol", 2, 10, NULL), ==, 0);
}

static void test_quota(StoreFixture *fixture)
{
        uint64_t bob;
        unsigned i;

        fixture->limits.mailbox_messages = 5;
        fixture->limits.mailbox_bytes = 1000;
        store_fixture_reopen(fixture);
        bob = store_fixture_register(fixture, "bob", 0);
        for (i = 0; i < 5; i++)
                g_assert_cmpint(store_fixture_send(fixture, "bob", i, 10, NULL), ==, 0);
        g_assert_cmpint(store_fixture_send(fixture, "bob", i++, 10, NULL), ==, STORE_MAILBOX_FULL);
        store_fixture_ack(fixture, bob, UINT64_MAX);
        g_assert_cmpint(store_fixture_send(fixture, "bob", i++, 600, NULL), ==, 0);
        g_assert_cmpint(store_fixture_send(fixture, "bob", i++, 401, NULL), ==, STORE_MAILBOX_FULL);
        store_fixture_reopen(fixture);
        g_assert_cmpint(store_fixture_send(fixture, "bob", i++, 401, NULL), ==, STORE_MAILBOX_FULL);
        g_assert_cmpint(store_fixture_send(fixture, "bob", i++, 400, NULL), ==, 0);
}

/* Those that come while the store is at work are written together, and each is durable before it is
 * answered. */
static void test_group_commit(StoreFixture *fixture)
{
        enum { COUNT = 3000 };
        g_autofree StoreAppend **requests = g_new0(StoreAppend *, COUNT);
        guint before;

        fixture->limits.mailbox_messages = COUNT;
        store_fixture_reopen(fixture);
        store_fixture_register(fixture, "bob", 0);
        before = fixture->returned;
        for (unsigned i = 0; i < COUNT; i++) {
                Envelope *envelope = envelope_new((const uint8_t *)&i, sizeof(i));

                envelope->recipient_device = 1;
                g_strlcpy(envelope->recipient, "bob", sizeof(envelope->recipient));
                memcpy(envelope->id, &i, sizeof(i));
                requests[i] = g_malloc0(sizeof(StoreAppend) + sizeof(Envelope *));
                requests[i]->count = 1;
                requests[i]->envelopes[0] = envelope;
                store_fixture_submit(fixture, &requests[i]->base, STORE_APPEND);
        }
        store_fixture_wait(fixture, before + COUNT);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_STORED), ==, COUNT);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BATCHES), <, COUNT / 2);
        for (unsigned i = 0; i < COUNT; i++) {
                g_assert_cmpint(requests[i]->base.result, ==, 0);
                g_assert_cmpint(requests[i]->envelopes[0]->result, ==, 0);
                if (i > 0)
                        g_assert_cmpuint(requests[i]->envelopes[0]->sequence, >,
                                         requests[i - 1]->envelopes[0]->sequence);
        }
        for (unsigned i = 0; i < COUNT; i++) {
                envelope_free(requests[i]->envelopes[0]);
                g_free(requests[i]);
        }
}

typedef struct Taker {
        StoreFixture end;
        uint32_t ids[60];
} Taker;

static gpointer take_many(gpointer data)
{
        Taker *taker = data;

        for (unsigned i = 0; i < G_N_ELEMENTS(taker->ids); i++) {
                StoreTakeBundles take = {.name = "bob"};

                g_assert_cmpint(store_fixture_run(&taker->end, &take.base, STORE_TAKE_BUNDLES), ==, 0);
                g_assert_cmpuint(take.count, ==, 1);
                taker->ids[i] = take.bundles[0].one_time_prekey.data ? take.bundles[0].one_time_id : 0;
                g_assert_cmpuint(take.bundles[0].last_resort_prekey.size, ==, strlen("last resort"));
                store_bundles_deinit(&take);
        }
        return NULL;
}

static void test_prekeys_under_concurrency(StoreFixture *fixture)
{
        enum { TAKERS = 4, PREKEYS = 150 };
        Taker takers[TAKERS] = {};
        GThread *threads[TAKERS];
        gboolean seen[PREKEYS + 1] = {};
        unsigned taken = 0;

        store_fixture_register(fixture, "bob", PREKEYS);
        for (unsigned i = 0; i < TAKERS; i++) {
                takers[i].end.store = fixture->store;
                store_fixture_init_end(&takers[i].end);
                threads[i] = g_thread_new("taker", take_many, &takers[i]);
        }
        for (unsigned i = 0; i < TAKERS; i++)
                g_thread_join(threads[i]);
        fixture->store = store_close(fixture->store);
        for (unsigned i = 0; i < TAKERS; i++)
                for (unsigned k = 0; k < G_N_ELEMENTS(takers[i].ids); k++) {
                        uint32_t id = takers[i].ids[k];

                        if (id == 0)
                                continue;
                        g_assert_cmpuint(id, <=, PREKEYS);
                        g_assert_false(seen[id]);
                        seen[id] = TRUE;
                        taken++;
                }
        g_assert_cmpuint(taken, ==, PREKEYS);
        for (unsigned i = 0; i < TAKERS; i++)
                store_fixture_deinit_end(&takers[i].end);
}

static void test_keep_one_time(StoreFixture *fixture)
{
        StoreTakeBundles take = {.name = "bob", .keep_one_time = true};

        store_fixture_register(fixture, "bob", 3);
        g_assert_cmpint(store_fixture_run(fixture, &take.base, STORE_TAKE_BUNDLES), ==, 0);
        g_assert_null(take.bundles[0].one_time_prekey.data);
        g_assert_cmpuint(take.bundles[0].left, ==, 3);
        store_bundles_deinit(&take);
}

#define STORY(name, function) g_test_add_data_func("/store/" name, (gconstpointer)(function), run_story)

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        STORY("accounts", test_accounts);
        STORY("login-replaces", test_login_replaces);
        STORY("invitations", test_invitations);
        STORY("mailbox", test_mailbox);
        STORY("repeats", test_repeats);
        STORY("quota", test_quota);
        STORY("group-commit", test_group_commit);
        STORY("prekeys-under-concurrency", test_prekeys_under_concurrency);
        STORY("keep-one-time", test_keep_one_time);
        return g_test_run();
}
