/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-search.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/search-posting.h"
#include "daemon/store-message.h"

enum {
        WORDS_OF_MESSAGE_MAX = 8192, /* different ones; a text has 65,536 bytes at most */
        FILL_MESSAGES = 64,
        FILL_BYTES = 128 * 1024,
        LOOKED_AT_MAX = 2000,              /* messages in one search, found or not */
        FOUND_BYTES_MAX = 4 * 1024 * 1024, /* of text in one answer */
};

/* Begins all words that begin with another one: no text has a word with this character. */
#define LAST_LETTER "\xf4\x8f\xbf\xbf"

typedef struct Posting { /* (chunk, word) while it is changed */
        Statement *get, *put, *drop;
        int64_t chunk;
        unsigned place;
        bool add;
} Posting;

/* ---- Words into the index, and out of it ---- */

static int change(Posting *p, const char *word)
{
        uint8_t bytes[SEARCH_POSTING_MAX];
        const uint8_t *found = NULL;
        SearchBits bits = {0};
        size_t size = 0;
        Statement *s;
        int r;

        statement_bind_int64(p->get, ":chunk", p->chunk);
        statement_bind_text(p->get, ":word", word);
        r = statement_step(p->get);
        if (r > 0)
                r = statement_column_blob(p->get, "messages", &found, &size);
        if (r == 0 && !search_posting_decode(found, size, &bits))
                r = -EBADMSG;
        if (r < 0)
                return r;
        statement_reset(p->get);
        if (p->add)
                search_bits_set(&bits, p->place);
        else
                search_bits_clear(&bits, p->place);
        size = search_posting_encode(&bits, bytes);
        s = size > 0 ? p->put : p->drop;
        statement_bind_int64(s, ":chunk", p->chunk);
        statement_bind_text(s, ":word", word);
        if (size > 0)
                statement_bind_blob(s, ":messages", bytes, size);
        return statement_run(s);
}

static int collect(void *userdata, const SearchToken *token)
{
        GHashTable *words = userdata;

        if (g_hash_table_size(words) < WORDS_OF_MESSAGE_MAX && !g_hash_table_contains(words, token->word))
                g_hash_table_add(words, g_strdup(token->word));
        return 0;
}

/* The conversation is a word, too, of a kind that no text has. */
static void conversation_word(int64_t contact, char out[static SEARCH_WORD_MAX + 1])
{
        g_snprintf(out, SEARCH_WORD_MAX + 1, "\x01%" G_GINT64_FORMAT ";", contact);
}

static int change_all(Store *store, uint64_t number, int64_t contact, const char *text, size_t size,
                      bool add)
{
        _cleanup_(statement_releasep) Statement *get = NULL, *put = NULL, *drop = NULL;
        g_autoptr(GHashTable) words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        char conversation[SEARCH_WORD_MAX + 1];
        GHashTableIter iterator;
        gpointer word;
        Posting p;
        int r;

        r = statement_prepare(store->database, &get,
                              "SELECT messages FROM search_posting WHERE chunk = :chunk AND word = :word");
        if (r == 0)
                r = statement_prepare(store->database, &put,
                                      "INSERT INTO search_posting (chunk, word, messages)"
                                      " VALUES (:chunk, :word, :messages) ON CONFLICT (chunk, word)"
                                      " DO UPDATE SET messages = excluded.messages");
        if (r == 0)
                r = statement_prepare(store->database, &drop,
                                      "DELETE FROM search_posting WHERE chunk = :chunk AND word = :word");
        if (r < 0)
                return r;
        p = (Posting){.get = get,
                      .put = put,
                      .drop = drop,
                      .chunk = (int64_t)(number >> SEARCH_CHUNK_BITS),
                      .place = (unsigned)(number % SEARCH_CHUNK),
                      .add = add};
        search_text_each(text, size, collect, words);
        g_hash_table_iter_init(&iterator, words);
        while (r == 0 && g_hash_table_iter_next(&iterator, &word, NULL))
                r = change(&p, word);
        conversation_word(contact, conversation);
        return r < 0 ? r : change(&p, conversation);
}

/* ---- What is in the index ---- */

/* Messages up to this number are not in it yet. */
static int read_state(Store *store, uint64_t *unindexed_out, bool *is_ours_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *rules = NULL;
        int64_t unindexed = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT rules, unindexed FROM search_state WHERE id = 1");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_text(s, "rules", &rules);
        r = statement_column_int64(s, "unindexed", &unindexed);
        if (is_ours_out)
                *is_ours_out = rules && strcmp(rules, search_text_rules()) == 0;
        *unindexed_out = (uint64_t)unindexed;
        return r;
}

