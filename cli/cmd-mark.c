/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/json.h"
#include "cli/property-word.h"
#include "cli/report.h"

/* What a person sets for a conversation: one property each. */

static gboolean mark_read(GDBusConnection *connection, const char *name, GError **error)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "MarkRead",
                        g_variant_new("(sta{sv})", name, G_MAXUINT64, &options), G_VARIANT_TYPE_UNIT,
                        G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, error);

        return reply != NULL;
}

static void show(GVariant *conversation, const char *name, const char *property)
{
        g_autoptr(GVariant) value = g_variant_lookup_value(conversation, property, NULL);
        g_autofree char *word = property_word(property);
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(name));
        if (value)
                g_variant_builder_add(&builder, "{sv}", word, value);
        json_print(g_variant_builder_end(&builder));
}

/* property NULL: all that came is read. */
static ClientFailure mark(const Command *command, const char *property, gboolean set)
{
        const char *name = command->arguments[0];
        g_autoptr(GError) error = NULL;

        if (!bus_name_is_sound(name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);
        if (property ? !bus_conversation_set(connection, name, property, g_variant_new_boolean(set), &error)
                     : !mark_read(connection, name, &error))
                return report(error);
        if (!command_has(command, OPTION_JSON))
                return CLIENT_FAILURE_NONE;

        g_autoptr(GVariant) conversation = bus_conversation(connection, name, &error);

        if (!conversation)
                return report(error);
        show(conversation, name, property ? property : "Unread");
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_mute(const Command *command)
{
        return mark(command, "Muted", TRUE);
}

ClientFailure cmd_unmute(const Command *command)
{
        return mark(command, "Muted", FALSE);
}

ClientFailure cmd_pin(const Command *command)
{
        return mark(command, "Pinned", TRUE);
}

ClientFailure cmd_unpin(const Command *command)
{
        return mark(command, "Pinned", FALSE);
}

ClientFailure cmd_mark_read(const Command *command)
{
        return mark(command, NULL, FALSE);
}

ClientFailure cmd_mark_unread(const Command *command)
{
        return mark(command, "MarkedUnread", TRUE);
}
