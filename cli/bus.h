/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/connection.h"
#include "client/messenger-proxies.h"

/* What most verbs begin with. Errors are the caller's to report. */

/* The account's methods, without its properties. */
MessengerAccount *bus_account(GDBusConnection *connection, GError **error);

/* The properties of an object's interface, as "a{sv}". */
GVariant *bus_properties(GDBusConnection *connection, const char *path, const char *interface,
                         GError **error);

/* The account's properties; fails with NO_ACCOUNT or LOCKED unless it is unlocked. */
GVariant *bus_unlocked_account(GDBusConnection *connection, GError **error);

/* All contacts' properties, an array of "a{sv}" in order of name; and as "Comparing" Verification's State. */
GPtrArray *bus_contacts(GDBusConnection *connection, GError **error);

/* The same of all groups, in order of their conversations' names. */
GPtrArray *bus_groups(GDBusConnection *connection, GError **error);

/* The message of an ID, as "a{sv}". */
GVariant *bus_message(GDBusConnection *connection, const char *id, GError **error);

/* Whether a message's ID can go into a D-Bus call at all; else an error of NOT_FOUND. */
gboolean bus_id_is_sound(const char *id, GError **error);

/* Whether a text can go into a D-Bus call at all; else an error of BAD_TEXT. */
gboolean bus_text_is_sound(const char *text, GError **error);

/* Calls a method of a contact's. Takes a floating reference to the arguments. NOT_FOUND: there is no such contact. */
GVariant *bus_contact_ask(GDBusConnection *connection, const char *name, const char *interface, const char *method,
                          GVariant *arguments, const GVariantType *reply_type, GError **error);

/* Calls a method of a contact's that takes no options yet and returns nothing. NOT_FOUND: there is no such contact. */
gboolean bus_contact_call(GDBusConnection *connection, const char *name, const char *method, GError **error);

/* A contact's properties, as "a{sv}"; and a change of one of them. NOT_FOUND: there is no such contact. */
GVariant *bus_contact(GDBusConnection *connection, const char *name, GError **error);
gboolean bus_contact_set(GDBusConnection *connection, const char *name, const char *property, GVariant *value,
                         GError **error);

/* The object path of a group by the name of its conversation, whose plus sign may be left out. */
char *bus_group_path(GDBusConnection *connection, const char *name, GError **error);

/* The same of a conversation: of a contact's properties, or of a group's where the name begins with a plus sign. */
GVariant *bus_conversation(GDBusConnection *connection, const char *name, GError **error);
gboolean bus_conversation_set(GDBusConnection *connection, const char *name, const char *property, GVariant *value,
                              GError **error);

/* Whether a name can go into a D-Bus call at all; else an error of BAD_NAME. The daemon judges the rest. */
gboolean bus_name_is_sound(const char *name, GError **error);

/* Borrowed from properties; "" where there is none. */
const char *bus_string(GVariant *properties, const char *name);
guint64 bus_number(GVariant *properties, const char *name);
