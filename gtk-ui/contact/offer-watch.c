/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/offer-watch.h"

#include <string.h>

#include "client/connection.h"

struct _SmOfferWatch {
        GObject parent;
        SmDaemon *daemon;
        GDBusConnection *connection;
        guint subscription;
};

G_DEFINE_FINAL_TYPE(SmOfferWatch, sm_offer_watch, G_TYPE_OBJECT)

static guint offered_signal;

static SmConversation *find(SmOfferWatch *self, const char *path)
{
        GListModel *conversations = sm_daemon_conversations(self->daemon);

        for (guint i = 0; i < g_list_model_get_n_items(conversations); i++) {
                g_autoptr(SmConversation) conversation = g_list_model_get_item(conversations, i);

                if (strcmp(g_dbus_proxy_get_object_path(sm_conversation_proxy(conversation)), path) == 0)
                        return g_steal_pointer(&conversation);
        }
        return NULL;
}

static void on_properties_changed(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                                  const char *signal, GVariant *arguments, gpointer userdata)
{
        SmOfferWatch *self = userdata;
        g_autoptr(SmConversation) contact = NULL;
        g_autoptr(GVariant) changed = NULL;
        const char *state;

        if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sa{sv}as)")))
                return;
        changed = g_variant_get_child_value(arguments, 1);
        if (!g_variant_lookup(changed, "State", "&s", &state) || strcmp(state, "offered") != 0)
                return;
        contact = find(self, path);
        if (contact)
                g_signal_emit(self, offered_signal, 0, contact);
}

static void sm_offer_watch_dispose(GObject *object)
{
        SmOfferWatch *self = SM_OFFER_WATCH(object);

        if (self->subscription > 0)
                g_dbus_connection_signal_unsubscribe(self->connection, self->subscription);
        self->subscription = 0;
        g_clear_object(&self->connection);
        g_clear_object(&self->daemon);
        G_OBJECT_CLASS(sm_offer_watch_parent_class)->dispose(object);
}

static void sm_offer_watch_class_init(SmOfferWatchClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_offer_watch_dispose;
        offered_signal = g_signal_new("offered", SM_TYPE_OFFER_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                      SM_TYPE_CONVERSATION);
}

static void sm_offer_watch_init(SmOfferWatch *self)
{
}

SmOfferWatch *sm_offer_watch_new(SmDaemon *daemon, GDBusConnection *connection)
{
        SmOfferWatch *self = g_object_new(SM_TYPE_OFFER_WATCH, NULL);

        self->daemon = g_object_ref(daemon);
        self->connection = g_object_ref(connection);
        self->subscription = g_dbus_connection_signal_subscribe(
                        connection, CLIENT_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
                        CLIENT_VERIFICATION_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_properties_changed, self, NULL);
        return self;
}
