/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "storage/statement.h"
#include "store-fixture.h"

static void limit_files(rlim_t size)
{
        struct rlimit limit;

        g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
        limit.rlim_cur = size;
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* No file may grow: a batch fails as a whole, its senders hear it, and what was durable before stays. */
static void test_disk_full(void)
{
        g_autofree char *log = NULL, *waiting = NULL;
        StoreFixture fixture;
        struct stat info;
        uint64_t bob;
        unsigned stored = 0, i;

        signal(SIGXFSZ, SIG_IGN);
        store_fixture_init(&fixture);
        fixture.limits.mailbox_messages = fixture.limits.mailbox_bytes = 1 << 30;
        store_fixture_open(&fixture);
        bob = store_fixture_register(&fixture, "bob", 0);
        g_assert_cmpint(store_fixture_send(&fixture, "bob", stored++, 1000, NULL), ==, 0);

        log = g_build_filename(fixture.folder, "smserver.db-wal", NULL);
        g_assert_cmpint(g_stat(log, &info), ==, 0);
        limit_files((rlim_t)info.st_size + 200 * 1024);
        while (store_fixture_send(&fixture, "bob", stored, 20000, NULL) == 0)
                g_assert_cmpuint(stored++, <, 1000);
        for (i = 0; i < 3; i++)
                g_assert_cmpint(store_fixture_send(&fixture, "bob", 5000 + i, 20000, NULL), <, 0);
        g_assert_cmpuint(metrics_total(fixture.metrics, METRIC_STORE_FAILURES), >=, 4);

        limit_files(RLIM_INFINITY);
        /* A failed envelope was not stored, so it is none that is repeated. */
        g_assert_cmpint(store_fixture_send(&fixture, "bob", stored, 20000, NULL), ==, 0);
        g_assert_cmpint(store_fixture_send(&fixture, "bob", stored - 1, 20000, NULL), ==, STORE_REPEATED);
        store_fixture_reopen(&fixture);
        waiting = store_fixture_read(&fixture, bob, 0);
        for (i = 0; i <= stored; i++) {
                g_autofree char *number = g_strdup_printf(i > 0 ? " %u" : "%u", i);

                g_assert_nonnull(strstr(waiting, number));
        }
        g_assert_null(strstr(waiting, "500"));
        store_fixture_deinit(&fixture);
}

/* What is older than the administrator wants goes, from the oldest on; a mailbox that is in memory too. */
static void test_retention(void)
{
        g_autofree char *path = NULL, *left = NULL;
        Database *database = NULL;
        StoreFixture fixture;
        uint64_t bob, carol;

        store_fixture_init(&fixture);
        store_fixture_open(&fixture);
        bob = store_fixture_register(&fixture, "bob", 0);
        carol = store_fixture_register(&fixture, "carol", 0);
        for (unsigned i = 1; i <= 4; i++) {
                g_assert_cmpint(store_fixture_send(&fixture, "bob", i, 10, NULL), ==, 0);
                g_assert_cmpint(store_fixture_send(&fixture, "carol", i, 10, NULL), ==, 0);
        }
        fixture.store = store_close(fixture.store);

        path = g_build_filename(fixture.folder, "smserver.db", NULL);
        g_assert_cmpint(database_open(path, NULL, 0, &database), ==, 0);
        g_assert_cmpint(database_exec(database, "UPDATE envelope SET stored_ms = 1000 WHERE position IN "
                                                "(SELECT position FROM envelope ORDER BY position LIMIT 3)"),
                        ==, 0);
        database_close(database);

        store_fixture_open(&fixture);
        store_fixture_until(&fixture, METRIC_EXPIRED, 3);
        left = store_fixture_read(&fixture, bob, 0);
        g_assert_cmpstr(left, ==, "4");
        g_clear_pointer(&left, g_free);
        left = store_fixture_read(&fixture, carol, 0);
        g_assert_cmpstr(left, ==, "1 2 3 4");
        g_assert_cmpint(store_fixture_send(&fixture, "bob", 5, 10, NULL), ==, 0);
        g_clear_pointer(&left, g_free);
        left = store_fixture_read(&fixture, bob, 0);
        g_assert_cmpstr(left, ==, "4 5");
        g_assert_cmpuint(metrics_total(fixture.metrics, METRIC_WAITING_ENVELOPES), ==, 6);
        g_assert_cmpuint(metrics_total(fixture.metrics, METRIC_WAITING_MAILBOXES), ==, 2);
        store_fixture_deinit(&fixture);
}

static void test_refuses_what_is_not_its_own(void)
{
        g_autofree char *path = NULL;
        StoreFixture fixture;
        Store *store = NULL;
        static const uint8_t key[STORE_HASH_KEY_SIZE];

        store_fixture_init(&fixture);
        fixture.metrics = g_malloc0(sizeof(Metrics) + 64);
        path = g_build_filename(fixture.folder, "smserver.db", NULL);
        g_assert_true(g_file_set_contents(path, "this is not a database, however long it goes on, and on",
                                          -1, NULL));
        g_assert_cmpint(store_open(fixture.folder, &fixture.limits, key, fixture.metrics, &store), <, 0);
        g_assert_null(store);
        g_assert_cmpint(store_open("/nowhere/at/all", &fixture.limits, key, fixture.metrics, &store), ==,
                        -ENOENT);
        store_fixture_deinit(&fixture);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/store/disk-full", test_disk_full);
        g_test_add_func("/store/retention", test_retention);
        g_test_add_func("/store/refuses-what-is-not-its-own", test_refuses_what_is_not_its_own);
        return g_test_run();
}
