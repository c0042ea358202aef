/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite alone, doing what the server's store must do at least: the rows of its mailboxes, in transactions
 * of as many rows, each on the disk before the next begins. `group-commit FOLDER BATCH SECONDS` prints one
 * JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "bench/relay-measure.h"

enum {
        BATCH_MAX = 4096,
        MAILBOXES = 50,
        PAYLOAD_SIZE = 256,
        ID_SIZE = 16,
        ROWS_MAX = 4 * 1000 * 1000, /* a bound for the disk's sake */
};

static const char schema[] = "PRAGMA journal_mode = WAL;"
                             "PRAGMA synchronous = FULL;"
                             "PRAGMA locking_mode = EXCLUSIVE;"
                             "PRAGMA wal_autocheckpoint = 8192;"
                             /* As in server/store-schema.c. */
                             "CREATE TABLE envelope ("
                             "  position INTEGER PRIMARY KEY, id BLOB NOT NULL, sender TEXT NOT NULL, "
                             "sender_device INTEGER NOT NULL,"
                             "  stored_ms INTEGER NOT NULL, payload BLOB NOT NULL"
                             ") STRICT;";

static const char insert[] = "INSERT INTO envelope (position, id, sender, sender_device, stored_ms, payload)"
                             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

static int commit_batch(sqlite3 *db, sqlite3_stmt *statement, uint64_t first, unsigned batch)
{
        uint8_t payload[PAYLOAD_SIZE] = {1}, id[ID_SIZE];

        if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
                return -1;
        for (uint64_t i = first; i < first + batch; i++) {
                sqlite3_randomness(sizeof(id), id);
                sqlite3_bind_int64(statement, 1, (sqlite3_int64)((i % MAILBOXES + 1) << 35 | i / MAILBOXES));
                sqlite3_bind_blob(statement, 2, id, sizeof(id), SQLITE_STATIC);
                sqlite3_bind_text(statement, 3, "load-000000", -1, SQLITE_STATIC);
                sqlite3_bind_int64(statement, 4, 1);
                sqlite3_bind_int64(statement, 5, 1700000000000 + (sqlite3_int64)i);
                sqlite3_bind_blob(statement, 6, payload, sizeof(payload), SQLITE_STATIC);
                if (sqlite3_step(statement) != SQLITE_DONE)
                        return -1;
                sqlite3_reset(statement);
        }
        return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

static int measure(sqlite3 *db, unsigned batch, double seconds)
{
        sqlite3_stmt *statement;
        double begin, taken;
        uint64_t rows = 0, commits = 0;
        int r = 0;

        if (sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK ||
            sqlite3_prepare_v2(db, insert, -1, &statement, NULL) != SQLITE_OK)
                return -1;
        begin = now_seconds();
        for (; r == 0 && now_seconds() < begin + seconds && rows < ROWS_MAX; rows += batch, commits++)
                r = commit_batch(db, statement, rows, batch);
        taken = now_seconds() - begin;
        sqlite3_finalize(statement);
        printf("{\"mode\": \"group-commit\", \"rate\": %.0f, \"server_us\": %.2f, \"commit_ms\": %.3f}\n",
               (double)rows / taken, own_cpu_seconds() / (double)rows * 1e6, taken / (double)commits * 1e3);
        return r;
}

int main(int argc, char **argv)
{
        sqlite3 *db = NULL;
        unsigned long batch;
        int r;

        /* The folder is an argument of its own, so that it is on the disk that the server's store is on. */
        if (argc != 4 || chdir(argv[1]) < 0) {
                fprintf(stderr, "usage: group-commit FOLDER BATCH SECONDS\n");
                return 2;
        }
        batch = strtoul(argv[2], NULL, 10);
        if (batch < 1 || batch > BATCH_MAX)
                return 2;
        unlink("group-commit.db");
        if (sqlite3_open("group-commit.db", &db) != SQLITE_OK)
                return EXIT_FAILURE;
        r = measure(db, (unsigned)batch, strtod(argv[3], NULL));
        if (r < 0)
                fprintf(stderr, "group-commit: %s\n", sqlite3_errmsg(db));
        sqlite3_close(db);
        unlink("group-commit.db");
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
