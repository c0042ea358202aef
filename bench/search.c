/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search in 100,000 messages: the encrypted store with its own index beside plain SQLite with FTS5, in
 * turns; medians of the rounds. Both give the 50 newest messages that match, with their text; ours also
 * marks the words in it.
 *
 *     bench-search [FOLDER]
 */
#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/contact.h"
#include "daemon/store-message.h"
#include "daemon/store-search.h"

enum {
        ROUNDS = 9,
        MESSAGES = 100000,
        BATCH = 1000,
        WORDS = 30000, /* there are, of which a message has WORDS_EACH */
        WORDS_EACH = 20,
        PAGE = 50,
        REPEATS = 20, /* of a query in a round */
};

enum { OURS, FTS5, KINDS };

typedef struct Side {
        char *path, *wal_path;
        Store *store;       /* ours */
        Database *database; /* of FTS5 */
        Contact contact;
} Side;

static const struct {
        const char *name, *words, *match;
} queries[] = {
                {"rare word", "w29990x", "\"w29990x\"*"},
                {"common word", "w3x", "\"w3x\"*"},
                {"two words", "w40x w900x", "\"w40x\"* \"w900x\"*"},
                {"prefix of thousands", "w2", "\"w2\"*"},
                {"common and rare word", "w1x w20000x", "\"w1x\"* \"w20000x\"*"},
                {"word that is not there", "zebra", "\"zebra\"*"},
};

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

