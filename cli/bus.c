/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/bus.h"

#include <string.h>

#include "client/failure.h"

static void fail(GError **error, ClientFailure failure)
{
        g_set_error_literal(error, CLIENT_FAILURE, (int)failure, client_failure_sentence(failure));
}

MessengerAccount *bus_account(GDBusConnection *connection, GError **error)
{
        MessengerAccount *account = messenger_account_proxy_new_sync(
                        connection,
                        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                        G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
                                        G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
                        CLIENT_BUS_NAME, CLIENT_ROOT_PATH, NULL, error);

        if (account)
                g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(account), CLIENT_SIGN_ON_TIMEOUT_MS);
        return account;
}

GVariant *bus_properties(GDBusConnection *connection, const char *path, const char *interface,
                         GError **error)
{
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, path, "org.freedesktop.DBus.Properties", "GetAll",
                        g_variant_new("(s)", interface), G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE,
                        CLIENT_CALL_TIMEOUT_MS, NULL, error);

        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

GVariant *bus_unlocked_account(GDBusConnection *connection, GError **error)
{
        g_autoptr(GVariant) properties =
                        bus_properties(connection, CLIENT_ROOT_PATH, CLIENT_BUS_NAME ".Account", error);

        if (!properties)
                return NULL;

        const char *state = bus_string(properties, "State");

        if (strcmp(state, "no-account") == 0) {
                fail(error, CLIENT_FAILURE_NO_ACCOUNT);
                return NULL;
        }
        if (strcmp(state, "unlocked") != 0) {
                fail(error, CLIENT_FAILURE_LOCKED);
                return NULL;
        }
        return g_steal_pointer(&properties);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
        GVariant *left = *(GVariant *const *)a, *right = *(GVariant *const *)b;

        return strcmp(bus_string(left, "Name"), bus_string(right, "Name"));
}

/* The contact's properties, and as "Comparing" how far comparing emoji with them is. */
static GVariant *with_comparing(GVariant *contact, GVariant *interfaces)
{
        g_autoptr(GVariant) verification = g_variant_lookup_value(interfaces, CLIENT_VERIFICATION_INTERFACE, NULL);
        g_auto(GVariantDict) both = G_VARIANT_DICT_INIT(contact);

        if (verification)
                g_variant_dict_insert(&both, "Comparing", "s", bus_string(verification, "State"));
        return g_variant_ref_sink(g_variant_dict_end(&both));
}

static gint by_conversation(gconstpointer a, gconstpointer b)
{
        GVariant *left = *(GVariant *const *)a, *right = *(GVariant *const *)b;

        return strcmp(bus_string(left, "Conversation"), bus_string(right, "Conversation"));
}

/* What pick() makes of the interfaces of each object, where that is not NULL. */
static GPtrArray *objects(GDBusConnection *connection, GVariant *(*pick)(GVariant *interfaces), GCompareFunc order,
                          GError **error)
{
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, "org.freedesktop.DBus.ObjectManager",
                        "GetManagedObjects", NULL, G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NONE,
                        CLIENT_CALL_TIMEOUT_MS, NULL, error);

        if (!reply)
                return NULL;

        GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
        g_autoptr(GVariant) all = g_variant_get_child_value(reply, 0);
        GVariantIter iter;
        GVariant *interfaces;

        g_variant_iter_init(&iter, all);
        while (g_variant_iter_loop(&iter, "{&o@a{sa{sv}}}", NULL, &interfaces)) {
                GVariant *object = pick(interfaces);

                if (object)
                        g_ptr_array_add(found, object);
        }
        g_ptr_array_sort(found, order);
        return found;
}

static GVariant *pick_contact(GVariant *interfaces)
{
        g_autoptr(GVariant) contact = g_variant_lookup_value(interfaces, CLIENT_CONTACT_INTERFACE, NULL);

        return contact ? with_comparing(contact, interfaces) : NULL;
}

static GVariant *pick_group(GVariant *interfaces)
{
        return g_variant_lookup_value(interfaces, CLIENT_GROUP_INTERFACE, NULL);
}

GPtrArray *bus_contacts(GDBusConnection *connection, GError **error)
{
        return objects(connection, pick_contact, by_name, error);
}

GPtrArray *bus_groups(GDBusConnection *connection, GError **error)
{
        /* A locked daemon would answer with an empty list, which is not the truth. */
        g_autoptr(GVariant) account = bus_unlocked_account(connection, error);

        return account ? objects(connection, pick_group, by_conversation, error) : NULL;
}

static gboolean is_utf8(const char *string, ClientFailure otherwise, GError **error)
{
        if (g_utf8_validate(string, -1, NULL))
                return TRUE;
        fail(error, otherwise);
        return FALSE;
}

