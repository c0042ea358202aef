/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/send-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/transfer.h"

/* What a file is: by its name and its first bytes; the two kinds that have thumbnails also where there is no database. */
static char *media_type_of(const char *path, int fd)
{
        guchar beginning[4096];
        ssize_t n = pread(fd, beginning, sizeof(beginning), 0);
        g_autofree char *type = NULL;

        if (n >= 3 && memcmp(beginning, "\xff\xd8\xff", 3) == 0)
                return g_strdup("image/jpeg");
        if (n >= 8 && memcmp(beginning, "\x89PNG\r\n\x1a\n", 8) == 0)
                return g_strdup("image/png");
        type = g_content_type_guess(path, beginning, n > 0 ? (gsize)n : 0, NULL);
        return g_content_type_get_mime_type(type);
}

static char *name_of(const char *path)
{
        g_autofree char *base = g_path_get_basename(path);

        return g_utf8_make_valid(base, -1);
}

/* Says why it cannot be. */
static int open_file(const char *path)
{
        g_autofree char *safe = harmless_line(path);
        struct stat st;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

        if (fd < 0 || fstat(fd, &st) < 0)
                report_file(CLIENT_FAILURE_FAILED, path, errno);
        else if (!S_ISREG(st.st_mode))
                output_note(_("%s: This is not a regular file."), safe);
        else
                return fd;
        if (fd >= 0)
                close(fd);
        return -1;
}

static GVariant *options_of(const char *path, int fd, const char *caption, const char *reply_to)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autofree char *type = media_type_of(path, fd);

        if (type && g_utf8_validate(type, -1, NULL))
                g_variant_builder_add(&builder, "{sv}", "media-type", g_variant_new_string(type));
        if (caption)
                g_variant_builder_add(&builder, "{sv}", "caption", g_variant_new_string(caption));
        if (reply_to)
                g_variant_builder_add(&builder, "{sv}", "reply-to", g_variant_new_string(reply_to));
        return g_variant_builder_end(&builder);
}

/* ID, state and reason of the message; takes the descriptor. */
static GVariant *hand_over(GDBusConnection *connection, const char *recipient, const char *path, int fd,
                       const char *caption, const char *reply_to, GError **error)
{
        GVariant *options = options_of(path, fd, caption, reply_to);
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new_from_array(&fd, 1); /* owns it */
        g_autofree char *name = name_of(path);

        return g_dbus_connection_call_with_unix_fd_list_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "SendAttachment",
                        g_variant_new("(shs@a{sv})", recipient, 0, name, options), G_VARIANT_TYPE("(sss)"),
                        G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, descriptors, NULL, NULL, error);
}

static void print_json(const char *id, const char *state, const char *reason)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&builder, "{sv}", "id", g_variant_new_string(id));
        g_variant_builder_add(&builder, "{sv}", "state", g_variant_new_string(state));
        g_variant_builder_add(&builder, "{sv}", "reason", g_variant_new_string(reason));
        json_print(g_variant_builder_end(&builder));
}

static ClientFailure show(const Command *command, const char *id, const char *recipient, const char *state,
                          const char *reason)
{
        if (command_has(command, OPTION_JSON))
                print_json(id, state, reason);
        if (strcmp(state, "failed") == 0)
                return report_failure(client_failure_from_name(reason));
        /* As with a text: with --no-wait it waits for a moment as a matter of course. */
        if (strcmp(state, "queued") == 0 && (*reason || !command_has(command, OPTION_NO_WAIT)))
                return report_queued(recipient, reason);
        return CLIENT_FAILURE_NONE;
}

ClientFailure send_file(GDBusConnection *connection, const Command *command, const char *recipient,
                        const char *caption, const char *reply_to)
{
        const char *path = command->values[OPTION_FILE];
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) message = NULL;
        g_autoptr(GVariant) reply = NULL;
        const char *id, *state, *reason;
        ClientFailure failure;
        int fd;

        fd = open_file(path);
        if (fd < 0)
                return CLIENT_FAILURE_FAILED;
        reply = hand_over(connection, recipient, path, fd, caption, reply_to, &error);
        if (!reply)
                return report(error);
        g_variant_get(reply, "(&s&s&s)", &id, &state, &reason);
        if (command_has(command, OPTION_NO_WAIT))
                return show(command, id, recipient, state, reason);

        const Transfer transfer = {
                        .connection = connection,
                        .id = id,
                        .goal = TRANSFER_SENT,
                        .is_json = command_has(command, OPTION_JSON),
                        .if_interrupted = _("The file stays with the daemon, which goes on sending it."),
        };

        failure = transfer_wait(&transfer, &message);
        if (failure != CLIENT_FAILURE_NONE)
                return failure;
        return show(command, id, recipient, bus_string(message, "state"), bus_string(message, "reason"));
}
