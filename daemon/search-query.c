/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/search-query.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is looked for ---- */

enum { TOO_MUCH = 1 };

typedef struct Parse {
        SearchQuery *query;
        unsigned run; /* of the last term */
} Parse;

static int add_key(SearchQuery *query, const SearchToken *token)
{
        SearchKey *key = &query->keys[query->n_keys];

        if (query->n_keys == SEARCH_KEYS_MAX)
                return TOO_MUCH;
        memcpy(key->word, token->word, token->size + 1);
        key->size = token->size;
        query->n_keys++;
        query->terms[query->n_terms - 1].n_keys++;
        return 0;
}

static int take_token(void *userdata, const SearchToken *token)
{
        Parse *p = userdata;
        SearchQuery *query = p->query;
        bool goes_on = query->n_terms > 0 && token->run == p->run;

        /* In the text, the run may go on after its last letter here; the pairs say it all. */
        if (goes_on && token->kind == SEARCH_TOKEN_LAST)
                return 0;
        if (!goes_on) {
                if (query->n_terms == SEARCH_TERMS_MAX)
                        return TOO_MUCH;
                query->terms[query->n_terms++] = (SearchTerm){.is_run = token->kind == SEARCH_TOKEN_PAIR ||
                                                                        token->kind == SEARCH_TOKEN_LAST,
                                                              .first = query->n_keys};
                p->run = token->run;
        }
        return add_key(query, token);
}

/* The longest first: it leaves the fewest for the others to look at. */
static int by_length(const void *left, const void *right, void *userdata)
{
        const SearchQuery *query = userdata;
        const SearchTerm *a = left, *b = right;
        size_t a_size = query->keys[a->first].size, b_size = query->keys[b->first].size;

        return (a_size < b_size) - (a_size > b_size);
}

bool search_query_parse(SearchQuery *query, const char *words)
{
        size_t size = strlen(words);
        Parse parse = {.query = query};

        *query = (SearchQuery){0};
        if (size > SEARCH_QUERY_MAX || search_text_each(words, size, take_token, &parse) != 0)
                return false;
        qsort_r(query->terms, query->n_terms, sizeof(query->terms[0]), by_length, query);
        return query->n_terms > 0;
}

/* ---- Where it is ---- */

typedef struct Progress {
        bool found[SEARCH_KEYS_MAX];
        size_t n_run;                   /* pairs of a run that the last tokens were */
        size_t begins[SEARCH_KEYS_MAX]; /* where each of these stands */
        unsigned run;
} Progress;

typedef struct Matching {
        const SearchQuery *query;
        SearchMatch *out;
        Progress progress[SEARCH_TERMS_MAX];
} Matching;

static bool has_prefix(const SearchToken *token, const SearchKey *key)
{
        return token->size >= key->size && memcmp(token->word, key->word, key->size) == 0;
}

static bool is_same(const SearchKey *a, const SearchKey *b)
{
        return a->size == b->size && memcmp(a->word, b->word, a->size) == 0;
}

/* Ranges come in order of their ends, nearly: a run's begins before its last pair. */
static void add_range(SearchMatch *match, size_t begin, size_t end)
{
        SearchRange *last = match->n_ranges > 0 ? &match->ranges[match->n_ranges - 1] : NULL;

        while (last && begin <= last->begin && match->n_ranges > 1 && last[-1].end >= begin) {
                end = MAX(end, last->end);
                match->n_ranges--;
                last--;
        }
        if (last && begin <= last->end) {
                last->begin = MIN(begin, last->begin);
                last->end = MAX(end, last->end);
        } else if (match->n_ranges < SEARCH_RANGES_MAX) {
                match->ranges[match->n_ranges++] = (SearchRange){begin, end};
        }
}

static void match_word(Matching *m, const SearchTerm *term, Progress *progress, const SearchToken *token)
{
        if (token->kind != SEARCH_TOKEN_WORD && token->kind != SEARCH_TOKEN_PART)
                return;
        for (size_t i = 0; i < term->n_keys; i++) {
                if (!has_prefix(token, &m->query->keys[term->first + i]))
                        continue;
                progress->found[i] = true;
                add_range(m->out, token->begin, token->end);
        }
}

