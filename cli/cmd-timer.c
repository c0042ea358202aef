/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/duration.h"
#include "cli/json.h"
#include "cli/report.h"

static gboolean read_timer(GDBusConnection *connection, const char *name, guint32 *out, GError **error)
{
        g_autoptr(GVariant) conversation = bus_conversation(connection, name, error);

        return conversation && g_variant_lookup(conversation, "Timer", "u", out);
}

static gboolean set_group_timer(GDBusConnection *connection, const char *name, GVariant *arguments, GError **error)
{
        g_autoptr(GVariant) sunk = g_variant_ref_sink(arguments);
        g_autofree char *path = bus_group_path(connection, name, error);
        g_autoptr(GVariant) reply = NULL;

        if (path)
                reply = g_dbus_connection_call_sync(connection, CLIENT_BUS_NAME, path, CLIENT_GROUP_INTERFACE, "SetTimer", sunk,
                                                    G_VARIANT_TYPE_UNIT, G_DBUS_CALL_FLAGS_NONE, CLIENT_GROUP_TIMEOUT_MS, NULL,
                                                    error);
        return reply != NULL;
}

static gboolean set_timer(GDBusConnection *connection, const char *name, guint32 seconds, GError **error)
{
        GVariant *arguments = g_variant_new("(u@a{sv})", seconds, g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
        g_autoptr(GVariant) reply = NULL;

        if (*name == '+')
                return set_group_timer(connection, name, arguments, error);
        reply = bus_contact_ask(connection, name, CLIENT_CONTACT_INTERFACE, "SetTimer", arguments, G_VARIANT_TYPE_UNIT, error);

        return reply != NULL;
}

static void show(const Command *command, guint32 seconds)
{
        g_autofree char *words = duration_format(seconds);

        if (command_has(command, OPTION_JSON)) {
                GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

                g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(command->arguments[0]));
                g_variant_builder_add(&builder, "{sv}", "timer", g_variant_new_uint32(seconds));
                json_print(g_variant_builder_end(&builder));
        } else if (command->n_arguments == 1) {
                puts(words);
        }
}

ClientFailure cmd_timer(const Command *command)
{
        const char *name = command->arguments[0], *time = command->arguments[1];
        g_autoptr(GError) error = NULL;
        guint32 seconds = 0;

        if (time && !duration_parse(time, &seconds))
                return report_usage(_("A time is a number and one of s, m, h, d or w, as 8h; or off."));
        if (!bus_name_is_sound(name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) account = connection ? bus_unlocked_account(connection, &error) : NULL;

        if (!account)
                return report(error);
        if (!(time ? set_timer(connection, name, seconds, &error) : read_timer(connection, name, &seconds, &error)))
                return report(error);
        show(command, seconds);
        return CLIENT_FAILURE_NONE;
}
