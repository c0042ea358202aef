/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What storage/database.h, statement.h and migration.h promise, each for a plain and for an encrypted database. */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/migration.h"
#include "storage/statement.h"
#include "tests/unit/storage/folder.h"

#define _cleanup_(f) __attribute__((cleanup(f)))

static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };

typedef struct Fixture {
        Folder folder;
        const DatabaseKey *key;
        Database *database;
} Fixture;

static Database *open_again(Fixture *f, unsigned flags)
{
        f->database = database_close(f->database);
        g_assert_cmpint(database_open(f->folder.store, f->key, flags, &f->database), ==, 0);
        return f->database;
}

static void set_up(Fixture *f, gconstpointer data)
{
        folder_init(&f->folder);
        f->key = data;
        open_again(f, DATABASE_CREATE);
}

static void tear_down(Fixture *f, gconstpointer data)
{
        database_close(f->database);
        folder_deinit(&f->folder);
}

static int64_t query(Database *database, const char *sql)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value = 0;

        g_assert_cmpint(statement_prepare(database, &s, sql), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "value", &value), ==, 0);
        return value;
}

static void create_notes(Database *database)
{
        g_assert_cmpint(database_exec(database, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT UNIQUE, "
                                                "body BLOB) STRICT"), ==, 0);
}

static void test_missing(Fixture *f, gconstpointer data)
{
        g_autofree char *path = folder_file(&f->folder, ".other");
        _cleanup_(database_closep) Database *database = NULL;

        g_assert_cmpint(database_open(path, f->key, 0, &database), ==, -ENOENT);
        g_assert_cmpint(database_open(path, f->key, DATABASE_READ_ONLY, &database), ==, -ENOENT);
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        g_assert_cmpint(database_open("/nonexistent/store", f->key, DATABASE_CREATE, &database), ==, -ENOENT);
        g_assert_cmpint(database_open(path, f->key, DATABASE_CREATE | DATABASE_READ_ONLY, &database), ==, -EINVAL);
}

static void test_settings(Fixture *f, gconstpointer data)
{
        struct stat status;

        create_notes(f->database);
        g_assert_cmpint(query(f->database, "SELECT foreign_keys AS value FROM pragma_foreign_keys"), ==, 1);
        g_assert_cmpint(query(f->database, "SELECT synchronous AS value FROM pragma_synchronous"), ==, 2);
        g_assert_cmpint(query(f->database, "SELECT secure_delete AS value FROM pragma_secure_delete"), ==, 1);
        g_assert_cmpint(query(f->database, "SELECT trusted_schema AS value FROM pragma_trusted_schema"), ==, 0);
        g_assert_cmpint(query(f->database, "SELECT temp_store AS value FROM pragma_temp_store"), ==, 2);
        g_assert_cmpint(query(f->database, "SELECT journal_mode = 'wal' AS value FROM pragma_journal_mode"), ==, 1);

        for (unsigned i = 0; i < 2; i++) {
                g_autofree char *path = folder_file(&f->folder, (const char *[]){ "", "-wal" }[i]);

                g_assert_cmpint(stat(path, &status), ==, 0);
                g_assert_cmpint(status.st_mode & 07777, ==, 0600);
        }
}

static void test_kept(Fixture *f, gconstpointer data)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *body;
        const char *text;
        int64_t id;
        size_t size;

        create_notes(f->database);
        g_assert_cmpint(statement_prepare(f->database, &s, "INSERT INTO note VALUES (:id, :text, :body)"), ==, 0);
        statement_bind_int64(s, ":id", INT64_MIN);
        statement_bind_text(s, ":text", "grüße");
        statement_bind_blob(s, ":body", "a\0b", 3);
        g_assert_cmpint(statement_run(s), ==, 0);
        statement_bind_int64(s, ":id", INT64_MAX);
        statement_bind_text_n(s, ":text", "two-cut", 3);
        statement_bind_blob(s, ":body", "", 0);
        g_assert_cmpint(statement_run(s), ==, 0);
        g_assert_cmpint(database_last_insert_id(f->database), ==, INT64_MAX);
        g_assert_cmpint(database_changes(f->database), ==, 1);
        statement_bind_int64(s, ":id", 0);
        statement_bind_text(s, ":text", NULL);
        statement_bind_null(s, ":body");
        g_assert_cmpint(statement_run(s), ==, 0);
        s = statement_release(s);

        open_again(f, 0);
        g_assert_cmpint(statement_prepare(f->database, &s, "SELECT text, id, body FROM note ORDER BY id"), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "id", &id), ==, 0);
        g_assert_cmpint(id, ==, INT64_MIN);
        g_assert_cmpint(statement_column_text(s, "text", &text), ==, 0);
        g_assert_cmpstr(text, ==, "grüße");
        g_assert_cmpint(statement_column_blob(s, "body", &body, &size), ==, 0);
        g_assert_cmpmem(body, (int)size, "a\0b", 3);

        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_true(statement_column_is_null(s, "text"));
        g_assert_cmpint(statement_column_text(s, "text", &text), ==, 0);
        g_assert_null(text);
        g_assert_cmpint(statement_column_blob(s, "body", &body, &size), ==, 0);
        g_assert_null(body);
        g_assert_cmpuint(size, ==, 0);

        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_text(s, "text", &text), ==, 0);
        g_assert_cmpstr(text, ==, "two");
        g_assert_false(statement_column_is_null(s, "body"));
        g_assert_cmpint(statement_column_blob(s, "body", &body, &size), ==, 0);
        g_assert_nonnull(body);
        g_assert_cmpuint(size, ==, 0);
        g_assert_cmpint(statement_step(s), ==, 0);
}

