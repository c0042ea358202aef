/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/message-lookup.h"

#include <string.h>

#include "client/connection.h"
#include "client/message.h"

enum { FAR_BACK = 30 }; /* messages */

static void on_message(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        GError *error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (reply)
                g_task_return_pointer(task, g_variant_get_child_value(reply, 0), (GDestroyNotify)g_variant_unref);
        else
                g_task_return_error(task, error);
}

void message_lookup(MessengerMessages *messages, const char *id, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer userdata)
{
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Get", g_variant_new("(s)", id), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, cancellable, on_message,
                          g_task_new(messages, cancellable, done, userdata));
}

static gboolean can_be_edited(GVariant *dictionary)
{
        ClientMessage message;

        client_message_init(&message, dictionary);
        return message.outgoing && strcmp(message.kind, "text") == 0 && strcmp(message.state, "failed") != 0;
}

static void on_history(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        GError *error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) messages = reply ? g_variant_get_child_value(reply, 0) : NULL;

        if (!messages) {
                g_task_return_error(task, error);
                return;
        }
        for (gsize i = g_variant_n_children(messages); i > 0; i--) {
                g_autoptr(GVariant) dictionary = g_variant_get_child_value(messages, i - 1);

                if (!can_be_edited(dictionary))
                        continue;
                g_task_return_pointer(task, g_steal_pointer(&dictionary), (GDestroyNotify)g_variant_unref);
                return;
        }
        g_task_return_pointer(task, NULL, NULL);
}

void message_lookup_last_own(MessengerMessages *messages, const char *conversation, GCancellable *cancellable,
                             GAsyncReadyCallback done, gpointer userdata)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(FAR_BACK));
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "History", g_variant_new("(sa{sv})", conversation, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, cancellable, on_history,
                          g_task_new(messages, cancellable, done, userdata));
}

GVariant *message_lookup_finish(GAsyncResult *result, GError **error)
{
        return g_task_propagate_pointer(G_TASK(result), error);
}
