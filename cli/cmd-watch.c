/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/event-command.h"
#include "cli/follow.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/state-file.h"
#include "client/message.h"

typedef struct Watch {
        GMainLoop *loop;
        const Command *command;
        const char *conversation; /* or NULL: all */
        const char *exec, *state; /* or NULL */
        gboolean has_ended;       /* no more events are for us, though some may be on their way */
        ClientFailure result;
} Watch;

static void quit(Watch *watch, ClientFailure result)
{
        if (watch->has_ended)
                return;
        watch->has_ended = TRUE;
        watch->result = result;
        g_main_loop_quit(watch->loop);
}

static char *line_of(const ClientEvent *event)
{
        g_autofree char *time = output_time(event->time, OUTPUT_DATE_TIME);
        g_autofree char *kind = harmless_line(event->kind);
        g_autofree char *conversation = harmless_line(event->conversation);

        if (event->has_message) {
                g_autofree char *message = output_message(&event->message, OUTPUT_CLOCK);

                return g_strdup_printf("%s %s: %s", time, kind, message);
        }
        return g_strdup_printf("%s %s: %s", time, kind, conversation);
}

static gboolean print_event(const Watch *watch, GVariant *dictionary, const ClientEvent *event)
{
        if (command_has(watch->command, OPTION_JSON)) {
                json_print(dictionary);
        } else {
                g_autofree char *line = line_of(event);

                puts(line);
        }
        if (fflush(stdout) == 0)
                return TRUE;
        output_note(_("Cannot write to standard output: %s"), g_strerror(errno));
        return FALSE;
}

/* One after the other: nothing else happens here while a command runs. What failed is not marked as done. */
static void on_event(GVariant *dictionary, gpointer data)
{
        Watch *watch = data;
        g_auto(ClientEvent) event;
        gboolean done;

        client_event_init(&event, dictionary);
        if (watch->has_ended || (watch->conversation && strcmp(watch->conversation, event.conversation) != 0))
                return;
        done = watch->exec ? event_command_run(watch->exec, dictionary, &event)
                           : print_event(watch, dictionary, &event);
        if (done && watch->state)
                done = state_file_write(watch->state, event.number);
        if (!done)
                quit(watch, CLIENT_FAILURE_FAILED);
}

/* Where to begin: after what the state file says, if it is there. */
static ClientFailure find_begin(const Watch *watch, guint64 *begin)
{
        g_autofree char *problem = NULL;
        gboolean found = FALSE;
        uint64_t since;

        if (command_number(watch->command, OPTION_SINCE, FOLLOW_FROM_NOW, G_MAXINT64, &since, &problem) != 0)
                return report_usage(problem);
        *begin = since;
        if (watch->state && !state_file_read(watch->state, &found, begin))
                return CLIENT_FAILURE_FAILED;
        return CLIENT_FAILURE_NONE;
}

static void on_ended(const GError *error, gpointer data)
{
        quit(data, report(error));
}

static gboolean on_interrupt(gpointer data)
{
        quit(data, CLIENT_FAILURE_INTERRUPTED);
        return G_SOURCE_CONTINUE;
}

static void on_closed(GDBusConnection *connection, gboolean remote, GError *error, gpointer data)
{
        quit(data, report_failure(CLIENT_FAILURE_NO_DAEMON));
}

/* Whoever read our output is gone: `smctl watch | head -1` ends at once, not with the next event. */
static gboolean on_reader_gone(gint fd, GIOCondition condition, gpointer data)
{
        raise(SIGPIPE);
        quit(data, CLIENT_FAILURE_FAILED); /* where SIGPIPE is ignored */
        return G_SOURCE_REMOVE;
}

ClientFailure cmd_watch(const Command *command)
{
        static const FollowerCalls calls = {.event = on_event, .ended = on_ended};
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(GError) error = NULL;
        ClientFailure failure;
        guint64 begin;
        Watch watch = {
                        .loop = loop,
                        .command = command,
                        .conversation = command->values[OPTION_CONVERSATION],
                        .exec = command->values[OPTION_EXEC],
                        .state = command->values[OPTION_STATE],
        };

        failure = find_begin(&watch, &begin);
        if (failure != CLIENT_FAILURE_NONE)
                return failure;

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(Follower) follower =
                        connection ? follower_new(connection, &begin, &calls, &watch, &error) : NULL;

        if (!follower)
                return report(error);
        /* From here on, nothing is missed by a watch that begins again. */
        if (watch.state && !state_file_write(watch.state, begin))
                return CLIENT_FAILURE_FAILED;
        g_signal_connect(connection, "closed", G_CALLBACK(on_closed), &watch);
        g_unix_signal_add(SIGINT, on_interrupt, &watch);
        g_unix_fd_add(STDOUT_FILENO, G_IO_ERR, on_reader_gone, &watch);
        g_main_loop_run(loop);
        return watch.result;
}