/* A mistake in a bind or a column is met at the next step at the latest. */
static void test_mistakes(Fixture *f, gconstpointer data)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value;

        create_notes(f->database);
        g_assert_cmpint(statement_prepare(f->database, &s, "SELEC"), ==, -ENOTRECOVERABLE);
        g_assert_cmpint(statement_prepare(f->database, &s, "SELECT 1; SELECT 2"), ==, -ENOTRECOVERABLE);
        g_assert_cmpint(statement_prepare(f->database, &s, ""), ==, -ENOTRECOVERABLE);
        g_assert_cmpint(statement_prepare(f->database, &s, "SELECT \"text\" FROM note WHERE \"no\" = 1"), ==,
                        -ENOTRECOVERABLE);

        g_assert_cmpint(statement_prepare(f->database, &s, "INSERT INTO note (id) VALUES (:id)"), ==, 0);
        g_assert_cmpint(statement_bind_int64(s, ":ID", 1), ==, -ENOTRECOVERABLE);
        g_assert_cmpint(statement_step(s), ==, -ENOTRECOVERABLE);
        g_assert_cmpint(statement_reset(s), ==, 0);
        g_assert_cmpint(statement_bind_int64(s, ":id", 1), ==, 0);
        g_assert_cmpint(statement_run(s), ==, 0);
        s = statement_release(s);

        g_assert_cmpint(statement_prepare(f->database, &s, "SELECT id, text FROM note"), ==, 0);
        g_assert_cmpint(statement_column_int64(s, "id", &value), ==, -ENOTRECOVERABLE); /* no row yet */
        statement_reset(s);
        g_assert_cmpint(statement_run(s), ==, -ENOTRECOVERABLE); /* has rows */
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "text", &value), ==, -ENODATA);
        g_assert_cmpint(statement_step(s), ==, -ENODATA);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (nothing) VALUES (1)"), ==, -ENOTRECOVERABLE);
        g_assert_nonnull(strstr(database_error(f->database), "nothing"));
}

static void test_constraints(Fixture *f, gconstpointer data)
{
        create_notes(f->database);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note VALUES (1, 'one', NULL)"), ==, 0);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note VALUES (1, 'two', NULL)"), ==, -EEXIST);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note VALUES (2, 'one', NULL)"), ==, -EEXIST);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note VALUES (2, x'00', NULL)"), ==,
                        -ENOTRECOVERABLE);
        g_assert_cmpint(database_exec(f->database,
                                      "CREATE TABLE line (note INTEGER REFERENCES note (id)) STRICT;"
                                      "INSERT INTO line VALUES (7)"), ==, -ENOTRECOVERABLE);
}

/* The same literal from two places at a time, and again from the cache. */
static void test_cache(Fixture *f, gconstpointer data)
{
        static const char sql[] = "SELECT :value AS value";
        Statement *first = NULL, *second = NULL, *third = NULL;
        char heap[] = "SELECT 5 AS value";
        int64_t value;

        g_assert_cmpint(statement_prepare(f->database, &first, sql), ==, 0);
        g_assert_cmpint(statement_prepare(f->database, &second, sql), ==, 0);
        g_assert_true(first != second);
        statement_bind_int64(first, ":value", 1);
        statement_bind_int64(second, ":value", 2);
        g_assert_cmpint(statement_step(first), ==, 1);
        g_assert_cmpint(statement_step(second), ==, 1);
        statement_column_int64(first, "value", &value);
        g_assert_cmpint(value, ==, 1);
        statement_release(first);
        statement_release(second);

        g_assert_cmpint(statement_prepare(f->database, &third, sql), ==, 0);
        g_assert_true(third == first || third == second);
        g_assert_cmpint(statement_step(third), ==, 1);
        g_assert_true(statement_column_is_null(third, "value")); /* nothing of before is bound */
        statement_release(third);

        g_assert_cmpint(query(f->database, heap), ==, 5);
        heap[7] = '6';
        g_assert_cmpint(query(f->database, heap), ==, 6);
}

