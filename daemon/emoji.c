/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/emoji.h"

#include <glib.h>

enum {
        JOINER = 0x200d, /* ZERO WIDTH JOINER */
        /* Four people with a skin tone each, joined, are 11; the longest flags are 7. */
        CHARACTERS_MAX = 14,
        MARKS_MAX = 2, /* no towers of accents */
};

static bool is_within(gunichar c, gunichar first, gunichar last)
{
        return c >= first && c <= last;
}

/* Variation selectors, skin tones, and the tags that spell the flag of a region. */
static bool belongs_to_emoji(gunichar c)
{
        return is_within(c, 0xfe0e, 0xfe0f) || is_within(c, 0x1f3fb, 0x1f3ff) || is_within(c, 0xe0020, 0xe007f);
}

static bool is_mark(gunichar c)
{
        GUnicodeType type = g_unichar_type(c);

        return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_SPACING_MARK ||
               type == G_UNICODE_ENCLOSING_MARK;
}

static bool may_begin(gunichar c)
{
        GUnicodeType type = g_unichar_type(c);

        /* Neither control and format characters nor surrogates are printable; spaces are. */
        return (g_unichar_isprint(c) || type == G_UNICODE_UNASSIGNED) && !g_unichar_isspace(c) && !is_mark(c) &&
               type != G_UNICODE_PRIVATE_USE;
}

bool emoji_is_one(const char *text)
{
        const gunichar flag_first = 0x1f1e6, flag_last = 0x1f1ff; /* two letters make a flag */
        unsigned characters = 0, marks = 0;
        gunichar before = 0;

        if (!g_utf8_validate(text, -1, NULL))
                return false;
        for (const char *at = text; *at; at = g_utf8_next_char(at)) {
                gunichar c = g_utf8_get_char(at);
                bool joined = before == JOINER ||
                              (characters == 1 && is_within(c, flag_first, flag_last) &&
                               is_within(before, flag_first, flag_last));

                if (++characters > CHARACTERS_MAX)
                        return false;
                if (characters == 1 || joined) {
                        if (!may_begin(c))
                                return false;
                } else if (is_mark(c) && !belongs_to_emoji(c)) {
                        if (++marks > MARKS_MAX)
                                return false;
                } else if (c != JOINER && !belongs_to_emoji(c)) {
                        return false;
                }
                before = c;
        }
        return characters > 0 && before != JOINER;
}
