/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "storage/statement.h"
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

static Database *open_file(const StoreFixture *fixture)
{
        g_autofree char *path = g_build_filename(fixture->folder, "smserver.db", NULL);
        Database *database = NULL;

        g_assert_cmpint(database_open(path, NULL, 0, &database), ==, 0);
        return database;
}

static int64_t ask(Database *database, const char *sql)
{
        __attribute__((cleanup(statement_releasep))) Statement *s = NULL;
        int64_t answer = 0;

        g_assert_cmpint(statement_prepare(database, &s, sql), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "answer", &answer), ==, 0);
        return answer;
}

/* By the figures, and by counting: one hears of nothing that the other does not. */
static void assert_waiting(StoreFixture *fixture, uint64_t mailbox, uint64_t envelopes, uint64_t mailboxes)
{
        g_autofree char *settled = store_fixture_read(fixture, mailbox, 0);
        Database *database = open_file(fixture);

        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_WAITING_ENVELOPES), ==, envelopes);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_WAITING_MAILBOXES), ==, mailboxes);
        g_assert_cmpint(ask(database, "SELECT count(*) AS answer FROM envelope"), ==, (int64_t)envelopes);
        g_assert_cmpint(ask(database, "SELECT count(DISTINCT position >> 35) AS answer FROM envelope"), ==,
                        (int64_t)mailboxes);
        database_close(database);
}

static uint64_t send(StoreFixture *fixture, const char *to, unsigned number)
{
        Envelope *envelope;
        uint64_t sequence;

        g_assert_cmpint(store_fixture_send(fixture, to, number, 10, &envelope), ==, 0);
        sequence = envelope->sequence;
        envelope_free(envelope);
        return sequence;
}

static void test_waiting(StoreFixture *fixture)
{
        uint64_t bob = store_fixture_register(fixture, "bob", 0), carol, middle, next, replaced;

        carol = store_fixture_register(fixture, "carol", 0);
        assert_waiting(fixture, bob, 0, 0);
        send(fixture, "bob", 1);
        middle = send(fixture, "bob", 2);
        send(fixture, "bob", 3);
        send(fixture, "carol", 1);
        assert_waiting(fixture, bob, 4, 2);
        store_fixture_ack(fixture, bob, middle);
        assert_waiting(fixture, bob, 2, 2);
        store_fixture_ack(fixture, bob, UINT64_MAX);
        assert_waiting(fixture, bob, 1, 1);
        send(fixture, "bob", 4);
        middle = send(fixture, "bob", 5);
        assert_waiting(fixture, bob, 3, 2);

        /* Mailboxes that nobody has loaded. */
        store_fixture_reopen(fixture);
        assert_waiting(fixture, bob, 3, 2);
        store_fixture_ack(fixture, bob, middle - 1);
        assert_waiting(fixture, bob, 2, 2);
        store_fixture_ack(fixture, carol, UINT64_MAX);
        assert_waiting(fixture, carol, 1, 1);
        send(fixture, "carol", 2);
        g_assert_cmpint(store_fixture_login(fixture, "bob", &next, &replaced), ==, 2);
        assert_waiting(fixture, next, 1, 1);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_ACKED), ==, 2);
}

/* A store of the first version, which did not keep them. */
static void test_waiting_of_an_older_store(StoreFixture *fixture)
{
        uint64_t bob = store_fixture_register(fixture, "bob", 0);
        Database *database;

        store_fixture_register(fixture, "carol", 0);
        send(fixture, "bob", 1);
        send(fixture, "bob", 2);
        send(fixture, "carol", 1);
        fixture->store = store_close(fixture->store);
        database = open_file(fixture);
        g_assert_cmpint(database_exec(database, "DROP TABLE waiting; DROP TABLE reserved_name; DROP TABLE used_invitation;"
                                                "CREATE TABLE used_invitation (hash BLOB NOT NULL PRIMARY KEY, "
                                                "account INTEGER NOT NULL REFERENCES account(number)) STRICT, WITHOUT ROWID;"
                                                "DROP TABLE group_change; DROP TABLE group_commit; DROP TABLE shared_uses;"
                                                "DROP TABLE shared; DROP TABLE group_member; DROP TABLE chat_group;"
                                                "DROP TABLE key_package; ALTER TABLE envelope DROP COLUMN shared;"
                                                "PRAGMA user_version = 1"), ==, 0);
        database_close(database);
        store_fixture_open(fixture);
        assert_waiting(fixture, bob, 3, 2);
}