static int insert_and_fail(Database *database)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;

        g_assert_cmpint(transaction_begin(database, &transaction), ==, 0);
        g_assert_cmpint(database_exec(database, "INSERT INTO note (id) VALUES (10)"), ==, 0);
        return -EINVAL;
}

static void test_transactions(Fixture *f, gconstpointer data)
{
        Database *transaction = NULL, *nested = NULL;

        create_notes(f->database);
        insert_and_fail(f->database);
        g_assert_cmpint(query(f->database, "SELECT count(*) AS value FROM note"), ==, 0);

        g_assert_cmpint(transaction_begin(f->database, &transaction), ==, 0);
        g_assert_cmpint(transaction_begin(f->database, &nested), ==, -EALREADY);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (11)"), ==, 0);
        g_assert_cmpint(transaction_commit(&transaction), ==, 0);
        g_assert_null(transaction);
        open_again(f, 0);
        g_assert_cmpint(query(f->database, "SELECT id AS value FROM note"), ==, 11);

        /* What rolled back by itself is not reported as committed. */
        g_assert_cmpint(transaction_begin(f->database, &transaction), ==, 0);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (12); ROLLBACK"), ==, 0);
        g_assert_cmpint(transaction_commit(&transaction), <, 0);
        g_assert_null(transaction);
        g_assert_cmpint(transaction_begin(f->database, &transaction), ==, 0);
        g_assert_cmpint(transaction_commit(&transaction), ==, 0);
}

static void test_read_only(Fixture *f, gconstpointer data)
{
        create_notes(f->database);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (3)"), ==, 0);
        open_again(f, DATABASE_READ_ONLY);
        g_assert_cmpint(query(f->database, "SELECT id AS value FROM note"), ==, 3);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (4)"), ==, -EROFS);
}

/* In a process of its own: POSIX locks do not count within one. */
static void test_busy(Fixture *f, gconstpointer data)
{
        Database *second = NULL;
        int status;
        pid_t pid;

        open_again(f, DATABASE_EXCLUSIVE);
        create_notes(f->database);
        pid = fork();
        if (pid == 0)
                _exit(-database_open(f->folder.store, f->key, DATABASE_EXCLUSIVE, &second));
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, EBUSY);
}

static void test_checkpoint(Fixture *f, gconstpointer data)
{
        g_autofree char *wal = folder_file(&f->folder, "-wal");
        struct stat status;

        create_notes(f->database);
        g_assert_cmpint(stat(wal, &status), ==, 0);
        g_assert_cmpint(status.st_size, >, 0);
        g_assert_cmpint(database_checkpoint(f->database), ==, 0);
        g_assert_cmpint(stat(wal, &status), ==, 0);
        g_assert_cmpint(status.st_size, ==, 0);
        g_assert_cmpint(database_check(f->database), ==, 0);
}

/* A reader in the midst of its snapshot is not waited for, and hears and loses nothing. */
static void test_restart_log(Fixture *f, gconstpointer data)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        Database *reader = NULL;

        create_notes(f->database);
        g_assert_cmpint(database_restart_log(f->database, 1), ==, 0);
        if (f->key) /* nobody else has it open */
                return;
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (1), (2)"), ==, 0);
        g_assert_cmpint(database_open(f->folder.store, NULL, DATABASE_READ_ONLY, &reader), ==, 0);
        g_assert_cmpint(statement_prepare(reader, &s, "SELECT id FROM note"), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (3)"), ==, 0);
        g_assert_cmpint(database_restart_log(f->database, 1), ==, -EBUSY);
        g_assert_cmpint(database_exec(f->database, "INSERT INTO note (id) VALUES (4)"), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_step(s), ==, 0);
        g_assert_cmpint(database_restart_log(f->database, 1), ==, 0);
        g_assert_cmpint(query(reader, "SELECT count(*) AS value FROM note"), ==, 4);
        statement_releasep(&s);
        s = NULL;
        database_close(reader);
}

static const char *const scripts[] = {
        "CREATE TABLE a (id INTEGER) STRICT; INSERT INTO a VALUES (1)",
        "CREATE TABLE b (id INTEGER) STRICT; INSERT INTO b SELECT id + 1 FROM a",
        "INSERT INTO b VALUES (9); INSERT INTO nowhere VALUES (1)",
};

