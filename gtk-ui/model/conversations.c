/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/conversations.h"

#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "client/message.h"

struct _SmConversations {
        GObject parent;
        GDBusConnection *connection;
        char *own_name;
        GCancellable *cancellable; /* of what is under way while it is active */
        GDBusObjectManager *manager;
        GPtrArray *list;      /* SmConversation */
        /* Both borrow from the list. A group's name may change. */
        GHashTable *contacts; /* by name */
        GPtrArray *groups;
};

static GType get_item_type(GListModel *model)
{
        return SM_TYPE_CONVERSATION;
}

static guint get_n_items(GListModel *model)
{
        return SM_CONVERSATIONS(model)->list->len;
}

static gpointer get_item(GListModel *model, guint position)
{
        GPtrArray *list = SM_CONVERSATIONS(model)->list;

        return position < list->len ? g_object_ref(list->pdata[position]) : NULL;
}

static void list_model_init(GListModelInterface *interface)
{
        interface->get_item_type = get_item_type;
        interface->get_n_items = get_n_items;
        interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE(SmConversations, sm_conversations, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

/* ---- The newest message of each, for the list ---- */

static void on_newest(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmConversation) conversation = userdata;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
        g_autoptr(GVariant) messages = reply ? g_variant_get_child_value(reply, 0) : NULL;
        g_autoptr(GVariant) dictionary = NULL;

        if (!messages)
                return;
        if (g_variant_n_children(messages) > 0)
                dictionary = g_variant_get_child_value(messages, 0);
        sm_conversation_set_newest(conversation, dictionary);
}

void sm_conversations_read_newest(SmConversations *self, SmConversation *conversation)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(1));
        g_dbus_connection_call(self->connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE,
                               "History", g_variant_new("(sa{sv})", sm_conversation_name(conversation), &options),
                               G_VARIANT_TYPE("(aa{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_newest, g_object_ref(conversation));
}

/* ---- Objects ---- */

static void add(SmConversations *self, GDBusInterface *interface)
{
        SmConversation *conversation = sm_conversation_new(G_DBUS_PROXY(interface));

        if (!*sm_conversation_name(conversation) || sm_conversations_find(self, sm_conversation_name(conversation))) {
                g_object_unref(conversation);
                return;
        }
        g_ptr_array_add(self->list, conversation);
        if (sm_conversation_is_group(conversation))
                g_ptr_array_add(self->groups, conversation);
        else
                g_hash_table_insert(self->contacts, g_strdup(sm_conversation_name(conversation)), conversation);
        if (strcmp(sm_conversation_name(conversation), self->own_name) == 0)
                sm_conversation_set_self(conversation);
        g_list_model_items_changed(G_LIST_MODEL(self), self->list->len - 1, 0, 1);
        if (sm_conversation_number(conversation, "LastMessage") > 0)
                sm_conversations_read_newest(self, conversation);
}

static void on_object_added(SmConversations *self, GDBusObject *object)
{
        g_autoptr(GDBusInterface) contact = g_dbus_object_get_interface(object, CLIENT_CONTACT_INTERFACE);
        g_autoptr(GDBusInterface) group = g_dbus_object_get_interface(object, CLIENT_GROUP_INTERFACE);

        if (contact || group)
                add(self, contact ? contact : group);
}

static void on_object_removed(SmConversations *self, GDBusObject *object)
{
        for (guint i = 0; i < self->list->len; i++) {
                SmConversation *conversation = self->list->pdata[i];

                if (g_strcmp0(g_dbus_proxy_get_object_path(sm_conversation_proxy(conversation)),
                              g_dbus_object_get_object_path(object)) != 0)
                        continue;
                if (!g_ptr_array_remove_fast(self->groups, conversation))
                        g_hash_table_remove(self->contacts, sm_conversation_name(conversation));
                g_ptr_array_remove_index(self->list, i);
                g_list_model_items_changed(G_LIST_MODEL(self), i, 1, 0);
                return;
        }
}

static void on_manager(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        GDBusObjectManager *manager = g_dbus_object_manager_client_new_finish(result, &error);
        SmConversations *self = userdata;
        GList *objects;

        if (!manager) {
                if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                        g_warning("conversations: %s", error->message);
                return;
        }
        self->manager = manager;
        g_signal_connect_swapped(manager, "object-added", G_CALLBACK(on_object_added), self);
        g_signal_connect_swapped(manager, "object-removed", G_CALLBACK(on_object_removed), self);
        objects = g_dbus_object_manager_get_objects(manager);
        for (GList *l = objects; l; l = l->next)
                on_object_added(self, l->data);
        g_list_free_full(objects, g_object_unref);
}

static void forget(SmConversations *self)
{
        guint count = self->list->len;

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        if (self->manager)
                g_signal_handlers_disconnect_by_data(self->manager, self);
        g_clear_object(&self->manager);
        g_hash_table_remove_all(self->contacts);
        g_ptr_array_set_size(self->groups, 0);
        g_ptr_array_set_size(self->list, 0);
        if (count > 0)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, count, 0);
}

void sm_conversations_set_active(SmConversations *self, const char *own_name)
{
        if ((own_name != NULL) == (self->cancellable != NULL))
                return;
        forget(self);
        if (!own_name)
                return;
        g_free(self->own_name);
        self->own_name = g_strdup(own_name);
        self->cancellable = g_cancellable_new();
        g_dbus_object_manager_client_new(self->connection, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_DO_NOT_AUTO_START,
                                         CLIENT_BUS_NAME, CLIENT_ROOT_PATH, NULL, NULL, NULL, self->cancellable,
                                         on_manager, self);
}

SmConversation *sm_conversations_find(SmConversations *self, const char *name)
{
        for (guint i = 0; *name == '+' && i < self->groups->len; i++)
                if (strcmp(sm_conversation_name(self->groups->pdata[i]), name) == 0)
                        return self->groups->pdata[i];
        return g_hash_table_lookup(self->contacts, name);
}

static void sm_conversations_dispose(GObject *object)
{
        SmConversations *self = SM_CONVERSATIONS(object);

        forget(self);
        g_clear_object(&self->connection);
        G_OBJECT_CLASS(sm_conversations_parent_class)->dispose(object);
}

static void sm_conversations_finalize(GObject *object)
{
        SmConversations *self = SM_CONVERSATIONS(object);

        g_free(self->own_name);
        g_hash_table_unref(self->contacts);
        g_ptr_array_unref(self->groups);
        g_ptr_array_unref(self->list);
        G_OBJECT_CLASS(sm_conversations_parent_class)->finalize(object);
}

static void sm_conversations_class_init(SmConversationsClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_conversations_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_conversations_finalize;
}

static void sm_conversations_init(SmConversations *self)
{
        self->list = g_ptr_array_new_with_free_func(g_object_unref);
        self->contacts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        self->groups = g_ptr_array_new();
}

SmConversations *sm_conversations_new(GDBusConnection *connection)
{
        SmConversations *self = g_object_new(SM_TYPE_CONVERSATIONS, NULL);

        self->connection = connection ? g_object_ref(connection) : NULL;
        return self;
}
