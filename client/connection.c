/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/connection.h"

#include <signal.h>

static char *session_bus_address(GError **error)
{
        const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");

        if (address && *address)
                return g_strdup(address);

        g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "bus", NULL);

        if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
                /* GLib would go on and try to start a bus by way of X11. */
                g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s does not exist", path);
                return NULL;
        }
        g_autofree char *escaped = g_dbus_address_escape_value(path);

        return g_strconcat("unix:path=", escaped, NULL);
}

GDBusConnection *client_connect(GError **error)
{
        g_autofree char *address = session_bus_address(error);
        struct sigaction pipe_action;

        if (!address)
                return NULL;

        /*
         * GSocket ignores SIGPIPE for the whole process, though it sends with MSG_NOSIGNAL; then `| head`
         * would not end a program that writes lines.
         */
        sigaction(SIGPIPE, NULL, &pipe_action);
        GDBusConnection *connection = g_dbus_connection_new_for_address_sync(
                        address,
                        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                        G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                        NULL, NULL, error);
        sigaction(SIGPIPE, &pipe_action, NULL);
        return connection;
}

char *client_contact_path(const char *name)
{
        GString *path = g_string_new(CLIENT_ROOT_PATH "/contact/");

        if (!*name)
                g_string_append_c(path, '_');
        for (const char *c = name; *c; c++) {
                if (g_ascii_isalpha(*c) || (g_ascii_isdigit(*c) && c > name))
                        g_string_append_c(path, *c);
                else
                        g_string_append_printf(path, "_%02x", (unsigned char)*c);
        }
        return g_string_free(path, FALSE);
}
