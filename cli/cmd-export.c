/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/export-open.h"
#include "cli/json.h"
#include "cli/output-file.h"
#include "cli/output.h"
#include "cli/password.h"
#include "cli/report.h"

typedef struct Exporting {
        const Command *command;
        GMainLoop *loop;
        GVariant *reply; /* of a call that succeeded */
        GError *error;
        gboolean interrupted;
} Exporting;

static void on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
        Exporting *e = data;

        e->reply = g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source), NULL, result,
                                                                   &e->error);
        g_main_loop_quit(e->loop);
}

static gboolean on_interrupt(gpointer data)
{
        Exporting *e = data;

        e->interrupted = TRUE;
        g_main_loop_quit(e->loop);
        return G_SOURCE_CONTINUE;
}

static void on_progress(GDBusConnection *connection, const char *sender, const char *path,
                        const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
        guint64 done = 0, total = 0;

        if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(tt)")))
                return;
        g_variant_get(parameters, "(tt)", &done, &total);
        fprintf(stderr, "\r");
        /* TRANSLATORS: a line that is written again and again while messages are exported. */
        fprintf(stderr, _("%" PRIu64 " of %" PRIu64 " messages"), done, total);
        fflush(stderr);
}

static GVariant *parameters_of(const Command *command, int output, int password, GUnixFDList **descriptors)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        const char *conversation = command->values[OPTION_CONVERSATION];

        *descriptors = g_unix_fd_list_new();
        g_unix_fd_list_append(*descriptors, output, NULL);
        if (conversation)
                g_variant_builder_add(&options, "{sv}", "conversation", g_variant_new_string(conversation));
        if (password >= 0) {
                g_unix_fd_list_append(*descriptors, password, NULL);
                g_variant_builder_add(&options, "{sv}", "password", g_variant_new_handle(1));
        }
        return g_variant_new("(ha{sv})", 0, &options);
}

