/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "daemon/search-text.h"

/*
 * What somebody looks for, and where it stands in a text. A query is terms, all of which have to be found; a
 * term is one word, or one run of a script without spaces, and is found at the beginning of a word, or
 * anywhere in a run. There is no syntax: whatever is typed is words. Pure, as daemon/search-text.h.
 */
enum {
        SEARCH_QUERY_MAX = 1024, /* bytes that a person types */
        SEARCH_TERMS_MAX = 16,
        SEARCH_KEYS_MAX = 64, /* words, parts and pairs of all terms */
};

typedef struct SearchKey { /* what a word of the index has to begin with */
        char word[SEARCH_WORD_MAX + 1];
        size_t size;
} SearchKey;

typedef struct SearchTerm {
        bool is_run;   /* the keys are pairs, which must follow one another */
        size_t first;  /* of the query's keys */
        size_t n_keys; /* of a word: itself, then its parts, all of which do as well as itself */
} SearchTerm;

typedef struct SearchQuery {
        SearchKey keys[SEARCH_KEYS_MAX];
        SearchTerm terms[SEARCH_TERMS_MAX];
        size_t n_keys, n_terms;
} SearchQuery;

/* False: longer than the limits, or without any word. words: UTF-8. */
bool search_query_parse(SearchQuery *query, const char *words);

typedef struct SearchRange {
        size_t begin, end; /* bytes of the text */
} SearchRange;

enum { SEARCH_RANGES_MAX = 32 };

typedef struct SearchMatch {
        SearchRange ranges[SEARCH_RANGES_MAX]; /* the first ones: in order, apart from one another */
        size_t n_ranges;
} SearchMatch;

/* Whether all terms are in the text. */
bool search_query_match(const SearchQuery *query, const char *text, size_t size, SearchMatch *out);

/* The part of the text around its first match, and where the matches are in there, in characters. Free it
 * with g_free(). */
enum { SEARCH_SNIPPET_MAX = 160, SEARCH_SNIPPET_BEFORE = 40 }; /* characters */
char *search_snippet(const char *text, size_t size, const SearchMatch *match, SearchMatch *characters_out);
