/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which messages of a chunk have a word. Messages are numbered; a chunk is 4,096 numbers in line. As bytes,
 * few are a list of 16-bit little-endian places in the chunk, in order, and many are a bit each: the size
 * says which.
 */
enum {
        SEARCH_CHUNK_BITS = 12,
        SEARCH_CHUNK = 1 << SEARCH_CHUNK_BITS,
        SEARCH_POSTING_MAX = SEARCH_CHUNK / 8,
};

typedef struct SearchBits {
        uint64_t words[SEARCH_CHUNK / 64];
} SearchBits;

bool search_bits_get(const SearchBits *bits, unsigned place);
void search_bits_set(SearchBits *bits, unsigned place);
void search_bits_clear(SearchBits *bits, unsigned place);
void search_bits_fill(SearchBits *bits, unsigned count); /* the first `count`, and no others */
void search_bits_and(SearchBits *bits, const SearchBits *other);
void search_bits_or(SearchBits *bits, const SearchBits *other);
bool search_bits_any(const SearchBits *bits);

/* Returns the size: 0 where there is nothing left. */
size_t search_posting_encode(const SearchBits *bits, uint8_t out[static SEARCH_POSTING_MAX]);
/* Adds to bits what the bytes say. False: they are none of search_posting_encode(). */
bool search_posting_decode(const uint8_t *bytes, size_t size, SearchBits *bits);
