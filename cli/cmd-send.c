/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/json.h"
#include "cli/message-change.h"
#include "cli/report.h"
#include "cli/send-file.h"
#include "client/descriptor.h"

/*
 * Scripts call this thousands of times: one call on a bare connection, without a proxy, and nothing else.
 */
enum {
        /* The daemon's limit, the line feed that does not count, and one more, to be seen as too long. */
        STDIN_TEXT_MAX = 65536 + 2,
};

typedef struct Sending {
        GDBusConnection *connection;
        const Command *command;
        const char *recipient;
        const char *reply_to; /* or NULL */
} Sending;

static GVariant *call(GDBusConnection *connection, const char *method, GVariant *arguments,
                      GUnixFDList *descriptors, GError **error)
{
        return g_dbus_connection_call_with_unix_fd_list_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, method,
                        arguments, G_VARIANT_TYPE("(sss)"), G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS,
                        descriptors, NULL, NULL, error);
}

static GVariant *options_of(const Sending *sending)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&builder, "{sv}", "wait",
                              g_variant_new_boolean(!command_has(sending->command, OPTION_NO_WAIT)));
        if (sending->reply_to)
                g_variant_builder_add(&builder, "{sv}", "reply-to", g_variant_new_string(sending->reply_to));
        return g_variant_builder_end(&builder);
}

/* Standard input, to its end, less one line feed; the daemon judges it. */
static GVariant *send_stdin(const Sending *sending, GError **error)
{
        g_autofree char *text = g_malloc(STDIN_TEXT_MAX);
        gssize size = client_descriptor_read(STDIN_FILENO, text, STDIN_TEXT_MAX, error);

        if (size < 0)
                return NULL;
        if (size > 0 && text[size - 1] == '\n')
                size--;

        int fd = client_descriptor_from_bytes(text, (size_t)size, error);

        if (fd < 0)
                return NULL;

        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new_from_array(&fd, 1); /* owns it */

        return call(sending->connection, "SendFile",
                    g_variant_new("(sh@a{sv})", sending->recipient, 0, options_of(sending)), descriptors, error);
}

static GVariant *send_argument(const Sending *sending, GError **error)
{
        const char *text = sending->command->arguments[1];

        if (!bus_text_is_sound(text, error))
                return NULL;
        return call(sending->connection, "Send",
                    g_variant_new("(ss@a{sv})", sending->recipient, text, options_of(sending)), NULL, error);
}

static ClientFailure show(const Sending *sending, GVariant *reply)
{
        const Command *command = sending->command;
        const char *id, *state, *reason;

        g_variant_get(reply, "(&s&s&s)", &id, &state, &reason);
        if (command_has(command, OPTION_JSON)) {
                GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

                g_variant_builder_add(&builder, "{sv}", "id", g_variant_new_string(id));
                g_variant_builder_add(&builder, "{sv}", "state", g_variant_new_string(state));
                g_variant_builder_add(&builder, "{sv}", "reason", g_variant_new_string(reason));
                json_print(g_variant_builder_end(&builder));
        }
        /* With --no-wait a message is queued for a moment as a matter of course; that alone is no news. */
        if (strcmp(state, "queued") == 0 && (*reason || !command_has(command, OPTION_NO_WAIT)))
                return report_queued(sending->recipient, reason);
        return CLIENT_FAILURE_NONE;
}

static ClientFailure send_text(const Sending *sending)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = strcmp(sending->command->arguments[1], "-") == 0 ? send_stdin(sending, &error)
                                                                                    : send_argument(sending, &error);

        return reply ? show(sending, reply) : report(error);
}

/* A text, or a file with a text or without one. */
static ClientFailure send_either(const Sending *sending)
{
        const Command *command = sending->command;
        g_autoptr(GError) error = NULL;
        g_autofree char *caption = NULL;

        if (!command_has(command, OPTION_FILE))
                return send_text(sending);
        if (command->n_arguments == 2) {
                caption = text_argument(command->arguments[1], &error);
                if (!caption)
                        return report(error);
        }
        return send_file(sending->connection, command, sending->recipient, caption, sending->reply_to);
}

ClientFailure cmd_send(const Command *command)
{
        g_autoptr(GError) error = NULL;

        if (!bus_name_is_sound(command->arguments[0], &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);

        return send_either(&(Sending){connection, command, command->arguments[0], NULL});
}

/* To whoever the message is from or to: its conversation. */
ClientFailure cmd_reply(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) message = connection ? bus_message(connection, command->arguments[0], &error) : NULL;

        if (!message)
                return report(error);
        return send_either(&(Sending){connection, command, bus_string(message, "conversation"), command->arguments[0]});
}
