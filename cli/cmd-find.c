/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/report.h"

enum { PAGE = 100 };

static GVariant *ask(GDBusConnection *connection, const char *beginning, const char *after, GError **error)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(PAGE));
        g_variant_builder_add(&options, "{sv}", "after", g_variant_new_string(after));
        return g_dbus_connection_call_sync(connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH,
                                           CLIENT_BUS_NAME ".Account", "FindUsers",
                                           g_variant_new("(sa{sv})", beginning, &options), G_VARIANT_TYPE("(as)"),
                                           G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, error);
}

static void show(const Command *command, const char *name)
{
        g_autofree char *safe = harmless_line(name);
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!command_has(command, OPTION_JSON)) {
                puts(safe);
                return;
        }
        g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(name));
        json_print(g_variant_builder_end(&builder));
}

/* Page by page, to the end. */
ClientFailure cmd_find(const Command *command)
{
        const char *beginning = command->n_arguments > 0 ? command->arguments[0] : "";
        g_autofree char *after = g_strdup("");
        g_autoptr(GError) error = NULL;
        gsize count;

        if (!bus_name_is_sound(beginning, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);
        do {
                g_autoptr(GVariant) reply = ask(connection, beginning, after, &error);

                if (!reply)
                        return report(error);

                g_autoptr(GVariant) names = g_variant_get_child_value(reply, 0);
                g_autofree const char **list = g_variant_get_strv(names, &count);

                for (gsize i = 0; i < count; i++)
                        show(command, list[i]);
                if (count > 0) {
                        g_free(after);
                        after = g_strdup(list[count - 1]);
                }
        } while (count == PAGE);
        return CLIENT_FAILURE_NONE;
}
