/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/contact-call.h"

#include "client/connection.h"
#include "gtk-ui/toast.h"

typedef struct Call {
        GtkWidget *widget;
        ContactCallDone done;
} Call;

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
        Call *call = userdata;

        if (!reply)
                toast_failure(call->widget, error);
        if (call->done)
                call->done(call->widget, reply != NULL);
        g_object_unref(call->widget);
        g_free(call);
}

static void make(GtkWidget *widget, SmConversation *conversation, const char *interface, const char *method,
                 GVariant *arguments, ContactCallDone done)
{
        GDBusProxy *proxy = sm_conversation_proxy(conversation);
        Call *call = g_new0(Call, 1);

        call->widget = g_object_ref(widget);
        call->done = done;
        g_dbus_connection_call(g_dbus_proxy_get_connection(proxy), CLIENT_BUS_NAME, g_dbus_proxy_get_object_path(proxy),
                               interface, method, arguments, G_VARIANT_TYPE_UNIT, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               sm_conversation_is_group(conversation) ? CLIENT_GROUP_TIMEOUT_MS
                                                                      : CLIENT_CALL_TIMEOUT_MS,
                               NULL, on_done, call);
}

void contact_call(GtkWidget *widget, SmConversation *conversation, const char *method, GVariant *arguments,
                  ContactCallDone done)
{
        make(widget, conversation, g_dbus_proxy_get_interface_name(sm_conversation_proxy(conversation)), method,
             arguments, done);
}

void contact_call_plain(GtkWidget *widget, SmConversation *conversation, const char *method, ContactCallDone done)
{
        contact_call(widget, conversation, method, g_variant_new("(a{sv})", NULL), done);
}

void contact_call_key(GtkWidget *widget, SmConversation *conversation, const char *method, GVariant *key,
                      ContactCallDone done)
{
        contact_call(widget, conversation, method, g_variant_new("(@aya{sv})", key, NULL), done);
}

void contact_call_set(GtkWidget *widget, SmConversation *conversation, const char *property, GVariant *value,
                      ContactCallDone done)
{
        const char *interface = g_dbus_proxy_get_interface_name(sm_conversation_proxy(conversation));

        make(widget, conversation, "org.freedesktop.DBus.Properties", "Set",
             g_variant_new("(ssv)", interface, property, value), done);
}
