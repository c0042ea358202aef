/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

typedef struct HistoryQuery {
        const char *conversation;
        guint64 limit;  /* 0: all */
        guint64 before; /* 0: not given */
        guint64 after;
        gboolean has_after; /* from the oldest on; else the newest that fit */
} HistoryQuery;

/* Messages ("a{sv}") in order of number, over as many calls as it takes. */
GPtrArray *history_fetch(GDBusConnection *connection, const HistoryQuery *query, GError **error);