/* What the writer hands on to the reader is one request, and so is what is run again because another one failed. */
static void test_each_request_counts_once(StoreFixture *fixture)
{
        enum { COUNT = 200, DAMAGED = COUNT / 2 };
        g_autofree StoreAppend **requests = g_new0(StoreAppend *, COUNT);
        uint64_t bob = store_fixture_register(fixture, "bob", 0), completed, failures = 0;
        g_autofree char *waiting = NULL;
        Database *database;
        guint before;

        store_fixture_register(fixture, "carol", 0);
        send(fixture, "carol", 1);
        fixture->store = store_close(fixture->store);
        database = open_file(fixture);
        g_assert_cmpint(database_exec(database, "UPDATE envelope SET id = x'00'"), ==, 0);
        database_close(database);
        store_fixture_open(fixture);

        before = fixture->returned;
        for (unsigned i = 0; i < COUNT; i++) {
                Envelope *envelope = envelope_new((const uint8_t *)&i, sizeof(i));

                envelope->recipient_device = 1;
                g_strlcpy(envelope->recipient, i == DAMAGED ? "carol" : "bob", sizeof(envelope->recipient));
                memcpy(envelope->id, &i, sizeof(i));
                requests[i] = g_malloc0(sizeof(StoreAppend) + sizeof(Envelope *));
                requests[i]->count = 1;
                requests[i]->envelopes[0] = envelope;
                store_fixture_submit(fixture, &requests[i]->base, STORE_APPEND);
        }
        store_fixture_wait(fixture, before + COUNT);
        for (unsigned i = 0; i < COUNT; i++) {
                failures += requests[i]->base.result < 0;
                envelope_free(requests[i]->envelopes[0]);
                g_free(requests[i]);
        }
        g_assert_cmpuint(failures, ==, 1);
        waiting = store_fixture_read(fixture, bob, 0); /* settled */
        store_fixture_until(fixture, METRIC_STORE_COMPLETED, COUNT + 1);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_STORED), ==, COUNT - 1);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_STORE_FAILURES), ==, 1);
        assert_waiting(fixture, bob, COUNT, 2);
        completed = metrics_total(fixture->metrics, METRIC_BATCH_REQUESTS);
        g_assert_cmpuint(completed, ==, COUNT - 1 + 2); /* and two settled reads */
}

/* The oldest rows of what was stored lately go, and no more than have to. */
static void test_trim(StoreFixture *fixture)
{
        Database *database;
        int64_t newest;

        store_fixture_register(fixture, "bob", 0);
        for (unsigned i = 1; i <= 5; i++)
                send(fixture, "bob", i);
        fixture->store = store_close(fixture->store);
        database = open_file(fixture);
        g_assert_cmpint(database_exec(database, "UPDATE recent SET stored_ms = 1000 WHERE number <= 2;"
                                                "UPDATE recent SET number = number + 10000;"
                                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                                "WHERE i < 5000) INSERT INTO recent (number, stored_ms, hashes) "
                                                "SELECT i, 1000, zeroblob(8) FROM n"),
                        ==, 0);
        newest = ask(database, "SELECT max(number) AS answer FROM recent");
        store_fixture_open(fixture);
        while (ask(database, "SELECT count(*) AS answer FROM recent") > 3)
                g_usleep(1000);
        g_assert_cmpint(ask(database, "SELECT count(*) AS answer FROM recent"), ==, 3);
        g_assert_cmpint(ask(database, "SELECT max(number) AS answer FROM recent"), ==, newest);

        fixture->limits.dedupe_count = 2;
        store_fixture_reopen(fixture);
        while (ask(database, "SELECT count(*) AS answer FROM recent") > 2)
                g_usleep(1000);
        g_assert_cmpint(ask(database, "SELECT max(number) AS answer FROM recent"), ==, newest);
        database_close(database);
        g_assert_cmpint(store_fixture_send(fixture, "bob", 5, 10, NULL), ==, STORE_REPEATED);
}

#define STORY(name, function) g_test_add_data_func("/store/" name, (gconstpointer)(function), run_story)

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        STORY("waiting", test_waiting);
        STORY("waiting-of-an-older-store", test_waiting_of_an_older_store);
        STORY("each-request-counts-once", test_each_request_counts_once);
        STORY("trim", test_trim);
        return g_test_run();
}