static int write_unindexed(Store *store, uint64_t unindexed)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE search_state SET unindexed = :unindexed WHERE id = 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":unindexed", (int64_t)unindexed);
        return statement_run(s);
}

static int change_message(Store *store, uint64_t number, int64_t contact, const char *text, size_t size,
                          bool add)
{
        uint64_t unindexed = 0;
        int r;

        r = read_state(store, &unindexed, NULL);
        if (r < 0 || number <= unindexed)
                return r;
        return change_all(store, number, contact, text, size, add);
}

int store_search_add(Store *store, uint64_t number, int64_t contact, const char *text, size_t size)
{
        return change_message(store, number, contact, text, size, true);
}

int store_search_remove(Store *store, uint64_t number, int64_t contact, const char *text, size_t size)
{
        return change_message(store, number, contact, text, size, false);
}

static int begin_again(Store *store)
{
        _cleanup_(statement_releasep) Statement *drop = NULL, *state = NULL;
        int r;

        r = statement_prepare(store->database, &drop, "DELETE FROM search_posting");
        if (r < 0)
                return r;
        r = statement_run(drop);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &state,
                              "UPDATE search_state SET rules = :rules,"
                              " unindexed = (SELECT coalesce(max(number), 0) FROM message) WHERE id = 1");
        if (r < 0)
                return r;
        statement_bind_text(state, ":rules", search_text_rules());
        return statement_run(state);
}

int store_search_open(Store *store)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        bool is_ours = false;
        uint64_t unindexed;
        int r;

        r = read_state(store, &unindexed, &is_ours);
        if (r < 0 || is_ours)
                return r;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = begin_again(store);
        if (r < 0)
                return r;
        return store_commit(&transaction);
}

int store_search_fill(Store *store, bool *left_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint64_t unindexed = 0;
        size_t bytes = 0;
        int r;

        *left_out = false;
        r = read_state(store, &unindexed, NULL);
        if (r < 0 || unindexed == 0)
                return r;
        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, text FROM message"
                              " WHERE number <= :unindexed AND text IS NOT NULL ORDER BY number DESC LIMIT "
                              ":limit");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":unindexed", (int64_t)unindexed);
        statement_bind_int64(s, ":limit", FILL_MESSAGES);
        while ((r = statement_step(s)) > 0) {
                int64_t number = 0, contact = 0;
                const char *text = NULL;

                statement_column_int64(s, "number", &number);
                statement_column_int64(s, "contact", &contact);
                r = statement_column_text(s, "text", &text);
                if (r == 0)
                        r = change_all(store, (uint64_t)number, contact, text, strlen(text), true);
                if (r < 0)
                        return r;
                *left_out = true;
                unindexed = (uint64_t)number - 1;
                bytes += strlen(text);
                if (bytes > FILL_BYTES)
                        break;
        }
        if (r < 0)
                return r;
        return write_unindexed(store, *left_out ? unindexed : 0);
}

/* ---- Searching ---- */

typedef struct Search {
        Store *store;
        Statement *words;
        const SearchRequest *request;
        SearchEach each;
        void *userdata;
        unsigned found, looked_at;
        size_t bytes;
} Search;

/* Which messages of the chunk have a word that begins like this. */
static int look_up(Search *s, int64_t chunk, const char *prefix, SearchBits *out)
{
        char last[SEARCH_WORD_MAX + sizeof(LAST_LETTER)];
        const uint8_t *bytes = NULL;
        size_t size = 0;
        int r;

        *out = (SearchBits){0};
        g_snprintf(last, sizeof(last), "%s%s", prefix, LAST_LETTER);
        statement_bind_int64(s->words, ":chunk", chunk);
        statement_bind_text(s->words, ":first", prefix);
        statement_bind_text(s->words, ":last", last);
        while ((r = statement_step(s->words)) > 0) {
                r = statement_column_blob(s->words, "messages", &bytes, &size);
                if (r == 0 && !search_posting_decode(bytes, size, out))
                        r = -EBADMSG;
                if (r < 0)
                        return r;
        }
        statement_reset(s->words);
        return r;
}

