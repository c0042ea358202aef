/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/wording.h"

#include <glib/gi18n.h>

enum { ONE_LINE_MAX = 200 }; /* characters */

static GDateTime *local(gint64 time)
{
        return time > 0 ? g_date_time_new_from_unix_local(time / 1000) : NULL;
}

static gint64 days_ago(GDateTime *when)
{
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_autoptr(GDateTime) today = g_date_time_new_local(g_date_time_get_year(now), g_date_time_get_month(now),
                                                           g_date_time_get_day_of_month(now), 0, 0, 0);
        g_autoptr(GDateTime) that = g_date_time_new_local(g_date_time_get_year(when), g_date_time_get_month(when),
                                                          g_date_time_get_day_of_month(when), 0, 0, 0);

        /* A day may have 23 or 25 hours. */
        return (g_date_time_difference(today, that) + G_TIME_SPAN_HOUR * 12) / G_TIME_SPAN_DAY;
}

char *wording_hour(gint64 time)
{
        g_autoptr(GDateTime) when = local(time);

        return when ? g_date_time_format(when, "%H:%M") : g_strdup("");
}

char *wording_short_time(gint64 time)
{
        g_autoptr(GDateTime) when = local(time);
        gint64 days;

        if (!when)
                return g_strdup("");
        days = days_ago(when);
        return g_date_time_format(when, days <= 0 ? "%H:%M" : days < 7 ? "%a" : "%x");
}

char *wording_day(gint64 time)
{
        g_autoptr(GDateTime) when = local(time);
        gint64 days;

        if (!when)
                return g_strdup("");
        days = days_ago(when);
        if (days == 0)
                return g_strdup(_("Today"));
        if (days == 1)
                return g_strdup(_("Yesterday"));
        return g_date_time_format(when, days < 7 && days > 0 ? "%A" : "%x");
}

gboolean wording_is_invisible(gunichar c)
{
        return g_unichar_iscntrl(c) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
               (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

char *wording_one_line(const char *text)
{
        GString *line = g_string_new(NULL);
        unsigned count = 0;

        for (const char *c = text; *c && count < ONE_LINE_MAX; c = g_utf8_next_char(c)) {
                gunichar character = g_utf8_get_char(c);

                if (character == '\n' || character == '\t')
                        g_string_append_c(line, ' ');
                else if (!wording_is_invisible(character))
                        g_string_append_unichar(line, character);
                count++;
        }
        return g_string_free(line, FALSE);
}

char *wording_isolated(const char *text)
{
        g_autofree char *line = wording_one_line(text);

        return g_strconcat("\u2068", line, "\u2069", NULL);
}

char *wording_duration(guint32 seconds)
{
        guint32 amount;

        if (seconds % 86400 == 0) {
                amount = seconds / 86400;
                return g_strdup_printf(ngettext("%u day", "%u days", amount), amount);
        }
        if (seconds % 3600 == 0) {
                amount = seconds / 3600;
                return g_strdup_printf(ngettext("%u hour", "%u hours", amount), amount);
        }
        if (seconds % 60 == 0) {
                amount = seconds / 60;
                return g_strdup_printf(ngettext("%u minute", "%u minutes", amount), amount);
        }
        return g_strdup_printf(ngettext("%u second", "%u seconds", seconds), seconds);
}

unsigned wording_colour(const char *name, unsigned colours)
{
        return (g_str_hash(name) * 2654435761u >> 16) % colours; /* what differs stands in the lowest bits */
}

char *wording_time_left(guint32 seconds)
{
        const guint64 unit = seconds > 86400 ? 86400 : seconds > 3600 ? 3600 : seconds > 60 ? 60 : 1;
        const guint64 rounded = (seconds + unit - 1) / unit * unit;

        return wording_duration((guint32)MIN(rounded, G_MAXUINT32));
}
