/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* How times and other people's words are shown. All newly allocated. Times are milliseconds since 1970; 0 is "". */

char *wording_short_time(gint64 time); /* the hour today, the day this week, else the date */
char *wording_hour(gint64 time);
char *wording_day(gint64 time); /* "Today", "Yesterday", or the date */

/* A text on one line, and short: line feeds are spaces, what hides or reorders its neighbours is gone. */
char *wording_one_line(const char *text);

/* The same to stand inside a sentence, whose direction it does not change. */
char *wording_isolated(const char *text);

/* "5 minutes": in the greatest unit that has no rest. */
char *wording_duration(guint32 seconds);

/* What hides or reorders its neighbours, or does something else than to be read. */
gboolean wording_is_invisible(gunichar c);

/* A name's place among so many colours: always the same. */
unsigned wording_colour(const char *name, unsigned colours);

/* What is left of a time, rounded up to the greatest unit that fits: "3 hours". */
char *wording_time_left(guint32 seconds);
