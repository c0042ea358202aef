/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The power fails, at each single operation in the life of a store: whatever of the unsynced sectors reached the disk,
 * the store opens again, is sound, and has every transaction that was reported as committed, whole.
 */
#include <glib.h>

#include "storage/statement.h"
#include "tests/unit/storage/folder.h"
#include "tests/unit/storage/power-vfs.h"

#define _cleanup_(f) __attribute__((cleanup(f)))

#ifdef __SANITIZE_ADDRESS__ /* for mistakes of ours that one is as good as another */
enum { OUTCOMES = 1 };
#else
enum { OUTCOMES = 3 };
#endif
enum { COMMITS = 24, ROWS = 3 };

static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };

typedef struct Kind {
        const DatabaseKey *key;
        const char *prepare; /* what is done first to a new store */
} Kind;

static int64_t query(Database *database, const char *sql)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value = 0;

        g_assert_cmpint(statement_prepare(database, &s, sql), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "value", &value), ==, 0);
        return value;
}

static int commit(Database *database, int number)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = transaction_begin(database, &transaction);
        if (r < 0)
                return r;
        r = statement_prepare(database, &s,
                              "INSERT INTO note (number, body) VALUES (:number, zeroblob(:size) || randomblob(90))");
        if (r < 0)
                return r;
        for (int i = 0; i < ROWS; i++) {
                statement_bind_int64(s, ":number", number);
                statement_bind_int64(s, ":size", (number * 977) % 5000);
                r = statement_run(s);
                if (r < 0)
                        return r;
        }
        return transaction_commit(&transaction);
}

/* The life of a store, until it ends or an error comes. Returns how many commits were reported; -1: not even made. */
static int live(const char *path, const Kind *kind)
{
        _cleanup_(database_closep) Database *database = NULL;

        if (database_open(path, kind->key, DATABASE_CREATE | DATABASE_EXCLUSIVE, &database) < 0 ||
            database_exec(database, kind->prepare) < 0)
                return -1;
        if (database_exec(database, "CREATE TABLE note (id INTEGER PRIMARY KEY, number INTEGER, body ANY) STRICT") < 0)
                return -1;
        for (int i = 0; i < COMMITS; i++) {
                if (commit(database, i) < 0)
                        return i;
                if (i % 7 == 6 && database_checkpoint(database) < 0)
                        return i + 1;
                if (i % 10 == 9 &&
                    database_exec(database, "DELETE FROM note WHERE number % 2 = 1 AND body IS NULL") < 0)
                        return i + 1;
        }
        return COMMITS;
}

static void check_survivor(const char *path, const Kind *kind, int reported)
{
        _cleanup_(database_closep) Database *database = NULL;
        int64_t rows, last;

        g_assert_cmpint(database_open(path, kind->key, DATABASE_CREATE | DATABASE_EXCLUSIVE, &database), ==, 0);
        g_assert_cmpint(database_check(database), ==, 0);
        if (query(database, "SELECT count(*) AS value FROM sqlite_schema") == 0) {
                g_assert_cmpint(reported, ==, -1);
                return;
        }
        rows = query(database, "SELECT count(*) AS value FROM note");
        last = query(database, "SELECT coalesce(max(number), -1) AS value FROM note");
        g_assert_cmpint(rows, ==, (last + 1) * ROWS); /* whole ones, from the first on */
        g_assert_cmpint(last + 1, >=, reported);
        g_assert_cmpint(last + 1, <=, MAX(reported, 0) + 1); /* the one under way may have made it */
        g_assert_cmpint(commit(database, (int)last + 1), ==, 0);
}

static guint count_operations(const Kind *kind)
{
        guint operations;
        Folder folder;

        folder_init(&folder);
        power_vfs_init(0);
        g_assert_cmpint(live(folder.store, kind), ==, COMMITS);
        operations = power_vfs_operations();
        power_vfs_deinit();
        check_survivor(folder.store, kind, COMMITS);
        folder_deinit(&folder);
        return operations;
}

static void test_power(gconstpointer data)
{
        const Kind *kind = data;
        guint operations = count_operations(kind);

        g_assert_cmpuint(operations, >, 100);
        for (guint fails_at = 1; fails_at <= operations; fails_at++)
                for (unsigned outcome = 0; outcome < OUTCOMES; outcome++) {
                        Folder folder;
                        int reported;

                        folder_init(&folder);
                        power_vfs_init(fails_at);
                        reported = live(folder.store, kind);
                        power_vfs_crash();
                        power_vfs_deinit();
                        check_survivor(folder.store, kind, reported);
                        folder_deinit(&folder);
                }
        g_test_message("%u operations", operations);
}

static const Kind plain = { .key = NULL, .prepare = "" };
static const Kind encrypted = { .key = &key, .prepare = "" };
/* Nothing here keeps its store so, but while a new one is made there is a journal. */
static const Kind journalled = { .key = &key, .prepare = "PRAGMA journal_mode = DELETE" };

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_data_func("/power/plain", &plain, test_power); /* what is tested with, tested */
        g_test_add_data_func("/power/encrypted", &encrypted, test_power);
        g_test_add_data_func("/power/journalled", &journalled, test_power);
        return g_test_run();
}
