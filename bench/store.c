/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the encryption of the store costs: the same work on a plain and on an encrypted database with the same settings,
 * in turns, so that both meet the same machine; medians of the rounds. The ratio of the two is what matters.
 *
 *     bench-store [FOLDER]      a commit waits for the folder's disk; default is the current folder
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage/statement.h"

enum {
        ROUNDS = 15,
        APPENDS = 100,    /* in a round, a transaction each */
        MESSAGES = 100000,
        BATCH = 1000,     /* of them in a transaction, to fill the store */
        PAGES = 200,      /* warm pages in a round */
        COLD_PAGES = 10,  /* each on a store that was just opened */
        BODY_SIZE = 200,
        CONVERSATIONS = 10,
};

typedef struct Store {
        char *path, *wal_path;
        const DatabaseKey *key;
        Database *database;
} Store;

enum { PLAIN, ENCRYPTED, KINDS };

typedef struct Measure {
        const char *name; /* its unit: operations a second */
        double values[KINDS][ROUNDS];
} Measure;

#define CHECK(expression) check((expression), #expression)

static int check(int r, const char *what)
{
        if (r >= 0)
                return r;
        fprintf(stderr, "%s: %s\n", what, strerror(-r));
        exit(EXIT_FAILURE);
}

static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void store_open(Store *store)
{
        CHECK(database_open(store->path, store->key, DATABASE_CREATE | DATABASE_EXCLUSIVE, &store->database));
}

static void insert(Store *store, int64_t conversation)
{
        __attribute__((cleanup(statement_releasep))) Statement *s = NULL;
        static int64_t clock;
        char body[BODY_SIZE + 1];

        memset(body, 'a' + (int)(clock % 26), BODY_SIZE);
        body[BODY_SIZE] = '\0';
        CHECK(statement_prepare(store->database, &s,
                                "INSERT INTO message (conversation, received, sender, body)"
                                " VALUES (:conversation, :received, 'alice', :body)"));
        statement_bind_int64(s, ":conversation", conversation);
        statement_bind_int64(s, ":received", clock++);
        statement_bind_text(s, ":body", body);
        CHECK(statement_run(s));
}

static void append(Store *store, unsigned transactions, unsigned each)
{
        for (unsigned i = 0; i < transactions; i++) {
                Database *transaction;

                CHECK(transaction_begin(store->database, &transaction));
                for (unsigned j = 0; j < each; j++)
                        insert(store, (int64_t)((i * each + j) % CONVERSATIONS));
                CHECK(transaction_commit(&transaction));
        }
}

static void fill(Store *store)
{
        store_open(store);
        CHECK(database_exec(store->database,
                            "CREATE TABLE message (id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL,"
                            " received INTEGER NOT NULL, sender TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
                            "CREATE INDEX message_page ON message (conversation, received)"));
        append(store, MESSAGES / BATCH, BATCH);
        CHECK(database_checkpoint(store->database));
}

static void page(Store *store, int64_t conversation)
{
        __attribute__((cleanup(statement_releasep))) Statement *s = NULL;
        const char *body;
        int r, rows = 0;

        CHECK(statement_prepare(store->database, &s,
                                "SELECT received, sender, body FROM message WHERE conversation = :conversation"
                                " ORDER BY received DESC LIMIT 50"));
        statement_bind_int64(s, ":conversation", conversation);
        while ((r = CHECK(statement_step(s))) > 0) {
                statement_column_text(s, "body", &body);
                rows++;
        }
        if (rows != 50)
                CHECK(-EBADMSG);
}

static double measure_append(Store *store)
{
        double start = now();

        append(store, APPENDS, 1);
        return APPENDS / (now() - start);
}

static double measure_bulk(Store *store)
{
        double start = now();

        append(store, 5, BATCH);
        return 5 * BATCH / (now() - start);
}

static double measure_page(Store *store)
{
        double start = now();

        for (int64_t i = 0; i < PAGES; i++)
                page(store, i % CONVERSATIONS);
        return PAGES / (now() - start);
}

static double measure_cold_page(Store *store)
{
        double spent = 0;

        for (int64_t i = 0; i < COLD_PAGES; i++) {
                double start;

                store->database = database_close(store->database);
                store_open(store);
                start = now();
                page(store, i % CONVERSATIONS);
                spent += now() - start;
        }
        return COLD_PAGES / spent;
}

static int by_value(const void *a, const void *b)
{
        double left = *(const double *)a, right = *(const double *)b;

        return (left > right) - (left < right);
}

static double median(double *values)
{
        qsort(values, ROUNDS, sizeof(*values), by_value);
        return values[ROUNDS / 2];
}

static void print(Measure *measure)
{
        static const char *const kinds[KINDS] = { [PLAIN] = "plain", [ENCRYPTED] = "encrypted" };

        for (size_t kind = 0; kind < KINDS; kind++)
                printf("{\"figure\": \"store %s, %s\", \"rate\": %.1f}\n", measure->name, kinds[kind],
                       median(measure->values[kind]));
}

int main(int argc, char **argv)
{
        static double (*const run[])(Store *store) = { measure_page, measure_cold_page, measure_append,
                                                       measure_bulk };
        static Measure measures[] = { /* in their order: the appends make the store larger */
                { .name = "page of 50 of 100000" },
                { .name = "page of 50 of 100000 after opening" },
                { .name = "append" },
                { .name = "append 1000 in a transaction" },
        };
        static const DatabaseKey key = { .bytes = "the benchmark's key, of 32 byte" };
        Store stores[KINDS] = { { .key = NULL }, { .key = &key } };

        if (sodium_init() < 0)
                return EXIT_FAILURE;
        for (size_t kind = 0; kind < KINDS; kind++) {
                Store *store = &stores[kind];

                if (asprintf(&store->path, "%s/bench-store-%d-%zu.db", argc > 1 ? argv[1] : ".", (int)getpid(),
                             kind) < 0 ||
                    asprintf(&store->wal_path, "%s-wal", store->path) < 0)
                        CHECK(-ENOMEM);
                fill(store);
        }
        for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
                for (size_t round = 0; round < ROUNDS; round++)
                        for (size_t kind = 0; kind < KINDS; kind++)
                                measures[i].values[kind][round] = run[i](&stores[kind]);

        for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
                print(&measures[i]);
        for (size_t kind = 0; kind < KINDS; kind++) {
                database_close(stores[kind].database);
                unlink(stores[kind].path);
                unlink(stores[kind].wal_path);
                free(stores[kind].path);
                free(stores[kind].wal_path);
        }
        return EXIT_SUCCESS;
}
