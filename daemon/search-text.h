/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/*
 * A text as the words by which it is found: what makes no difference to somebody who looks for it makes none
 * here. Compatibility forms, letter case, accents, vowel points and the Arabic and Persian forms of one
 * letter are folded, digits of all scripts become ASCII, and what cannot be seen goes.
 *
 * Scripts that leave no spaces between words (Chinese, Japanese, Korean, Thai and others) give each pair of
 * neighbouring letters, and the last letter of a run by itself: a run is found by any part of it. A word
 * with a zero-width non-joiner inside is given whole, and once more in its parts.
 *
 * Pure: no store, no locale. The folding follows GLib's tables of Unicode, see search_text_rules().
 */
enum {
        SEARCH_WORD_MAX = 64, /* bytes; of a longer one, the beginning counts */
};

typedef enum SearchTokenKind {
        SEARCH_TOKEN_WORD,
        SEARCH_TOKEN_PART, /* of the word before it */
        SEARCH_TOKEN_PAIR, /* two neighbours in a run */
        SEARCH_TOKEN_LAST, /* the last of a run, perhaps its only one */
} SearchTokenKind;

typedef struct SearchToken {
        SearchTokenKind kind;
        char word[SEARCH_WORD_MAX + 1]; /* UTF-8, terminated; its first byte is never a control character */
        size_t size;
        size_t begin, end; /* where it stands in the text, in bytes */
        size_t first_end;  /* of a pair: where its first letter ends; else as end */
        unsigned run;      /* the parts of a word, or the pairs of a run, have the same one */
} SearchToken;

/* In order of the text. Stops at the first result of each() that is not 0, and returns it. text: UTF-8. */
typedef int (*SearchTokenEach)(void *userdata, const SearchToken *token);
int search_text_each(const char *text, size_t size, SearchTokenEach each, void *userdata);

/* Names the rules: words of two texts can be compared only if they come from the same ones. */
const char *search_text_rules(void);
