/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/search-text.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
        LETTERS_MAX = 256, /* bytes of one word that are looked at */
        PARTS_MAX = 8,
        UTF8_MAX = 6, /* as g_unichar_to_utf8() wants it */
};

/* To be raised with every change of what this file makes of a text. */
#define RULES "1"

const char *search_text_rules(void)
{
        static char rules[32];

        g_snprintf(rules, sizeof(rules), RULES "/%u.%u", glib_major_version, glib_minor_version);
        return rules;
}

/* ---- Letters ---- */

typedef enum Class {
        CLASS_GAP,    /* ends a word */
        CLASS_HIDDEN, /* not there */
        CLASS_JOINER, /* not there, but the parts beside it count as well */
        CLASS_LETTER,
        CLASS_DENSE, /* a letter of a script without spaces */
        CLASS_SYMBOL,
} Class;

/* Letters that differ in how somebody's keyboard writes them, and those that have no decomposition. */
static const struct {
        gunichar from;
        const char *to;
} same_letters[] = {
                {0x00df, "ss"},       /* sharp s */
                {0x00e6, "ae"},       /* ae */
                {0x00f0, "d"},        /* eth */
                {0x00f8, "o"},        /* o with stroke */
                {0x0111, "d"},        /* d with stroke */
                {0x0127, "h"},        /* h with stroke */
                {0x0131, "i"},        /* dotless i */
                {0x0142, "l"},        /* l with stroke */
                {0x0153, "oe"},       /* oe */
                {0x03c2, "\xcf\x83"}, /* final sigma */
                {0x0629, "\xd9\x87"}, /* teh marbuta: heh */
                {0x0643, "\xda\xa9"}, /* Arabic kaf: keheh */
                {0x0649, "\xdb\x8c"}, /* alef maksura: Farsi yeh */
                {0x064a, "\xdb\x8c"}, /* Arabic yeh: Farsi yeh */
                {0x0671, "\xd8\xa7"}, /* alef wasla: alef */
                {0x06aa, "\xda\xa9"}, /* swash kaf */
                {0x06be, "\xd9\x87"}, /* heh doachashmee: heh */
                {0x06c1, "\xd9\x87"}, /* heh goal */
                {0x06c3, "\xd9\x87"}, /* teh marbuta goal */
                {0x06cd, "\xdb\x8c"}, /* yeh with tail */
                {0x06d2, "\xdb\x8c"}, /* yeh barree */
                {0x06d5, "\xd9\x87"}, /* ae, in which heh with yeh above ends up */
};