static int look_up_all(Search *s, int64_t chunk, size_t first, size_t count, SearchBits *out)
{
        SearchBits bits;
        int r;

        search_bits_fill(out, SEARCH_CHUNK);
        for (size_t i = 0; i < count && search_bits_any(out); i++) {
                r = look_up(s, chunk, s->request->query->keys[first + i].word, &bits);
                if (r < 0)
                        return r;
                search_bits_and(out, &bits);
        }
        return 0;
}

static int look_up_term(Search *s, int64_t chunk, const SearchTerm *term, SearchBits *out)
{
        SearchBits bits;
        int r;

        if (term->is_run)
                return look_up_all(s, chunk, term->first, term->n_keys, out);
        r = look_up_all(s, chunk, term->first, 1, out);
        if (r < 0 || term->n_keys == 1)
                return r;
        r = look_up_all(s, chunk, term->first + 1, term->n_keys - 1, &bits);
        search_bits_or(out, &bits);
        return r;
}

static int find_candidates(Search *s, int64_t chunk, SearchBits *candidates)
{
        char conversation[SEARCH_WORD_MAX + 1];
        SearchBits bits;
        int r;

        if (s->request->contact) {
                conversation_word(s->request->contact, conversation);
                r = look_up(s, chunk, conversation, &bits);
                if (r < 0)
                        return r;
                search_bits_and(candidates, &bits);
        }
        for (size_t i = 0; i < s->request->query->n_terms && search_bits_any(candidates); i++) {
                r = look_up_term(s, chunk, &s->request->query->terms[i], &bits);
                if (r < 0)
                        return r;
                search_bits_and(candidates, &bits);
        }
        return 0;
}

/* The index knows which words; the text says whether they stand together. */
static int check_one(void *userdata, const Message *message)
{
        Search *s = userdata;
        SearchMatch match;

        s->looked_at++;
        if (!message->text ||
            !search_query_match(s->request->query, message->text, message->text_size, &match))
                return 0;
        s->found++;
        s->bytes += message->text_size;
        return s->each(s->userdata, message, &match);
}

enum { PAGE_IS_FULL = 1 };

static int check_chunk(Search *s, int64_t chunk, const SearchBits *candidates, uint64_t *next_out)
{
        int r;

        for (unsigned place = SEARCH_CHUNK; place-- > 0;) {
                uint64_t number = (uint64_t)chunk << SEARCH_CHUNK_BITS | place;

                if (!search_bits_get(candidates, place))
                        continue;
                r = store_message_get(s->store, number, check_one, s);
                if (r < 0)
                        return r;
                if (s->found < s->request->limit && s->looked_at < LOOKED_AT_MAX &&
                    s->bytes < FOUND_BYTES_MAX)
                        continue;
                *next_out = number;
                return PAGE_IS_FULL;
        }
        return 0;
}

/* The chunk of the largest number below `before` that the index has. */
static int newest_chunk(Store *store, uint64_t before, int64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT coalesce(max(chunk), -1) AS chunk FROM search_posting WHERE chunk <= "
                              ":chunk");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":chunk", (int64_t)((before - 1) >> SEARCH_CHUNK_BITS));
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        return statement_column_int64(s, "chunk", out);
}

int store_search_each(Store *store, const SearchRequest *request, SearchEach each, void *userdata,
                      uint64_t *next_out)
{
        _cleanup_(statement_releasep) Statement *words = NULL;
        uint64_t before = request->before > 0 && request->before <= INT64_MAX ? request->before : INT64_MAX;
        uint64_t first;
        Search s = {.store = store, .request = request, .each = each, .userdata = userdata};
        SearchBits candidates;
        int64_t chunk = -1;
        int r;

        *next_out = 0;
        r = statement_prepare(store->database, &words,
                              "SELECT messages FROM search_posting WHERE chunk = :chunk"
                              " AND word BETWEEN :first AND :last");
        if (r < 0)
                return r;
        s.words = words;
        for (;;) {
                r = newest_chunk(store, before, &chunk);
                if (r < 0 || chunk < 0)
                        return r;
                first = (uint64_t)chunk << SEARCH_CHUNK_BITS;
                search_bits_fill(&candidates, (unsigned)MIN(before - first, SEARCH_CHUNK));
                r = find_candidates(&s, chunk, &candidates);
                if (r == 0)
                        r = check_chunk(&s, chunk, &candidates, next_out);
                if (r != 0)
                        return r < 0 ? r : 0;
                if (first == 0)
                        return 0;
                before = first;
        }
}