static bool run_repeats(const SearchKey *keys, size_t from, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (!is_same(&keys[i], &keys[from + i]))
                        return false;
        return true;
}

/* The longest beginning of the term's pairs that ends with this token. */
static void match_run(Matching *m, const SearchTerm *term, Progress *progress, const SearchToken *token)
{
        const SearchKey *keys = &m->query->keys[term->first];
        size_t n = token->run == progress->run ? progress->n_run : 0;

        if (token->kind == SEARCH_TOKEN_WORD || token->kind == SEARCH_TOKEN_PART)
                return;
        progress->run = token->run;
        for (size_t keep = n;; keep--) {
                if (keep < term->n_keys && run_repeats(keys, n - keep, keep) &&
                    has_prefix(token, &keys[keep])) {
                        memmove(progress->begins, progress->begins + (n - keep),
                                keep * sizeof(progress->begins[0]));
                        progress->begins[keep] = token->begin;
                        progress->n_run = keep + 1;
                        break;
                }
                if (keep == 0) {
                        progress->n_run = 0;
                        break;
                }
        }
        if (progress->n_run < term->n_keys)
                return;
        progress->found[0] = true;
        add_range(m->out, progress->begins[0],
                  keys[term->n_keys - 1].size < token->size ? token->first_end : token->end);
}

static int match_token(void *userdata, const SearchToken *token)
{
        Matching *m = userdata;

        for (size_t i = 0; i < m->query->n_terms; i++) {
                const SearchTerm *term = &m->query->terms[i];

                if (term->is_run)
                        match_run(m, term, &m->progress[i], token);
                else
                        match_word(m, term, &m->progress[i], token);
        }
        return 0;
}

static bool is_found(const SearchTerm *term, const Progress *progress)
{
        bool parts = term->n_keys > 1 && !term->is_run;

        for (size_t i = 1; parts && i < term->n_keys; i++)
                parts = progress->found[i];
        return progress->found[0] || parts;
}

bool search_query_match(const SearchQuery *query, const char *text, size_t size, SearchMatch *out)
{
        g_autofree Matching *m = g_new0(Matching, 1);

        *out = (SearchMatch){0};
        m->query = query;
        m->out = out;
        search_text_each(text, size, match_token, m);
        for (size_t i = 0; i < query->n_terms; i++)
                if (!is_found(&query->terms[i], &m->progress[i]))
                        return false;
        return true;
}

/* ---- What is shown of it ---- */

#define ELLIPSIS "\xe2\x80\xa6"

char *search_snippet(const char *text, size_t size, const SearchMatch *match, SearchMatch *characters_out)
{
        const char *begin = text, *end = text + size;
        size_t shift = 0;
        GString *snippet;

        *characters_out = (SearchMatch){0};
        if (match->n_ranges > 0 && g_utf8_strlen(text, (gssize)size) > SEARCH_SNIPPET_MAX) {
                begin = text + match->ranges[0].begin;
                for (int i = 0; i < SEARCH_SNIPPET_BEFORE && begin > text; i++)
                        begin = g_utf8_prev_char(begin);
        }
        snippet = g_string_new(NULL);
        if (begin > text) {
                g_string_append(snippet, ELLIPSIS);
                shift = 1;
        }
        if (g_utf8_strlen(begin, end - begin) > SEARCH_SNIPPET_MAX) {
                end = g_utf8_offset_to_pointer(begin, SEARCH_SNIPPET_MAX);
                g_string_append_len(snippet, begin, end - begin);
                g_string_append(snippet, ELLIPSIS);
        } else {
                g_string_append_len(snippet, begin, end - begin);
        }
        for (size_t i = 0; i < match->n_ranges; i++) {
                const char *from = text + match->ranges[i].begin, *to = text + match->ranges[i].end;

                if (from < begin || from >= end)
                        continue;
                to = MIN(to, end);
                characters_out->ranges[characters_out->n_ranges++] =
                                (SearchRange){shift + (size_t)g_utf8_strlen(begin, from - begin),
                                              shift + (size_t)g_utf8_strlen(begin, to - begin)};
        }
        return g_string_free(snippet, FALSE);
}