static void test_migrations(Fixture *f, gconstpointer data)
{
        Migrations one = { .application_id = 0x534d5431, .scripts = scripts, .count = 1 };
        Migrations two = { .application_id = 0x534d5431, .scripts = scripts, .count = 2 };
        Migrations bad = { .application_id = 0x534d5431, .scripts = scripts, .count = 3 };
        Migrations other = { .application_id = 0x534d5432, .scripts = scripts, .count = 2 };

        g_assert_cmpint(database_migrate(f->database, &one), ==, 0);
        g_assert_cmpint(query(f->database, "SELECT count(*) AS value FROM a"), ==, 1);
        g_assert_cmpint(database_migrate(f->database, &one), ==, 0);
        g_assert_cmpint(query(f->database, "SELECT count(*) AS value FROM a"), ==, 1);
        open_again(f, 0);
        g_assert_cmpint(database_migrate(f->database, &two), ==, 0);
        g_assert_cmpint(query(f->database, "SELECT id AS value FROM b"), ==, 2);
        g_assert_cmpint(database_migrate(f->database, &one), ==, -EPROTONOSUPPORT);
        g_assert_cmpint(database_migrate(f->database, &other), ==, -EKEYREJECTED);

        /* One that fails leaves all as it was. */
        g_assert_cmpint(database_migrate(f->database, &bad), ==, -ENOTRECOVERABLE);
        g_assert_cmpint(query(f->database, "SELECT max(id) AS value FROM b"), ==, 2);
        g_assert_cmpint(database_migrate(f->database, &two), ==, 0);
}

static void test_foreign(Fixture *f, gconstpointer data)
{
        Migrations migrations = { .application_id = 0x534d5431, .scripts = scripts, .count = 1 };

        create_notes(f->database); /* somebody's tables, without an application ID */
        g_assert_cmpint(database_migrate(f->database, &migrations), ==, -EKEYREJECTED);
}

static void test_not_a_database(Fixture *f, gconstpointer data)
{
        g_autofree char *path = folder_file(&f->folder, ".text");
        _cleanup_(database_closep) Database *database = NULL;
        g_autofree char *text = g_strnfill(20000, 'x');

        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        g_assert_cmpint(database_open(path, f->key, 0, &database), ==, -EKEYREJECTED);
        g_assert_cmpint(database_open(path, f->key, DATABASE_CREATE, &database), ==, -EKEYREJECTED);
        if (f->key) {
                g_assert_true(g_file_set_contents(path, "short", -1, NULL));
                g_assert_cmpint(database_open(path, f->key, DATABASE_CREATE, &database), ==, -EKEYREJECTED);
        }
}

/* Full-text search, large rows, deletions, vacuum: every way in which SQLite uses its files. */
static void test_much(Fixture *f, gconstpointer data)
{
        g_assert_cmpint(database_exec(f->database,
                                      "CREATE VIRTUAL TABLE search USING fts5 (text);"
                                      "CREATE TABLE big (id INTEGER PRIMARY KEY, body BLOB) STRICT;"
                                      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)"
                                      " INSERT INTO big SELECT i, randomblob(i) FROM n;"
                                      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)"
                                      " INSERT INTO search SELECT 'word' || i || ' and word' || (i + 1) FROM n;"),
                        ==, 0);
        g_assert_cmpint(database_exec(f->database, "DELETE FROM big WHERE id % 3 = 0; VACUUM"), ==, 0);
        g_assert_cmpint(query(f->database, "SELECT sum(length(body)) AS value FROM big"), ==, 3000000);
        g_assert_cmpint(query(f->database, "SELECT count(*) AS value FROM search WHERE search MATCH 'word77'"), ==,
                        2);
        open_again(f, 0);
        g_assert_cmpint(database_check(f->database), ==, 0);
        g_assert_cmpint(query(f->database, "SELECT sum(length(body) = id) AS value FROM big"), ==, 2000);
}

static const struct {
        const char *name;
        void (*run)(Fixture *f, gconstpointer data);
} tests[] = {
        { "missing", test_missing },
        { "settings", test_settings },
        { "kept", test_kept },
        { "mistakes", test_mistakes },
        { "constraints", test_constraints },
        { "cache", test_cache },
        { "transactions", test_transactions },
        { "read-only", test_read_only },
        { "busy", test_busy },
        { "checkpoint", test_checkpoint },
        { "restart-log", test_restart_log },
        { "migrations", test_migrations },
        { "foreign", test_foreign },
        { "not-a-database", test_not_a_database },
        { "much", test_much },
};

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
                g_autofree char *plain = g_strconcat("/database/plain/", tests[i].name, NULL);
                g_autofree char *encrypted = g_strconcat("/database/encrypted/", tests[i].name, NULL);

                g_test_add(plain, Fixture, NULL, set_up, tests[i].run, tear_down);
                g_test_add(encrypted, Fixture, &key, set_up, tests[i].run, tear_down);
        }
        return g_test_run();
}