/* As in a language: the nth word comes as 1/n does. Both sides get the same ones. */
static void write_text(uint64_t number, char *out, size_t size)
{
        uint64_t seed = number * UINT64_C(0x9e3779b97f4a7c15) + 1;
        size_t at = 0;

        for (int i = 0; i < WORDS_EACH; i++) {
                double random, rank;

                seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                random = (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
                rank = 1;
                for (double left = random * 10.3; left > 0; left -= 0.0625) /* e^10.3 is about 30,000 */
                        rank *= 1.0645;
                at += (size_t)snprintf(out + at, size - at, "w%dx ", (int)rank % WORDS);
        }
}

static void insert(Side *side, size_t kind, uint64_t number)
{
        __attribute__((cleanup(statement_releasep))) Statement *row = NULL, *words = NULL;
        char text[WORDS_EACH * 8 + 1];
        Message message = {.kind = MESSAGE_TEXT, .state = MESSAGE_RECEIVED};

        write_text(number, text, sizeof(text));
        message_id_new(&message.id);
        if (kind == OURS) {
                message.text = text;
                message.text_size = strlen(text);
                CHECK(store_message_insert(side->store, side->contact.id, &message));
                return;
        }
        CHECK(statement_prepare(side->database, &row,
                                "INSERT INTO message (number, id, text) VALUES (:n, :id, :text)"));
        statement_bind_int64(row, ":n", (int64_t)number);
        statement_bind_blob(row, ":id", message.id.bytes, sizeof(message.id.bytes));
        statement_bind_text(row, ":text", text);
        CHECK(statement_run(row));
        CHECK(statement_prepare(side->database, &words,
                                "INSERT INTO found (rowid, text) VALUES (:n, :text)"));
        statement_bind_int64(words, ":n", (int64_t)number);
        statement_bind_text(words, ":text", text);
        CHECK(statement_run(words));
}

/* Messages a second. */
static double append(Side *side, size_t kind, uint64_t first, unsigned count)
{
        Database *database = kind == OURS ? side->store->database : side->database, *transaction;
        double start = now();

        for (unsigned done = 0; done < count; done += BATCH) {
                CHECK(transaction_begin(database, &transaction));
                for (unsigned i = 0; i < BATCH; i++)
                        insert(side, kind, first + done + i);
                CHECK(transaction_commit(&transaction));
        }
        return count / (now() - start);
}

static void side_open(Side *side, size_t kind)
{
        static const DatabaseKey key = {.bytes = "the benchmark's key, of 32 byte"};

        if (kind == OURS) {
                CHECK(store_create(side->path, &key, &side->store));
                CHECK(contact_ensure(side->store, "bob", &side->contact));
                return;
        }
        CHECK(database_open(side->path, NULL, DATABASE_CREATE | DATABASE_EXCLUSIVE, &side->database));
        CHECK(database_exec(side->database, "CREATE TABLE message (number INTEGER PRIMARY KEY, id BLOB NOT "
                                            "NULL UNIQUE, text TEXT) STRICT;"
                                            "CREATE VIRTUAL TABLE found USING fts5 (text, content = "
                                            "'message', content_rowid = 'number')"));
}

static int count_one(void *userdata, const Message *message, const SearchMatch *match)
{
        ++*(unsigned *)userdata;
        return 0;
}

static unsigned search_ours(Side *side, size_t query)
{
        g_autofree SearchQuery *parsed = g_new0(SearchQuery, 1);
        SearchRequest request = {.query = parsed, .limit = PAGE};
        unsigned found = 0;
        uint64_t next;

        search_query_parse(parsed, queries[query].words);
        CHECK(store_search_each(side->store, &request, count_one, &found, &next));
        return found;
}

static unsigned search_fts5(Side *side, size_t query)
{
        __attribute__((cleanup(statement_releasep))) Statement *s = NULL;
        const char *text;
        unsigned found = 0;

        CHECK(statement_prepare(side->database, &s,
                                "SELECT message.text FROM found JOIN message ON message.number = found.rowid"
                                " WHERE found MATCH :match ORDER BY found.rowid DESC LIMIT :limit"));
        statement_bind_text(s, ":match", queries[query].match);
        statement_bind_int64(s, ":limit", PAGE);
        while (CHECK(statement_step(s)) > 0) {
                statement_column_text(s, "text", &text);
                found++;
        }
        return found;
}

static double measure(Side *side, size_t kind, size_t query, unsigned *found_out)
{
        double start = now();

        for (int i = 0; i < REPEATS; i++)
                *found_out = kind == OURS ? search_ours(side, query) : search_fts5(side, query);
        return REPEATS / (now() - start);
}

static int by_value(const void *a, const void *b)
{
        double left = *(const double *)a, right = *(const double *)b;

        return (left > right) - (left < right);
}

static void print(const char *name, double values[KINDS][ROUNDS])
{
        static const char *const kinds[KINDS] = {[OURS] = "encrypted", [FTS5] = "plain FTS5"};

        for (size_t kind = 0; kind < KINDS; kind++) {
                qsort(values[kind], ROUNDS, sizeof(double), by_value);
                printf("{\"figure\": \"search %s, %s\", \"rate\": %.1f}\n", name, kinds[kind],
                       values[kind][ROUNDS / 2]);
        }
}

int main(int argc, char **argv)
{
        double values[KINDS][ROUNDS];
        Side sides[KINDS] = {0};

        if (sodium_init() < 0)
                return EXIT_FAILURE;
        for (size_t kind = 0; kind < KINDS; kind++) {
                sides[kind].path = g_strdup_printf("%s/bench-search-%d-%zu.db", argc > 1 ? argv[1] : ".",
                                                   (int)getpid(), kind);
                sides[kind].wal_path = g_strconcat(sides[kind].path, "-wal", NULL);
                side_open(&sides[kind], kind);
                append(&sides[kind], kind, 1, MESSAGES);
                CHECK(database_checkpoint(kind == OURS ? sides[kind].store->database
                                                       : sides[kind].database));
        }
        for (size_t query = 0; query < sizeof(queries) / sizeof(queries[0]); query++) {
                unsigned found[KINDS] = {0};

                for (size_t round = 0; round < ROUNDS; round++)
                        for (size_t kind = 0; kind < KINDS; kind++)
                                values[kind][round] = measure(&sides[kind], kind, query, &found[kind]);
                if (found[OURS] != found[FTS5]) {
                        fprintf(stderr, "%s: %u and %u\n", queries[query].name, found[OURS], found[FTS5]);
                        return EXIT_FAILURE;
                }
                print(queries[query].name, values);
        }
        for (size_t round = 0; round < ROUNDS; round++)
                for (size_t kind = 0; kind < KINDS; kind++)
                        values[kind][round] =
                                        append(&sides[kind], kind, 1 + MESSAGES + round * BATCH, BATCH);
        print("append 1000 in a transaction", values);
        for (size_t kind = 0; kind < KINDS; kind++) {
                store_free(sides[kind].store);
                database_close(sides[kind].database);
                unlink(sides[kind].path);
                unlink(sides[kind].wal_path);
                g_free(sides[kind].path);
                g_free(sides[kind].wal_path);
        }
        return EXIT_SUCCESS;
}
