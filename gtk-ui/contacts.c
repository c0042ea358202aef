/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contacts.h"

#include "client/connection.h"
#include "client/failure.h"
#include "client/message.h"

struct _SmContacts {
        GObject parent;
        GDBusConnection *connection;
        GCancellable *cancellable; /* of what is under way while it is active */
        GDBusObjectManager *manager;
        GPtrArray *list;      /* SmContact */
        GHashTable *by_name;  /* borrowed from the list */
};

static GType get_item_type(GListModel *model)
{
        return SM_TYPE_CONTACT;
}

static guint get_n_items(GListModel *model)
{
        return SM_CONTACTS(model)->list->len;
}

static gpointer get_item(GListModel *model, guint position)
{
        GPtrArray *list = SM_CONTACTS(model)->list;

        return position < list->len ? g_object_ref(list->pdata[position]) : NULL;
}

static void list_model_init(GListModelInterface *interface)
{
        interface->get_item_type = get_item_type;
        interface->get_n_items = get_n_items;
        interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE(SmContacts, sm_contacts, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

/* ---- The newest message of each, for the list ---- */

static void on_newest(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmContact) contact = userdata;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
        g_autoptr(GVariant) messages = reply ? g_variant_get_child_value(reply, 0) : NULL;
        g_autoptr(GVariant) dictionary = NULL;
        ClientMessage message;

        if (!messages || g_variant_n_children(messages) == 0)
                return;
        dictionary = g_variant_get_child_value(messages, 0);
        client_message_init(&message, dictionary);
        sm_contact_set_newest(contact, message.number, message.time, message.text);
}

static void read_newest(SmContacts *self, SmContact *contact)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(1));
        g_dbus_connection_call(self->connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE,
                               "History", g_variant_new("(sa{sv})", sm_contact_name(contact), &options),
                               G_VARIANT_TYPE("(aa{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_newest, g_object_ref(contact));
}

/* ---- Objects ---- */

static void add(SmContacts *self, GDBusInterface *interface)
{
        SmContact *contact;

        if (g_strcmp0(g_dbus_proxy_get_interface_name(G_DBUS_PROXY(interface)), CLIENT_CONTACT_INTERFACE) != 0)
                return;
        contact = sm_contact_new(G_DBUS_PROXY(interface));
        if (!*sm_contact_name(contact) || g_hash_table_contains(self->by_name, sm_contact_name(contact))) {
                g_object_unref(contact);
                return;
        }
        g_ptr_array_add(self->list, contact);
        g_hash_table_insert(self->by_name, (gpointer)sm_contact_name(contact), contact);
        g_list_model_items_changed(G_LIST_MODEL(self), self->list->len - 1, 0, 1);
        if (sm_contact_number(contact, "LastMessage") > 0)
                read_newest(self, contact);
}

static void on_object_added(SmContacts *self, GDBusObject *object)
{
        g_autoptr(GDBusInterface) interface = g_dbus_object_get_interface(object, CLIENT_CONTACT_INTERFACE);

        if (interface)
                add(self, interface);
}

static void on_object_removed(SmContacts *self, GDBusObject *object)
{
        for (guint i = 0; i < self->list->len; i++) {
                SmContact *contact = self->list->pdata[i];

                if (g_strcmp0(g_dbus_proxy_get_object_path(sm_contact_proxy(contact)),
                              g_dbus_object_get_object_path(object)) != 0)
                        continue;
                g_hash_table_remove(self->by_name, sm_contact_name(contact));
                g_ptr_array_remove_index(self->list, i);
                g_list_model_items_changed(G_LIST_MODEL(self), i, 1, 0);
                return;
        }
}

static void on_manager(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        GDBusObjectManager *manager = g_dbus_object_manager_client_new_finish(result, &error);
        SmContacts *self = userdata;
        GList *objects;

        if (!manager) {
                if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                        g_warning("contacts: %s", error->message);
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

static void forget(SmContacts *self)
{
        guint count = self->list->len;

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        if (self->manager)
                g_signal_handlers_disconnect_by_data(self->manager, self);
        g_clear_object(&self->manager);
        g_hash_table_remove_all(self->by_name);
        g_ptr_array_set_size(self->list, 0);
        if (count > 0)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, count, 0);
}

void sm_contacts_set_active(SmContacts *self, gboolean active)
{
        if (active == (self->cancellable != NULL))
                return;
        forget(self);
        if (!active)
                return;
        self->cancellable = g_cancellable_new();
        g_dbus_object_manager_client_new(self->connection, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_DO_NOT_AUTO_START,
                                         CLIENT_BUS_NAME, CLIENT_ROOT_PATH, NULL, NULL, NULL, self->cancellable,
                                         on_manager, self);
}

SmContact *sm_contacts_find(SmContacts *self, const char *name)
{
        return g_hash_table_lookup(self->by_name, name);
}

static void sm_contacts_dispose(GObject *object)
{
        SmContacts *self = SM_CONTACTS(object);

        forget(self);
        g_clear_object(&self->connection);
        G_OBJECT_CLASS(sm_contacts_parent_class)->dispose(object);
}

static void sm_contacts_finalize(GObject *object)
{
        SmContacts *self = SM_CONTACTS(object);

        g_hash_table_unref(self->by_name);
        g_ptr_array_unref(self->list);
        G_OBJECT_CLASS(sm_contacts_parent_class)->finalize(object);
}

static void sm_contacts_class_init(SmContactsClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_contacts_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_contacts_finalize;
}

static void sm_contacts_init(SmContacts *self)
{
        self->list = g_ptr_array_new_with_free_func(g_object_unref);
        self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
}

SmContacts *sm_contacts_new(GDBusConnection *connection)
{
        SmContacts *self = g_object_new(SM_TYPE_CONTACTS, NULL);

        self->connection = connection ? g_object_ref(connection) : NULL;
        return self;
}
