/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/transfer.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

enum {
        LOOK_SECONDS = 1,   /* should a signal ever be missed */
        OFFLINE_SECONDS = 10, /* for so long a connection may be away while a file is fetched */
        BAR_WIDTH = 30,
        NAME_WIDTH = 30,
};

typedef struct Wait {
        const Transfer *transfer;
        GMainLoop *loop;
        GVariant *message; /* as it was last */
        char *name;        /* of the file, harmless */
        gboolean has_bar;
        unsigned offline; /* seconds */
        ClientFailure failure;
} Wait;

static void end(Wait *wait, ClientFailure failure)
{
        wait->failure = failure;
        g_main_loop_quit(wait->loop);
}

static void clear_bar(Wait *wait)
{
        if (wait->has_bar)
                fputs("\r\033[K", stderr);
}

static void show(Wait *wait, const char *transfer, guint64 done, guint64 size)
{
        const double part = size > 0 ? MIN((double)done / (double)size, 1.0) : 1.0;

        if (wait->transfer->is_json) {
                GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

                g_variant_builder_add(&builder, "{sv}", "id", g_variant_new_string(wait->transfer->id));
                g_variant_builder_add(&builder, "{sv}", "transfer", g_variant_new_string(transfer));
                g_variant_builder_add(&builder, "{sv}", "transferred", g_variant_new_uint64(done));
                g_variant_builder_add(&builder, "{sv}", "size", g_variant_new_uint64(size));
                json_print(g_variant_builder_end(&builder));
                fflush(stdout);
        } else if (wait->has_bar) {
                const int full = (int)(part * BAR_WIDTH);
                g_autofree char *whole = g_format_size(size);

                fprintf(stderr, "\r\033[K%s [%.*s%.*s] %3d %% %s", wait->name, full, "##############################",
                        BAR_WIDTH - full, "..............................", (int)(part * 100), whole);
                fflush(stderr);
        }
}

/* ---- What happens ---- */

static gboolean is_done(const Wait *wait)
{
        const char *state = bus_string(wait->message, "state");

        if (wait->transfer->goal == TRANSFER_SENT)
                return strcmp(state, "queued") != 0 || *bus_string(wait->message, "reason");
        return strcmp(bus_string(wait->message, "transfer"), "complete") == 0 ||
               strcmp(bus_string(wait->message, "transfer"), "uploading") == 0;
}

/* What ended the transfer, or NONE. */
static ClientFailure trouble(const Wait *wait)
{
        const char *problem = bus_string(wait->message, "transfer-problem");

        return wait->transfer->goal == TRANSFER_HERE && *problem ? client_failure_from_name(problem)
                                                                : CLIENT_FAILURE_NONE;
}

static void look(Wait *wait)
{
        g_autoptr(GError) error = NULL;
        GVariant *message = bus_message(wait->transfer->connection, wait->transfer->id, &error);
        ClientFailure failure;

        if (!message) {
                clear_bar(wait);
                end(wait, report(error));
                return;
        }
        g_clear_pointer(&wait->message, g_variant_unref);
        wait->message = message;
        failure = trouble(wait);
        if (failure != CLIENT_FAILURE_NONE) {
                clear_bar(wait);
                end(wait, report_failure(failure));
        } else if (is_done(wait)) {
                clear_bar(wait);
                end(wait, CLIENT_FAILURE_NONE);
        } else if (wait->has_bar && wait->name) {
                /* The last signal before a pause may have been left out. */
                show(wait, bus_string(message, "transfer"), bus_number(message, "transferred"),
                     bus_number(message, "size"));
        }
}

static void on_progress(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                        const char *name, GVariant *arguments, gpointer data)
{
        guint64 done = 0, size = 0;
        const char *id, *transfer;

        if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(sstt)")))
                return;
        g_variant_get(arguments, "(&s&stt)", &id, &transfer, &done, &size);
        show(data, transfer, done, size);
}

static void on_event(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                     const char *name, GVariant *arguments, gpointer data)
{
        look(data);
}

static gboolean is_online(Wait *wait)
{
        g_autoptr(GVariant) account = bus_properties(wait->transfer->connection, CLIENT_ROOT_PATH,
                                                     CLIENT_BUS_NAME ".Account", NULL);

        return account && strcmp(bus_string(account, "Connection"), "online") == 0;
}

static gboolean on_second(gpointer data)
{
        Wait *wait = data;

        wait->offline = is_online(wait) ? 0 : wait->offline + LOOK_SECONDS;
        look(wait);
        if (wait->offline > OFFLINE_SECONDS && wait->transfer->goal == TRANSFER_HERE &&
            g_main_loop_is_running(wait->loop)) {
                clear_bar(wait);
                end(wait, report_failure(CLIENT_FAILURE_SERVER_UNREACHABLE));
        }
        return G_SOURCE_CONTINUE;
}

static gboolean on_interrupt(gpointer data)
{
        Wait *wait = data;

        clear_bar(wait);
        output_note("%s", wait->transfer->if_interrupted);
        end(wait, CLIENT_FAILURE_INTERRUPTED);
        return G_SOURCE_CONTINUE;
}

/* ---- Waiting ---- */

static void begin(Wait *wait)
{
        g_autofree char *name = NULL;

        look(wait);
        if (!wait->message)
                return;
        name = harmless_line(bus_string(wait->message, "name"));
        if (g_utf8_strlen(name, -1) > NAME_WIDTH) {
                g_autofree char *begin_of_name = g_utf8_substring(name, 0, NAME_WIDTH - 3);

                wait->name = g_strconcat(begin_of_name, "...", NULL);
        } else {
                wait->name = g_steal_pointer(&name);
        }
}

ClientFailure transfer_wait(const Transfer *transfer, GVariant **message_out)
{
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        Wait wait = {.transfer = transfer, .loop = loop, .failure = CLIENT_FAILURE_NONE};
        guint progress, event, second, interrupt;

        wait.has_bar = !transfer->is_json && isatty(STDERR_FILENO);
        progress = g_dbus_connection_signal_subscribe(transfer->connection, CLIENT_BUS_NAME,
                                                      CLIENT_MESSAGES_INTERFACE, "Progress", CLIENT_ROOT_PATH,
                                                      transfer->id, G_DBUS_SIGNAL_FLAGS_NONE, on_progress, &wait, NULL);
        event = g_dbus_connection_signal_subscribe(transfer->connection, CLIENT_BUS_NAME, CLIENT_BUS_NAME ".Events",
                                                   "Added", CLIENT_ROOT_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                   on_event, &wait, NULL);
        second = g_timeout_add_seconds(LOOK_SECONDS, on_second, &wait);
        interrupt = g_unix_signal_add(SIGINT, on_interrupt, &wait);
        begin(&wait);
        if (wait.failure == CLIENT_FAILURE_NONE && wait.message && !is_done(&wait))
                g_main_loop_run(loop);
        g_dbus_connection_signal_unsubscribe(transfer->connection, progress);
        g_dbus_connection_signal_unsubscribe(transfer->connection, event);
        g_source_remove(second);
        g_source_remove(interrupt);
        g_free(wait.name);
        if (wait.failure == CLIENT_FAILURE_NONE)
                *message_out = g_steal_pointer(&wait.message);
        g_clear_pointer(&wait.message, g_variant_unref);
        return wait.failure;
}
