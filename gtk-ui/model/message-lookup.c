/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/message-lookup.h"

#include <string.h>

#include "client/connection.h"

enum { FAR_BACK = 30 }; /* messages */

typedef struct Lookup {
        MessageFound *found;
        gpointer owner;
} Lookup;

static Lookup *lookup_new(MessageFound *found, gpointer owner)
{
        Lookup *lookup = g_new0(Lookup, 1);

        lookup->found = found;
        lookup->owner = g_object_ref(owner);
        return lookup;
}

static void lookup_free(Lookup *lookup)
{
        g_object_unref(lookup->owner);
        g_free(lookup);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lookup, lookup_free)

static GVariant *finish(const Lookup *lookup, GObject *source, GAsyncResult *result)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!reply && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                lookup->found(lookup->owner, NULL, error);
        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

static void on_message(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Lookup) lookup = userdata;
        g_autoptr(GVariant) dictionary = finish(lookup, source, result);
        ClientMessage message;

        if (!dictionary)
                return;
        client_message_init(&message, dictionary);
        lookup->found(lookup->owner, &message, NULL);
}

void message_lookup(MessengerMessages *messages, const char *id, GCancellable *cancellable, MessageFound *found,
                    gpointer owner)
{
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Get", g_variant_new("(s)", id), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, cancellable, on_message, lookup_new(found, owner));
}

static gboolean can_be_edited(const ClientMessage *message)
{
        return message->outgoing && strcmp(message->kind, "text") == 0 && strcmp(message->state, "failed") != 0;
}

static void on_history(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Lookup) lookup = userdata;
        g_autoptr(GVariant) messages = finish(lookup, source, result);

        if (!messages)
                return;
        for (gsize i = g_variant_n_children(messages); i > 0; i--) {
                g_autoptr(GVariant) dictionary = g_variant_get_child_value(messages, i - 1);
                ClientMessage message;

                client_message_init(&message, dictionary);
                if (!can_be_edited(&message))
                        continue;
                lookup->found(lookup->owner, &message, NULL);
                return;
        }
        lookup->found(lookup->owner, NULL, NULL);
}

void message_lookup_last_own(MessengerMessages *messages, const char *conversation, GCancellable *cancellable,
                             MessageFound *found, gpointer owner)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(FAR_BACK));
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "History", g_variant_new("(sa{sv})", conversation, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, cancellable, on_history,
                          lookup_new(found, owner));
}