GVariant *bus_contact_ask(GDBusConnection *connection, const char *name, const char *interface, const char *method,
                          GVariant *arguments, const GVariantType *reply_type, GError **error)
{
        g_autoptr(GVariant) sunk = g_variant_ref_sink(arguments);
        g_autofree char *path = client_contact_path(name);
        g_autoptr(GVariant) account = bus_unlocked_account(connection, error);
        g_autoptr(GError) refusal = NULL;

        if (!account)
                return NULL;

        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, path, interface, method, arguments, reply_type,
                        G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, &refusal);

        if (g_error_matches(refusal, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)) {
                /* A lock in between takes all contacts away. */
                g_autoptr(GVariant) still = bus_unlocked_account(connection, error);

                if (still)
                        fail(error, CLIENT_FAILURE_NOT_FOUND);
        } else if (refusal) {
                g_propagate_error(error, g_steal_pointer(&refusal));
        }
        return g_steal_pointer(&reply);
}

gboolean bus_contact_call(GDBusConnection *connection, const char *name, const char *method, GError **error)
{
        g_autoptr(GVariant) reply = bus_contact_ask(connection, name, CLIENT_CONTACT_INTERFACE, method,
                                                    g_variant_new("(a{sv})", NULL), G_VARIANT_TYPE_UNIT, error);

        return reply != NULL;
}

GVariant *bus_contact(GDBusConnection *connection, const char *name, GError **error)
{
        g_autoptr(GVariant) reply = bus_contact_ask(connection, name, "org.freedesktop.DBus.Properties", "GetAll",
                                                    g_variant_new("(s)", CLIENT_CONTACT_INTERFACE),
                                                    G_VARIANT_TYPE("(a{sv})"), error);

        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

gboolean bus_contact_set(GDBusConnection *connection, const char *name, const char *property, GVariant *value,
                         GError **error)
{
        g_autoptr(GVariant) reply =
                        bus_contact_ask(connection, name, "org.freedesktop.DBus.Properties", "Set",
                                        g_variant_new("(ssv)", CLIENT_CONTACT_INTERFACE, property, value),
                                        G_VARIANT_TYPE_UNIT, error);

        return reply != NULL;
}

char *bus_group_path(GDBusConnection *connection, const char *name, GError **error)
{
        g_autofree char *conversation = *name == '+' ? g_strdup(name) : g_strconcat("+", name, NULL);
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_GROUPS_INTERFACE, "Find",
                        g_variant_new("(s)", conversation), G_VARIANT_TYPE("(o)"), G_DBUS_CALL_FLAGS_NONE,
                        CLIENT_CALL_TIMEOUT_MS, NULL, error);
        char *path = NULL;

        if (reply)
                g_variant_get(reply, "(o)", &path);
        return path;
}

GVariant *bus_conversation(GDBusConnection *connection, const char *name, GError **error)
{
        g_autofree char *path = NULL;

        if (*name != '+')
                return bus_contact(connection, name, error);
        path = bus_group_path(connection, name, error);
        return path ? bus_properties(connection, path, CLIENT_GROUP_INTERFACE, error) : NULL;
}

gboolean bus_conversation_set(GDBusConnection *connection, const char *name, const char *property, GVariant *value,
                              GError **error)
{
        g_autoptr(GVariant) sunk = g_variant_ref_sink(value);
        g_autoptr(GVariant) reply = NULL;
        g_autofree char *path = NULL;

        if (*name != '+')
                return bus_contact_set(connection, name, property, sunk, error);
        path = bus_group_path(connection, name, error);
        if (!path)
                return FALSE;
        reply = g_dbus_connection_call_sync(connection, CLIENT_BUS_NAME, path, "org.freedesktop.DBus.Properties", "Set",
                                            g_variant_new("(ssv)", CLIENT_GROUP_INTERFACE, property, sunk),
                                            G_VARIANT_TYPE_UNIT, G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL,
                                            error);
        return reply != NULL;
}

gboolean bus_name_is_sound(const char *name, GError **error)
{
        return is_utf8(name, CLIENT_FAILURE_BAD_NAME, error);
}

gboolean bus_id_is_sound(const char *id, GError **error)
{
        return is_utf8(id, CLIENT_FAILURE_NOT_FOUND, error);
}

gboolean bus_text_is_sound(const char *text, GError **error)
{
        return is_utf8(text, CLIENT_FAILURE_BAD_TEXT, error);
}

GVariant *bus_message(GDBusConnection *connection, const char *id, GError **error)
{
        if (!bus_id_is_sound(id, error))
                return NULL;

        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "Get",
                        g_variant_new("(s)", id), G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE,
                        CLIENT_CALL_TIMEOUT_MS, NULL, error);

        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

const char *bus_string(GVariant *properties, const char *name)
{
        const char *value = "";

        g_variant_lookup(properties, name, "&s", &value);
        return value;
}

guint64 bus_number(GVariant *properties, const char *name)
{
        guint64 value = 0;

        g_variant_lookup(properties, name, "t", &value);
        return value;
}
