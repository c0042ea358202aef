/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/notice-text.h"

#include <glib.h>
#include <libintl.h>

#define _(text) gettext(text)

static bool is_joiner(gunichar c)
{
        return c == 0x200c || c == 0x200d; /* Persian and emoji need them */
}

static bool is_space(gunichar c)
{
        GUnicodeType type = g_unichar_type(c);

        return g_unichar_isspace(c) || type == G_UNICODE_LINE_SEPARATOR ||
               type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

static bool is_hidden(gunichar c)
{
        GUnicodeType type = g_unichar_type(c);

        return type == G_UNICODE_CONTROL || type == G_UNICODE_UNASSIGNED || type == G_UNICODE_PRIVATE_USE ||
               (type == G_UNICODE_FORMAT && !is_joiner(c));
}

char *notice_text(const char *text, size_t size, bool markup)
{
        g_autoptr(GString) line = g_string_new(NULL);
        const char *end = text + size;
        unsigned count = 0;
        bool space = false;

        for (const char *at = text; at < end && count < NOTICE_TEXT_MAX; at = g_utf8_next_char(at)) {
                gunichar c = g_utf8_get_char(at);

                if (is_space(c)) {
                        space = line->len > 0;
                        continue;
                }
                if (is_hidden(c))
                        continue;
                if (space)
                        g_string_append_c(line, ' ');
                g_string_append_unichar(line, c);
                count += space ? 2 : 1;
                space = false;
        }
        if (count >= NOTICE_TEXT_MAX)
                g_string_append(line, "\xe2\x80\xa6");
        return markup ? g_markup_escape_text(line->str, (gssize)line->len) : g_strdup(line->str);
}

char *notice_count(unsigned messages)
{
        return g_strdup_printf(ngettext("%u new message", "%u new messages", messages), messages);
}

char *notice_said(const char *sender, const char *text)
{
        /* TRANSLATORS: a message in a group: who says it, and what they say. */
        return g_strdup_printf(_("%s: %s"), sender, text);
}

char *notice_requests(unsigned requests, const char *name)
{
        if (requests == 1)
                return g_strdup_printf(_("%s wants to write to you"), name);
        return g_strdup_printf(ngettext("%u person wants to write to you", "%u people want to write to you",
                                        requests),
                               requests);
}

char *notice_offer(const char *name)
{
        return g_strdup_printf(_("%s wants to compare emoji with you, to be sure of the keys"), name);
}
