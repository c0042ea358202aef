/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/contact.h"
#include "daemon/search-posting.h"
#include "daemon/store-search.h"
#include "tests/unit/daemon/side.h"

static void test_postings(void)
{
        static const unsigned counts[] = {0, 1, 2, 254, 255, 256, 1000, SEARCH_CHUNK};
        uint8_t bytes[SEARCH_POSTING_MAX];

        for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
                SearchBits bits = {0}, back = {0};
                size_t size;

                for (unsigned n = 0; n < counts[i]; n++)
                        search_bits_set(&bits, n * (SEARCH_CHUNK / counts[i]));
                size = search_posting_encode(&bits, bytes);
                g_assert_cmpuint(size, ==, counts[i] > 255 ? SEARCH_POSTING_MAX : counts[i] * 2);
                g_assert_true(search_posting_decode(bytes, size, &back));
                g_assert_cmpmem(&bits, sizeof(bits), &back, sizeof(back));
        }
}

static void test_broken_postings(void)
{
        static const uint8_t odd[] = {1, 0, 2}, far[] = {0x00, 0x10};
        SearchBits bits = {0};

        g_assert_false(search_posting_decode(odd, sizeof(odd), &bits));
        g_assert_false(search_posting_decode(far, sizeof(far), &bits));
        g_assert_false(search_posting_decode(odd, SEARCH_POSTING_MAX + 2, &bits));
}

