/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/history.h"

#include "client/connection.h"
#include "client/message.h"

enum {
        PAGE = 500, /* the daemon's limit for one call */
};

static GVariant *fetch_page(GDBusConnection *connection, const HistoryQuery *query, guint32 limit,
                            guint64 before, guint64 after, GError **error)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(limit));
        if (before > 0)
                g_variant_builder_add(&options, "{sv}", "before", g_variant_new_uint64(before));
        if (query->has_after)
                g_variant_builder_add(&options, "{sv}", "after", g_variant_new_uint64(after));

        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "History",
                        g_variant_new("(sa{sv})", query->conversation, &options), G_VARIANT_TYPE("(aa{sv})"),
                        G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, error);

        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

static guint64 number_at(GVariant *page, size_t index)
{
        g_autoptr(GVariant) dictionary = g_variant_get_child_value(page, index);
        guint64 number = 0;

        g_variant_lookup(dictionary, "number", "t", &number);
        return number;
}

GPtrArray *history_fetch(GDBusConnection *connection, const HistoryQuery *query, GError **error)
{
        g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
        guint64 before = query->before, after = query->after;

        for (;;) {
                guint64 left = query->limit ? query->limit - messages->len : PAGE;
                guint32 limit = (guint32)MIN(left, PAGE);

                if (limit == 0)
                        break;

                g_autoptr(GVariant) page = fetch_page(connection, query, limit, before, after, error);

                if (!page)
                        return NULL;

                size_t n = g_variant_n_children(page);

                /* Backwards, the pages come newest first, and each goes in front of what is there. */
                for (size_t i = 0; i < n; i++)
                        g_ptr_array_insert(messages, query->has_after ? -1 : (int)i,
                                           g_variant_get_child_value(page, i));
                if (n < limit)
                        break;
                after = number_at(page, n - 1);
                before = query->has_after ? query->before : number_at(page, 0);
        }
        return g_steal_pointer(&messages);
}
