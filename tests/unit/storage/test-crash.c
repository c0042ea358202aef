/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that is killed, and a disk that is full: what was reported as committed is there, and nothing in halves. */
#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/statement.h"
#include "tests/unit/storage/folder.h"

#define _cleanup_(f) __attribute__((cleanup(f)))

enum { KILLS = 25, ROWS = 3, LIMIT = 300 * 1000 };

static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };

static int64_t query(Database *database, const char *sql)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value = 0;

        g_assert_cmpint(statement_prepare(database, &s, sql), ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "value", &value), ==, 0);
        return value;
}

static int commit(Database *database, int64_t number)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = transaction_begin(database, &transaction);
        if (r < 0)
                return r;
        r = statement_prepare(database, &s, "INSERT INTO note (number, body)"
                                            " VALUES (:number, randomblob(abs(random() % 3000)))");
        if (r < 0)
                return r;
        for (int i = 0; i < ROWS; i++) {
                statement_bind_int64(s, ":number", number);
                r = statement_run(s);
                if (r < 0)
                        return r;
        }
        return transaction_commit(&transaction);
}

static void make(const char *path, const DatabaseKey *with)
{
        _cleanup_(database_closep) Database *database = NULL;

        g_assert_cmpint(database_open(path, with, DATABASE_CREATE | DATABASE_EXCLUSIVE, &database), ==, 0);
        g_assert_cmpint(database_exec(database, "CREATE TABLE note (id INTEGER PRIMARY KEY, number INTEGER NOT NULL,"
                                                " body BLOB NOT NULL) STRICT;"
                                                "CREATE INDEX note_number ON note (number)"), ==, 0);
}

/* How many transactions are there, which are the first ones, each whole. */
static int64_t count_commits(Database *database)
{
        int64_t count;

        g_assert_cmpint(database_check(database), ==, 0);
        g_assert_cmpint(query(database, "SELECT count(*) = 0 AS value FROM"
                                        " (SELECT 1 FROM note GROUP BY number HAVING count(*) <> 3)"), ==, 1);
        count = query(database, "SELECT count(DISTINCT number) AS value FROM note");
        g_assert_cmpint(query(database, "SELECT coalesce(max(number), 0) AS value FROM note"), ==, count);
        return count;
}

/* Commits until it is killed, and says so each time. */
static void commit_forever(const char *path, const DatabaseKey *with, int64_t next, int out)
{
        Database *database;

        if (database_open(path, with, DATABASE_EXCLUSIVE, &database) < 0 ||
            database_exec(database, "PRAGMA wal_autocheckpoint = 40") < 0)
                _exit(1);
        for (;; next++)
                if (commit(database, next) < 0 || write(out, &next, sizeof(next)) != sizeof(next))
                        _exit(2);
}

static int64_t run_and_kill(const char *path, const DatabaseKey *with, int64_t committed)
{
        int64_t reported = committed, number;
        int fds[2], status;
        pid_t pid;

        g_assert_cmpint(pipe(fds), ==, 0);
        pid = fork();
        g_assert_cmpint(pid, >=, 0);
        if (pid == 0) {
                close(fds[0]);
                commit_forever(path, with, committed + 1, fds[1]);
        }
        close(fds[1]);
        g_assert_cmpint(read(fds[0], &reported, sizeof(reported)), ==, sizeof(reported)); /* it has begun */
        g_usleep((gulong)g_test_rand_int_range(0, 40000));
        g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
        g_assert_true(WIFSIGNALED(status));
        while (read(fds[0], &number, sizeof(number)) == sizeof(number))
                reported = number;
        close(fds[0]);
        return reported;
}

static void test_kill(gconstpointer data)
{
        const DatabaseKey *with = data;
        int64_t committed = 0;
        Folder folder;

        folder_init(&folder);
        make(folder.store, with);
        for (unsigned i = 0; i < KILLS; i++) {
                int64_t reported = run_and_kill(folder.store, with, committed);
                _cleanup_(database_closep) Database *database = NULL;

                g_assert_cmpint(database_open(folder.store, with, DATABASE_EXCLUSIVE, &database), ==, 0);
                committed = count_commits(database);
                g_assert_cmpint(committed, >=, reported);
                g_assert_cmpint(committed, <=, reported + 1); /* killed after the commit, before the report */
        }
        g_test_message("%d commits survived %d kills", (int)committed, KILLS);
        folder_deinit(&folder);
}

static void limit_files(rlim_t size)
{
        struct rlimit limit;

        g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
        limit.rlim_cur = size;
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* The limit on a file's size stands for the disk's: the log reaches it first, then, after checkpoints, the database. */
static void test_full(gconstpointer data)
{
        _cleanup_(database_closep) Database *database = NULL;
        const DatabaseKey *with = data;
        int64_t committed = 0;
        Folder folder;
        int r = 0;

        signal(SIGXFSZ, SIG_IGN);
        folder_init(&folder);
        make(folder.store, with);
        g_assert_cmpint(database_open(folder.store, with, DATABASE_EXCLUSIVE, &database), ==, 0);
        for (unsigned round = 0; round < 4; round++) {
                if (round == 2)
                        g_assert_cmpint(database_exec(database, "PRAGMA wal_autocheckpoint = 10"), ==, 0);
                limit_files(LIMIT * (round + 1));
                while ((r = commit(database, committed + 1)) == 0)
                        committed++;
                g_assert_cmpint(r, ==, -ENOSPC);
                for (unsigned again = 0; again < 3; again++) { /* a smaller one may still find its place */
                        r = commit(database, committed + 1);
                        g_assert_true(r == 0 || r == -ENOSPC);
                        committed += r == 0;
                }
                g_assert_cmpint(count_commits(database), ==, committed); /* reading goes on */
                limit_files(RLIM_INFINITY);
                if (round % 2 == 0) { /* and so does writing, once there is room; at once, or after a restart */
                        g_assert_cmpint(commit(database, committed + 1), ==, 0);
                        committed++;
                } else {
                        database = database_close(database);
                        g_assert_cmpint(database_open(folder.store, with, DATABASE_EXCLUSIVE, &database), ==, 0);
                }
                g_assert_cmpint(count_commits(database), ==, committed);
        }
        database = database_close(database);
        folder_deinit(&folder);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_data_func("/crash/kill/plain", NULL, test_kill);
        g_test_add_data_func("/crash/kill/encrypted", &key, test_kill);
        g_test_add_data_func("/crash/full/plain", NULL, test_full);
        g_test_add_data_func("/crash/full/encrypted", &key, test_full);
        return g_test_run();
}
