/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/transfer.h"

/* Where it goes: beside its place under another name first, so that what has the name is whole. */
typedef struct Target {
        char *path; /* NULL: standard output */
        char *temporary;
        int fd;
} Target;

static void target_deinit(Target *target)
{
        if (target->fd >= 0)
                close(target->fd);
        if (target->temporary)
                g_unlink(target->temporary);
        g_free(target->temporary);
        g_free(target->path);
}

static ClientFailure report_exists(const char *path)
{
        g_autofree char *safe = harmless_line(path);

        output_note("%s: %s %s", safe, client_failure_sentence(CLIENT_FAILURE_FILE_EXISTS),
                    report_hint(CLIENT_FAILURE_FILE_EXISTS));
        return CLIENT_FAILURE_FILE_EXISTS;
}

static ClientFailure report_no_file(void)
{
        output_note("%s", _("This message has no file."));
        return CLIENT_FAILURE_NOT_FOUND;
}

/* As whatever else writes into a pipe that nobody reads from any more ends. */
static void end_with_pipe(void)
{
        struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

        if (poll(&out, 1, 0) > 0 && out.revents & POLLERR)
                raise(SIGPIPE);
}

static ClientFailure open_target(const Command *command, const char *name, Target *target)
{
        const char *output = command->values[OPTION_OUTPUT];
        g_autofree char *folder = NULL;

        if (output && strcmp(output, "-") == 0) {
                target->fd = dup(STDOUT_FILENO);
                return CLIENT_FAILURE_NONE;
        }
        /* The daemon has cleaned the name; it is a name in this folder, whatever it says. */
        target->path = output ? g_strdup(output) : g_path_get_basename(*name ? name : "file");
        if (!command_has(command, OPTION_FORCE) && g_file_test(target->path, G_FILE_TEST_EXISTS))
                return report_exists(target->path);
        folder = g_path_get_dirname(target->path);
        target->temporary = g_build_filename(folder, ".smctl-save-XXXXXX", NULL); /* a name may be as long as can be */
        target->fd = g_mkstemp_full(target->temporary, O_WRONLY | O_CLOEXEC, 0600);
        if (target->fd >= 0)
                return CLIENT_FAILURE_NONE;
        g_clear_pointer(&target->temporary, g_free);
        return report_file(CLIENT_FAILURE_FAILED, target->path, errno);
}

/* Gives it its name. A file that came into being meanwhile is not overwritten either. */
static ClientFailure finish(const Command *command, Target *target)
{
        int r;

        if (!target->temporary) /* standard output */
                return CLIENT_FAILURE_NONE;
        if (fsync(target->fd) < 0)
                return report_file(CLIENT_FAILURE_FAILED, target->path, errno);
        if (command_has(command, OPTION_FORCE))
                r = g_rename(target->temporary, target->path);
        else
                r = link(target->temporary, target->path);
        if (r == 0)
                return CLIENT_FAILURE_NONE;
        return errno == EEXIST ? report_exists(target->path)
                               : report_file(CLIENT_FAILURE_FAILED, target->path, errno);
}

static ClientFailure fetch(GDBusConnection *connection, const Command *command, const char *id, GVariant **message)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "Fetch",
                        g_variant_new("(s)", id), NULL, G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, &error);

        if (!reply)
                return report(error);
        g_clear_pointer(message, g_variant_unref);

        const Transfer transfer = {
                        .connection = connection,
                        .id = id,
                        .goal = TRANSFER_HERE,
                        .is_json = command_has(command, OPTION_JSON),
                        .if_interrupted = _("The daemon goes on fetching the file; nothing was written."),
        };

        return transfer_wait(&transfer, message);
}

static ClientFailure write_out(GDBusConnection *connection, const char *id, const Target *target)
{
        g_autoptr(GError) error = NULL;
        int fd = dup(target->fd);

        if (fd < 0)
                return report_file(CLIENT_FAILURE_FAILED, id, errno);

        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new_from_array(&fd, 1);
        g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "SaveAttachment",
                        g_variant_new("(sh)", id, 0), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, descriptors, NULL,
                        NULL, &error);

        if (!reply && !target->path)
                end_with_pipe();
        return reply ? CLIENT_FAILURE_NONE : report(error);
}

static ClientFailure show(const Command *command, const char *id, const Target *target, GVariant *message)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!target->path)
                return CLIENT_FAILURE_NONE;
        if (!command_has(command, OPTION_JSON)) {
                g_autofree char *path = harmless_line(target->path);

                g_print("%s\n", path);
                return CLIENT_FAILURE_NONE;
        }
        g_variant_builder_add(&builder, "{sv}", "id", g_variant_new_string(id));
        g_variant_builder_add(&builder, "{sv}", "file", g_variant_new_take_string(g_filename_display_name(target->path)));
        g_variant_builder_add(&builder, "{sv}", "size", g_variant_new_uint64(bus_number(message, "size")));
        json_print(g_variant_builder_end(&builder));
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_save(const Command *command)
{
        const char *id = command->arguments[0];
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) message = connection ? bus_message(connection, id, &error) : NULL;
        __attribute__((cleanup(target_deinit))) Target target = {.fd = -1};
        ClientFailure failure;

        if (!message)
                return report(error);
        if (strcmp(bus_string(message, "kind"), "attachment") != 0)
                return report_no_file();
        if (command_has(command, OPTION_JSON) && g_strcmp0(command->values[OPTION_OUTPUT], "-") == 0)
                return report_usage(_("--json and --output - are for the same place."));
        failure = open_target(command, bus_string(message, "name"), &target);
        if (failure == CLIENT_FAILURE_NONE)
                failure = fetch(connection, command, id, &message);
        if (failure == CLIENT_FAILURE_NONE)
                failure = write_out(connection, id, &target);
        if (failure == CLIENT_FAILURE_NONE)
                failure = finish(command, &target);
        return failure == CLIENT_FAILURE_NONE ? show(command, id, &target, message) : failure;
}
