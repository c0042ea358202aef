/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/message-change.h"

#include <string.h>
#include <unistd.h>

#include "cli/bus.h"
#include "cli/json.h"
#include "cli/report.h"
#include "client/descriptor.h"

enum {
        /* The daemon's limit, the line feed that does not count, and one more, to be seen as too long. */
        STDIN_TEXT_MAX = 65536 + 2,
};

char *text_argument(const char *argument, GError **error)
{
        g_autofree char *text = NULL;
        gssize size;

        if (strcmp(argument, "-") != 0)
                return bus_text_is_sound(argument, error) ? g_strdup(argument) : NULL;
        text = g_malloc(STDIN_TEXT_MAX + 1);
        size = client_descriptor_read(STDIN_FILENO, text, STDIN_TEXT_MAX, error);
        if (size < 0)
                return NULL;
        if (size > 0 && text[size - 1] == '\n')
                size--;
        text[size] = '\0';
        if (!bus_text_is_sound(text, error))
                return NULL;
        if (strlen(text) != (size_t)size) { /* a NUL inside: no text of ours has one */
                g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_BAD_TEXT,
                                    client_failure_sentence(CLIENT_FAILURE_BAD_TEXT));
                return NULL;
        }
        return g_steal_pointer(&text);
}

ClientFailure change_message(const Command *command, const char *method, GVariant *arguments)
{
        g_autoptr(GVariant) held = g_variant_ref_sink(arguments);
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) reply = NULL;

        if (connection)
                reply = g_dbus_connection_call_sync(connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH,
                                                    CLIENT_MESSAGES_INTERFACE, method, held, G_VARIANT_TYPE_UNIT,
                                                    G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, &error);
        if (!reply)
                return report(error);
        if (command_has(command, OPTION_JSON)) {
                GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

                g_variant_builder_add(&builder, "{sv}", "id", g_variant_new_string(command->arguments[0]));
                json_print(g_variant_builder_end(&builder));
        }
        return CLIENT_FAILURE_NONE;
}