static Contact contact(Side *side, const char *name)
{
        Store *transaction = NULL;
        Contact found;

        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(contact_ensure(transaction, name, &found), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
        return found;
}

static uint64_t add(Side *side, int64_t contact, const char *text)
{
        Message message = {.kind = MESSAGE_TEXT,
                           .text = text,
                           .text_size = strlen(text),
                           .state = MESSAGE_RECEIVED};

        message_id_new(&message.id);
        g_assert_cmpint(store_message_insert(side->store, contact, &message), ==, 0);
        return message.number;
}

static int append_number(void *userdata, const Message *message, const SearchMatch *match)
{
        g_assert_cmpuint(match->n_ranges, >, 0);
        g_string_append_printf(userdata, "%" G_GUINT64_FORMAT " ", message->number);
        return 0;
}

static uint64_t search(Side *side, const char *words, SearchRequest request, const char *expected)
{
        g_autoptr(GString) found = g_string_new(NULL);
        uint64_t next = 77;
        SearchQuery query;

        g_assert_true(search_query_parse(&query, words));
        request.query = &query;
        if (request.limit == 0)
                request.limit = 10;
        g_assert_cmpint(store_search_each(side->store, &request, append_number, found, &next), ==, 0);
        g_assert_cmpstr(found->str, ==, expected);
        return next;
}

static void test_search(void)
{
        Contact bob, carol;
        Side side;

        side_init(&side, "alice", 1);
        search(&side, "nothing", (SearchRequest){0}, "");
        bob = contact(&side, "bob");
        carol = contact(&side, "carol");
        for (int i = 0; i < 12; i++) /* 1 to 12 */
                add(&side, i % 2 ? carol.id : bob.id, i % 3 ? "an apple" : "a pear and an apple");
        g_assert_cmpuint(search(&side, "pear", (SearchRequest){0}, "10 7 4 1 "), ==, 0);
        g_assert_cmpuint(search(&side, "pear", (SearchRequest){.contact = carol.id}, "10 4 "), ==, 0);
        g_assert_cmpuint(search(&side, "pear", (SearchRequest){.limit = 2}, "10 7 "), ==, 7);
        g_assert_cmpuint(search(&side, "pear", (SearchRequest){.before = 7, .limit = 9}, "4 1 "), ==, 0);
        search(&side, "pear", (SearchRequest){.before = 1}, "");
        search(&side, "pear", (SearchRequest){.before = UINT64_MAX}, "10 7 4 1 ");
        search(&side, "app an pea", (SearchRequest){.before = 5}, "4 1 ");
        search(&side, "orange", (SearchRequest){0}, "");
        side_deinit(&side);
}

/* Over the bounds of chunks, with and without a message in each. */
static void test_chunks(void)
{
        Contact bob;
        Side side;

        side_init(&side, "alice", 1);
        bob = contact(&side, "bob");
        add(&side, bob.id, "first");
        g_assert_cmpint(database_exec(side.store->database,
                                      "UPDATE sqlite_sequence SET seq = 4094 WHERE name = 'message'"),
                        ==, 0);
        for (int i = 0; i < 3; i++) /* 4095 4096 4097 */
                add(&side, bob.id, "middle");
        g_assert_cmpint(database_exec(side.store->database,
                                      "UPDATE sqlite_sequence SET seq = 1000000 WHERE name = 'message'"),
                        ==, 0);
        add(&side, bob.id, "last");
        search(&side, "first", (SearchRequest){0}, "1 ");
        search(&side, "last", (SearchRequest){0}, "1000001 ");
        search(&side, "middle", (SearchRequest){0}, "4097 4096 4095 ");
        search(&side, "middle", (SearchRequest){.before = 4097}, "4096 4095 ");
        search(&side, "middle", (SearchRequest){.before = 4096}, "4095 ");
        search(&side, "middle", (SearchRequest){.before = 4095}, "");
        search(&side, "middle", (SearchRequest){.limit = 1, .before = 4097}, "4096 ");
        side_deinit(&side);
}

static int64_t count(Side *side, const char *word)
{
        __attribute__((cleanup(statement_releasep))) Statement *s = NULL;
        int64_t n = -1;

        g_assert_cmpint(statement_prepare(side->store->database, &s,
                                          "SELECT count(*) AS n FROM search_posting WHERE word = :word OR "
                                          ":word IS NULL"),
                        ==, 0);
        statement_bind_text(s, ":word", word);
        g_assert_cmpint(statement_step(s), ==, 1);
        statement_column_int64(s, "n", &n);
        return n;
}

/* A message that goes leaves nothing of its own behind, and what others have stays. */
static void test_removed(void)
{
        static const char secret[] = "the combination is xylophone", other[] = "the weather";
        Contact bob;
        uint64_t number;
        Side side;

        side_init(&side, "alice", 1);
        bob = contact(&side, "bob");
        number = add(&side, bob.id, secret);
        add(&side, bob.id, other);
        g_assert_cmpint(count(&side, "xylophone"), ==, 1);
        g_assert_cmpint(store_search_remove(side.store, number, bob.id, secret, strlen(secret)), ==, 0);
        g_assert_cmpint(count(&side, "xylophone"), ==, 0);
        search(&side, "xylophone", (SearchRequest){0}, "");
        search(&side, "the", (SearchRequest){0}, "2 ");
        g_assert_cmpint(store_search_remove(side.store, 2, bob.id, other, strlen(other)), ==, 0);
        g_assert_cmpint(count(&side, NULL), ==, 0);
        side_deinit(&side);
}

/* A text that changes is found by its new words only. */
static void test_changed(void)
{
        Contact bob;
        Side side;

        side_init(&side, "alice", 1);
        bob = contact(&side, "bob");
        add(&side, bob.id, "old words");
        g_assert_cmpint(store_search_remove(side.store, 1, bob.id, "old words", 9), ==, 0);
        g_assert_cmpint(database_exec(side.store->database, "UPDATE message SET text = 'new words'"), ==, 0);
        g_assert_cmpint(store_search_add(side.store, 1, bob.id, "new words", 9), ==, 0);
        search(&side, "old", (SearchRequest){0}, "");
        search(&side, "new words", (SearchRequest){0}, "1 ");
        side_deinit(&side);
}

/* What was there before the index, and an index of other rules, are indexed step by step, newest first. */
static void test_filled(void)
{
        bool left = true;
        Contact bob;
        Side side;

        side_init(&side, "alice", 1);
        bob = contact(&side, "bob");
        for (int i = 0; i < 150; i++)
                add(&side, bob.id, i == 0 ? "the oldest" : i == 149 ? "the newest" : "the others");
        g_assert_cmpint(database_exec(side.store->database,
                                      "UPDATE search_state SET rules = 'of another day';"
                                      "INSERT INTO search_posting VALUES (0, 'phantom', x'0100')"),
                        ==, 0);
        side_reopen(&side);
        search(&side, "phantom", (SearchRequest){0}, "");
        search(&side, "newest", (SearchRequest){0}, "");
        g_assert_cmpint(store_search_fill(side.store, &left), ==, 0);
        g_assert_true(left);
        search(&side, "newest", (SearchRequest){0}, "150 ");
        search(&side, "oldest", (SearchRequest){0}, "");
        /* Meanwhile one comes, and one that is not indexed yet goes. */
        add(&side, bob.id, "in between");
        g_assert_cmpint(store_search_remove(side.store, 2, bob.id, "the others", 10), ==, 0);
        for (int i = 0; i < 10 && left; i++)
                g_assert_cmpint(store_search_fill(side.store, &left), ==, 0);
        g_assert_false(left);
        search(&side, "oldest", (SearchRequest){0}, "1 ");
        search(&side, "between", (SearchRequest){0}, "151 ");
        side_reopen(&side);
        search(&side, "oldest", (SearchRequest){0}, "1 ");
        side_deinit(&side);
}

static void test_damaged(void)
{
        SearchQuery query;
        SearchRequest request = {.query = &query, .limit = 1};
        uint64_t next;
        Contact bob;
        Side side;

        side_init(&side, "alice", 1);
        bob = contact(&side, "bob");
        add(&side, bob.id, "word");
        g_assert_cmpint(database_exec(side.store->database,
                                      "UPDATE search_posting SET messages = x'000102'"),
                        ==, 0);
        g_assert_true(search_query_parse(&query, "word"));
        g_assert_cmpint(store_search_each(side.store, &request, append_number, NULL, &next), ==, -EBADMSG);
        side_deinit(&side);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/search/postings", test_postings);
        g_test_add_func("/search/broken-postings", test_broken_postings);
        g_test_add_func("/search/search", test_search);
        g_test_add_func("/search/chunks", test_chunks);
        g_test_add_func("/search/removed", test_removed);
        g_test_add_func("/search/changed", test_changed);
        g_test_add_func("/search/filled", test_filled);
        g_test_add_func("/search/damaged", test_damaged);
        return g_test_run();
}