static const char *find_same(gunichar c)
{
        size_t low = 0, high = G_N_ELEMENTS(same_letters);

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (same_letters[middle].from == c)
                        return same_letters[middle].to;
                if (same_letters[middle].from < c)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

static bool is_dense_script(gunichar c)
{
        GUnicodeScript script = g_unichar_get_script(c);

        return script == G_UNICODE_SCRIPT_HAN || script == G_UNICODE_SCRIPT_HIRAGANA ||
               script == G_UNICODE_SCRIPT_KATAKANA || script == G_UNICODE_SCRIPT_HANGUL ||
               script == G_UNICODE_SCRIPT_BOPOMOFO || script == G_UNICODE_SCRIPT_YI ||
               script == G_UNICODE_SCRIPT_THAI || script == G_UNICODE_SCRIPT_LAO ||
               script == G_UNICODE_SCRIPT_KHMER || script == G_UNICODE_SCRIPT_MYANMAR ||
               script == G_UNICODE_SCRIPT_TIBETAN;
}

/* The voicing marks of kana make another letter, where an accent makes none. */
static bool is_voicing(gunichar c)
{
        return c == 0x3099 || c == 0x309a;
}

static Class classify_wide(gunichar c)
{
        GUnicodeType type = g_unichar_type(c);

        if (c == 0x200c || c == 0x200d)
                return CLASS_JOINER;
        if (c == 0x0640 || type == G_UNICODE_FORMAT) /* tatweel, directions, soft hyphens */
                return CLASS_HIDDEN;
        if (is_voicing(c) || c == 0x30fc) /* and the mark of long vowels, of no one script */
                return CLASS_DENSE;
        if (type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK ||
            type == G_UNICODE_SPACING_MARK) {
                /* Accents and vowel points are above or below the line; vowel signs of class 0 are letters.
                 */
                if (g_unichar_combining_class(c) != 0 || type == G_UNICODE_ENCLOSING_MARK ||
                    (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef))
                        return CLASS_HIDDEN;
                return is_dense_script(c) ? CLASS_DENSE : CLASS_LETTER;
        }
        if (type == G_UNICODE_MODIFIER_SYMBOL && c >= 0x1f3fb && c <= 0x1f3ff) /* of an emoji */
                return CLASS_HIDDEN;
        if (type == G_UNICODE_OTHER_SYMBOL)
                return CLASS_SYMBOL;
        if (!g_unichar_isalnum(c))
                return CLASS_GAP;
        return is_dense_script(c) ? CLASS_DENSE : CLASS_LETTER;
}

static Class classify(gunichar c)
{
        if (c < 0x80)
                return g_ascii_isalnum((char)c) ? CLASS_LETTER : CLASS_GAP;
        return classify_wide(c);
}

/* ---- Words ---- */

typedef struct Dense {
        gunichar letter; /* 0: none */
        size_t begin, end;
} Dense;

typedef struct Splitter {
        SearchTokenEach each;
        void *userdata;
        int result;
        unsigned run;

        char letters[LETTERS_MAX];
        size_t n_letters, begin, end;
        struct {
                size_t at, begin, end; /* its first byte in letters; where it stands in the text */
        } parts[PARTS_MAX];
        size_t n_parts; /* those that a joiner has ended */
        size_t part_at, part_begin;

        Dense before, last; /* of the run; a pair is told when nothing can join its second any more */
} Splitter;

static void tell(Splitter *s, SearchTokenKind kind, const char *word, size_t size, size_t begin, size_t end)
{
        SearchToken token = {.kind = kind, .begin = begin, .end = end, .first_end = end, .run = s->run};

        if (s->result != 0 || size == 0)
                return;
        if (kind == SEARCH_TOKEN_PAIR)
                token.first_end = s->before.end;
        if (size > SEARCH_WORD_MAX) {
                size = SEARCH_WORD_MAX;
                while (((uint8_t)word[size] & 0xc0) == 0x80)
                        size--;
        }
        memcpy(token.word, word, size);
        token.size = size;
        s->result = s->each(s->userdata, &token);
}

static void end_part(Splitter *s)
{
        if (s->n_letters == s->part_at || s->n_parts == PARTS_MAX)
                return;
        s->parts[s->n_parts].at = s->part_at;
        s->parts[s->n_parts].begin = s->part_begin;
        s->parts[s->n_parts].end = s->end;
        s->n_parts++;
        s->part_at = s->n_letters;
}

static void end_word(Splitter *s)
{
        if (s->n_letters == 0)
                return;
        if (s->n_parts > 0)
                end_part(s);
        tell(s, SEARCH_TOKEN_WORD, s->letters, s->n_letters, s->begin, s->end);
        for (size_t i = 0; s->n_parts > 1 && i < s->n_parts; i++) {
                size_t next = i + 1 < s->n_parts ? s->parts[i + 1].at : s->n_letters;

                tell(s, SEARCH_TOKEN_PART, s->letters + s->parts[i].at, next - s->parts[i].at,
                     s->parts[i].begin, s->parts[i].end);
        }
        s->n_letters = s->n_parts = s->part_at = 0;
        s->run++;
}

static void tell_pair(Splitter *s)
{
        char word[2 * UTF8_MAX];
        size_t size;

        if (!s->before.letter)
                return;
        size = (size_t)g_unichar_to_utf8(s->before.letter, word);
        size += (size_t)g_unichar_to_utf8(s->last.letter, word + size);
        tell(s, SEARCH_TOKEN_PAIR, word, size, s->before.begin, s->last.end);
}

static void end_run(Splitter *s)
{
        char word[UTF8_MAX];

        if (!s->last.letter)
                return;
        tell_pair(s);
        tell(s, SEARCH_TOKEN_LAST, word, (size_t)g_unichar_to_utf8(s->last.letter, word), s->last.begin,
             s->last.end);
        s->before = s->last = (Dense){0};
        s->run++;
}

static void take_letter(Splitter *s, gunichar c, size_t begin, size_t end)
{
        char utf8[UTF8_MAX];
        size_t size = (size_t)g_unichar_to_utf8(c, utf8);

        end_run(s);
        if (s->n_letters == 0)
                s->begin = begin;
        s->end = end;
        if (s->n_letters + size > LETTERS_MAX)
                return;
        if (s->n_letters == s->part_at)
                s->part_begin = begin;
        memcpy(s->letters + s->n_letters, utf8, size);
        s->n_letters += size;
}

static void take_dense(Splitter *s, gunichar c, size_t begin, size_t end)
{
        gunichar joined;

        end_word(s);
        /* Syllables of Korean, and voiced kana, that were written or decomposed in parts. */
        if (s->last.letter && g_unichar_compose(s->last.letter, c, &joined)) {
                s->last.letter = joined;
                s->last.end = end;
                return;
        }
        if (s->last.letter) {
                tell_pair(s);
                s->before = s->last;
        }
        s->last = (Dense){c, begin, end};
}

static void take(Splitter *s, gunichar c, size_t begin, size_t end)
{
        switch (classify(c)) {
        case CLASS_HIDDEN:
                break;
        case CLASS_JOINER:
                end_part(s);
                break;
        case CLASS_LETTER:
                take_letter(s, c, begin, end);
                break;
        case CLASS_DENSE:
                take_dense(s, c, begin, end);
                break;
        case CLASS_SYMBOL:
                end_word(s);
                end_run(s);
                take_dense(s, c, begin, end);
                end_run(s);
                break;
        case CLASS_GAP:
                end_word(s);
                end_run(s);
                break;
        }
}

static void take_folded(Splitter *s, gunichar c, size_t begin, size_t end)
{
        int digit = g_unichar_digit_value(c);
        const char *same;

        if (digit >= 0) {
                take(s, (gunichar)('0' + digit), begin, end);
                return;
        }
        c = g_unichar_tolower(c);
        same = find_same(c);
        if (!same) {
                take(s, c, begin, end);
                return;
        }
        for (; *same; same = g_utf8_next_char(same))
                take(s, g_utf8_get_char(same), begin, end);
}

int search_text_each(const char *text, size_t size, SearchTokenEach each, void *userdata)
{
        Splitter s = {.each = each, .userdata = userdata};
        gunichar folded[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
        const char *at = text, *end = text + size;

        while (at < end && s.result == 0) {
                const char *next = g_utf8_next_char(at);
                size_t from = (size_t)(at - text), to = (size_t)(next - text), n;

                if ((uint8_t)*at < 0x80) {
                        take(&s, (gunichar)g_ascii_tolower(*at), from, to);
                } else {
                        n = g_unichar_fully_decompose(g_utf8_get_char(at), TRUE, folded,
                                                      G_N_ELEMENTS(folded));
                        for (size_t i = 0; i < n; i++)
                                take_folded(&s, folded[i], from, to);
                }
                at = next;
        }
        end_word(&s);
        end_run(&s);
        return s.result;
}
