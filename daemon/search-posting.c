/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/search-posting.h"

#include <string.h>

enum { WORDS = SEARCH_CHUNK / 64, LIST_MAX = SEARCH_POSTING_MAX / 2 - 1 };

bool search_bits_get(const SearchBits *bits, unsigned place)
{
        return (bits->words[place / 64] >> (place % 64) & 1) != 0;
}

void search_bits_set(SearchBits *bits, unsigned place)
{
        bits->words[place / 64] |= UINT64_C(1) << (place % 64);
}

void search_bits_clear(SearchBits *bits, unsigned place)
{
        bits->words[place / 64] &= ~(UINT64_C(1) << (place % 64));
}

void search_bits_fill(SearchBits *bits, unsigned count)
{
        *bits = (SearchBits){0};
        memset(bits->words, 0xff, count / 64 * sizeof(bits->words[0]));
        if (count % 64 != 0)
                bits->words[count / 64] = (UINT64_C(1) << (count % 64)) - 1;
}

void search_bits_and(SearchBits *bits, const SearchBits *other)
{
        for (unsigned i = 0; i < WORDS; i++)
                bits->words[i] &= other->words[i];
}

void search_bits_or(SearchBits *bits, const SearchBits *other)
{
        for (unsigned i = 0; i < WORDS; i++)
                bits->words[i] |= other->words[i];
}

bool search_bits_any(const SearchBits *bits)
{
        for (unsigned i = 0; i < WORDS; i++)
                if (bits->words[i] != 0)
                        return true;
        return false;
}

size_t search_posting_encode(const SearchBits *bits, uint8_t out[static SEARCH_POSTING_MAX])
{
        size_t count = 0, size = 0;

        for (unsigned i = 0; i < WORDS; i++)
                count += (size_t)__builtin_popcountll(bits->words[i]);
        if (count > LIST_MAX) {
                for (unsigned i = 0; i < SEARCH_POSTING_MAX; i++)
                        out[i] = (uint8_t)(bits->words[i / 8] >> (i % 8 * 8));
                return SEARCH_POSTING_MAX;
        }
        for (unsigned i = 0; i < WORDS; i++) {
                for (uint64_t left = bits->words[i]; left != 0; left &= left - 1) {
                        unsigned place = i * 64 + (unsigned)__builtin_ctzll(left);

                        out[size++] = (uint8_t)place;
                        out[size++] = (uint8_t)(place >> 8);
                }
        }
        return size;
}

bool search_posting_decode(const uint8_t *bytes, size_t size, SearchBits *bits)
{
        if (size == SEARCH_POSTING_MAX) {
                for (unsigned i = 0; i < SEARCH_POSTING_MAX; i++)
                        bits->words[i / 8] |= (uint64_t)bytes[i] << (i % 8 * 8);
                return true;
        }
        if (size > SEARCH_POSTING_MAX || size % 2 != 0)
                return false;
        for (size_t i = 0; i < size; i += 2) {
                unsigned place = bytes[i] | (unsigned)bytes[i + 1] << 8;

                if (place >= SEARCH_CHUNK)
                        return false;
                search_bits_set(bits, place);
        }
        return true;
}