static void call(Exporting *e, GDBusConnection *connection, int output, int password)
{
        g_autoptr(GUnixFDList) descriptors = NULL;
        GVariant *parameters = parameters_of(e->command, output, password, &descriptors);
        guint interrupt, progress = 0;

        if (isatty(STDERR_FILENO))
                progress = g_dbus_connection_signal_subscribe(
                                connection, CLIENT_BUS_NAME, CLIENT_MESSAGES_INTERFACE, "ExportProgress",
                                CLIENT_ROOT_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_progress, e, NULL);
        interrupt = g_unix_signal_add(SIGINT, on_interrupt, e);
        g_dbus_connection_call_with_unix_fd_list(connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH,
                                                 CLIENT_MESSAGES_INTERFACE, "Export", parameters,
                                                 G_VARIANT_TYPE("(t)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                                                 descriptors, NULL, on_reply, e);
        g_main_loop_run(e->loop);
        g_source_remove(interrupt);
        if (progress) {
                g_dbus_connection_signal_unsubscribe(connection, progress);
                fputs("\r\033[K", stderr);
        }
}

static ClientFailure say_result(const Exporting *e)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        const char *path = e->command->values[OPTION_OUTPUT];
        guint64 messages = 0;

        g_variant_get(e->reply, "(t)", &messages);
        if (!path || !command_has(e->command, OPTION_JSON))
                return CLIENT_FAILURE_NONE;
        g_variant_builder_add(&builder, "{sv}", "messages", g_variant_new_uint64(messages));
        g_variant_builder_add(&builder, "{sv}", "output",
                              g_variant_new_take_string(g_filename_display_name(path)));
        json_print(g_variant_builder_end(&builder));
        return CLIENT_FAILURE_NONE;
}

static ClientFailure run(Exporting *e, OutputFile *file, int password)
{
        g_autoptr(GDBusConnection) connection = client_connect(&e->error);

        if (!connection)
                return report(e->error);
        call(e, connection, file->fd, password);
        if (e->interrupted)
                return CLIENT_FAILURE_INTERRUPTED;
        if (!e->reply && client_failure_of(e->error) == CLIENT_FAILURE_INVALID_ARGUMENT) { /* of what it takes, only this */
                output_note("%s", _("An export goes into a file or a pipe, and to nothing else."));
                return CLIENT_FAILURE_INVALID_ARGUMENT;
        }
        if (!e->reply)
                return report(e->error);
        return output_file_finish(file) ? say_result(e) : CLIENT_FAILURE_FAILED;
}

static ClientFailure export(const Command *command)
{
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(ClientSecret) password = NULL;
        g_auto(OutputFile) file = {.fd = -1};
        Exporting e = {.command = command, .loop = loop};
        ClientFailure failure;
        int fd = -1;

        if (command_has(command, OPTION_ENCRYPT)) {
                password = password_obtain(command, PASSWORD_NEW, &failure);
                if (!password)
                        return failure;
                fd = client_secret_to_descriptor(password, &e.error);
                if (fd < 0)
                        return report(e.error);
        } else if (password_is_given(command)) {
                return report_usage(_("A password is for --encrypt or --decrypt."));
        }
        failure = output_file_init(&file, command->values[OPTION_OUTPUT], command_has(command, OPTION_YES))
                                  ? run(&e, &file, fd)
                                  : CLIENT_FAILURE_FAILED;
        if (fd >= 0)
                close(fd);
        g_clear_error(&e.error);
        g_clear_pointer(&e.reply, g_variant_unref);
        return failure;
}

static ClientFailure say_opened(ExportOpen result)
{
        switch (result) {
        case EXPORT_OPEN_OK:
                return CLIENT_FAILURE_NONE;
        case EXPORT_OPEN_IO:
                output_note(_("Cannot read or write: %s"), g_strerror(errno));
                return CLIENT_FAILURE_FAILED;
        case EXPORT_OPEN_NO_EXPORT:
                output_note("%s", _("This is no encrypted export, or one of a newer version."));
                return CLIENT_FAILURE_FAILED;
        case EXPORT_OPEN_WRONG:
                output_note("%s", _("The password is wrong, or the file is damaged."));
                return CLIENT_FAILURE_WRONG_PASSWORD;
        case EXPORT_OPEN_DAMAGED:
                output_note("%s", _("The export is not complete, or was changed: do not rely on it."));
                return CLIENT_FAILURE_FAILED;
        }
        return CLIENT_FAILURE_FAILED;
}

static ClientFailure decrypt(const Command *command)
{
        g_auto(OutputFile) file = {.fd = -1};
        const char *path = command->values[OPTION_DECRYPT];
        ClientFailure failure;
        FILE *in, *out;

        if (command_has(command, OPTION_ENCRYPT) || command_has(command, OPTION_CONVERSATION))
                return report_usage(_("--decrypt only reads what another export has written."));
        in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
        if (!in) {
                output_note(_("Cannot open the export: %s"), g_strerror(errno));
                return CLIENT_FAILURE_FAILED;
        }
        g_autoptr(ClientSecret) password = password_obtain(command, PASSWORD_EXISTING, &failure);

        if (!password) {
                fclose(in);
                return failure;
        }
        failure = CLIENT_FAILURE_FAILED;
        if (output_file_init(&file, command->values[OPTION_OUTPUT], command_has(command, OPTION_YES))) {
                out = file.path ? fdopen(dup(file.fd), "wb") : stdout;
                failure = say_opened(export_open(in, password, out));
                if (failure == CLIENT_FAILURE_NONE && fflush(out) != 0)
                        failure = say_opened(EXPORT_OPEN_IO);
                if (out != stdout)
                        fclose(out);
                if (failure == CLIENT_FAILURE_NONE && !output_file_finish(&file))
                        failure = CLIENT_FAILURE_FAILED;
        }
        fclose(in);
        return failure;
}

ClientFailure cmd_export(const Command *command)
{
        /* The daemon would have to wait for somebody who stops the terminal's output. */
        if (!command_has(command, OPTION_OUTPUT) && !command_has(command, OPTION_DECRYPT) &&
            isatty(STDOUT_FILENO))
                return report_usage(_("Say where to: --output FILE, or a pipe."));
        return command_has(command, OPTION_DECRYPT) ? decrypt(command) : export(command);
}
