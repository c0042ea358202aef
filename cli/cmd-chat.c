/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/chat-input.h"
#include "cli/chat-read.h"
#include "cli/chat-view.h"
#include "cli/follow.h"
#include "cli/harmless.h"
#include "cli/history.h"
#include "cli/report.h"
#include "client/message.h"

enum {
        HISTORY_AT_START = 20, /* messages */
};

typedef struct Chat {
        GMainLoop *loop;
        GDBusConnection *connection;
        const char *name;
        gboolean has_terminal;
        ChatInput *input;
        ChatView *view;
        Follower *follower;
        guint sending;        /* calls under way */
        gboolean is_leaving;  /* as soon as they are answered */
        ClientFailure result; /* of the first line that a script could not send, or why it ended */
        int ending;           /* the signal that ends us, or 0 */
} Chat;

static void keep_result(Chat *chat, ClientFailure failure)
{
        /* A person sees what happened to a line and goes on; a script has only the exit code. */
        if (!chat->has_terminal && chat->result == CLIENT_FAILURE_NONE)
                chat->result = failure;
}

/* A line that was typed is in the daemon's store before we go. */
static void leave_when_done(Chat *chat)
{
        if (!chat->is_leaving || chat->sending > 0)
                return;
        if (chat->has_terminal)
                g_main_loop_quit(chat->loop);
        else
                follower_look(chat->follower); /* the states of what was sent */
}

static void on_caught_up(gpointer data)
{
        Chat *chat = data;

        if (chat->is_leaving && chat->sending == 0)
                g_main_loop_quit(chat->loop);
}

static void leave(Chat *chat)
{
        if (chat->is_leaving && chat->has_terminal) /* asked twice: at once */
                g_main_loop_quit(chat->loop);
        chat->is_leaving = TRUE;
        leave_when_done(chat);
}

static void note_failure(Chat *chat, const GError *error)
{
        g_autofree char *words = report_words(error);

        chat_view_note(chat->view, words);
        keep_result(chat, client_failure_of(error));
}

static void on_sent(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
        Chat *chat = data;

        chat->sending--;
        if (reply) {
                const char *state, *reason;

                g_variant_get(reply, "(&s&s&s)", NULL, &state, &reason);
                if (strcmp(reason, "KeyChanged") == 0) {
                        keep_result(chat, CLIENT_FAILURE_KEY_CHANGED);
                        chat_view_note(chat->view, report_hint(CLIENT_FAILURE_KEY_CHANGED));
                } else if (strcmp(state, "queued") == 0) {
                        keep_result(chat, CLIENT_FAILURE_QUEUED);
                }
        } else {
                note_failure(chat, error);
        }
        chat_input_set_ready(chat->input, TRUE);
        leave_when_done(chat);
}

static void fail_locally(Chat *chat, ClientFailure failure)
{
        g_autoptr(GError) error =
                        g_error_new_literal(CLIENT_FAILURE, (int)failure, client_failure_sentence(failure));

        note_failure(chat, error);
}

static void on_line(const char *line, size_t size, gpointer data)
{
        Chat *chat = data;
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!g_utf8_validate(line, (gssize)size, NULL)) {
                fail_locally(chat, CLIENT_FAILURE_BAD_TEXT);
                return;
        }
        /* A script's lines go one by one, each with its outcome; for a person's, events tell it. */
        g_variant_builder_add(&options, "{sv}", "wait", g_variant_new_boolean(!chat->has_terminal));
        chat->sending++;
        chat_input_set_ready(chat->input, FALSE);
        g_dbus_connection_call(chat->connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH,
                               CLIENT_MESSAGES_INTERFACE, "Send",
                               g_variant_new("(ssa{sv})", chat->name, line, &options),
                               G_VARIANT_TYPE("(sss)"), G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, NULL,
                               on_sent, chat);
}

static void on_too_long(gpointer data)
{
        fail_locally(data, CLIENT_FAILURE_TEXT_TOO_LONG);
}

static void on_end(gpointer data)
{
        leave(data);
}

static void see_message(Chat *chat, GVariant *dictionary)
{
        ClientMessage message;

        chat_view_message(chat->view, dictionary);
        client_message_init(&message, dictionary);
        if (chat->has_terminal)
                chat_read(chat->connection, &message);
}

static void on_event(GVariant *dictionary, gpointer data)
{
        Chat *chat = data;
        g_auto(ClientEvent) event;

        client_event_init(&event, dictionary);
        if (strcmp(event.conversation, chat->name) != 0)
                return;
        if (event.has_message)
                see_message(chat, event.message_dictionary);
        else if (strcmp(event.kind, "key-accepted") == 0)
                chat_view_note(chat->view, _("The key is accepted."));
}

static void on_ended(const GError *error, gpointer data)
{
        Chat *chat = data;

        note_failure(chat, error);
        chat->result = client_failure_of(error);
        g_main_loop_quit(chat->loop);
}

static void on_closed(GDBusConnection *connection, gboolean remote, GError *error, gpointer data)
{
        Chat *chat = data;

        fail_locally(chat, CLIENT_FAILURE_NO_DAEMON);
        chat->result = CLIENT_FAILURE_NO_DAEMON;
        g_main_loop_quit(chat->loop);
}

static gboolean on_interrupt(gpointer data)
{
        leave(data);
        return G_SOURCE_CONTINUE;
}

static gboolean on_terminate(gpointer data)
{
        Chat *chat = data;

        chat->ending = SIGTERM;
        g_main_loop_quit(chat->loop);
        return G_SOURCE_CONTINUE;
}

static gboolean on_hangup(gpointer data)
{
        Chat *chat = data;

        chat->ending = SIGHUP;
        g_main_loop_quit(chat->loop);
        return G_SOURCE_CONTINUE;
}

static gboolean on_resize(gpointer data)
{
        chat_input_resized(((Chat *)data)->input);
        return G_SOURCE_CONTINUE;
}

/* Ctrl-Z: the shell gets the terminal as it left it. */
static gboolean on_stop(gint fd, GIOCondition condition, gpointer data)
{
        Chat *chat = data;
        struct signalfd_siginfo info;

        if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
                return G_SOURCE_CONTINUE;
        chat_input_suspend(chat->input);
        raise(SIGSTOP);
        chat_input_resume(chat->input);
        return G_SOURCE_CONTINUE;
}

static void watch_signals(Chat *chat, int stop_fd)
{
        g_unix_signal_add(SIGINT, on_interrupt, chat);
        g_unix_signal_add(SIGTERM, on_terminate, chat);
        g_unix_signal_add(SIGHUP, on_hangup, chat);
        if (chat->has_terminal)
                g_unix_signal_add(SIGWINCH, on_resize, chat);
        if (stop_fd >= 0)
                g_unix_fd_add(stop_fd, G_IO_IN, on_stop, chat);
}

/* Ctrl-Z comes as a descriptor's bytes; blocked before any thread begins, for each may get it. */
static int open_stop_signal(void)
{
        sigset_t stop;

        sigemptyset(&stop);
        sigaddset(&stop, SIGTSTP);
        sigprocmask(SIG_BLOCK, &stop, NULL);
        return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static gboolean show_history(Chat *chat, GError **error)
{
        HistoryQuery query = {.conversation = chat->name, .limit = HISTORY_AT_START};
        g_autoptr(GError) failure = NULL;
        g_autoptr(GPtrArray) messages = history_fetch(chat->connection, &query, &failure);

        if (!messages && client_failure_of(failure) == CLIENT_FAILURE_NOT_FOUND)
                return TRUE; /* it begins with the first message */
        if (!messages) {
                g_propagate_error(error, g_steal_pointer(&failure));
                return FALSE;
        }
        for (guint i = 0; i < messages->len; i++)
                see_message(chat, messages->pdata[i]);
        return TRUE;
}

static ClientFailure run(Chat *chat, const Command *command, int stop_fd)
{
        static const ChatInputCalls input_calls = {.line = on_line, .too_long = on_too_long, .end = on_end};
        static const FollowerCalls calls = {.event = on_event, .caught_up = on_caught_up, .ended = on_ended};
        g_autoptr(GError) error = NULL;
        guint64 since = FOLLOW_FROM_NOW;
        g_autofree char *safe_name = harmless_line(chat->name);
        g_autofree char *prompt = g_strdup_printf("%s> ", safe_name);

        /* The follower comes first: what arrives while the history is read is an event, and seen once. */
        g_autoptr(Follower) follower = follower_new(chat->connection, &since, &calls, chat, &error);

        if (!follower)
                return report(error);

        /* Before the terminal is changed: no signal may leave it so. They are handled in the loop, which begins below. */
        watch_signals(chat, stop_fd);

        g_autoptr(ChatInput) input = chat_input_new(chat->has_terminal, prompt, &input_calls, chat);
        g_autoptr(ChatView) view =
                        chat_view_new(input, chat->has_terminal, command_has(command, OPTION_JSON));

        chat->follower = follower;
        chat->input = input;
        chat->view = view;
        g_signal_connect(chat->connection, "closed", G_CALLBACK(on_closed), chat);
        if (show_history(chat, &error)) {
                g_main_loop_run(chat->loop);
                chat_view_flush(view);
        } else {
                note_failure(chat, error);
                chat->result = client_failure_of(error);
        }
        g_signal_handlers_disconnect_by_data(chat->connection, chat);
        return chat->result;
}

ClientFailure cmd_chat(const Command *command)
{
        g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
        g_autoptr(GError) error = NULL;
        gboolean has_terminal =
                        isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !command_has(command, OPTION_JSON);
        int stop_fd = has_terminal ? open_stop_signal() : -1;
        Chat chat = {.loop = loop, .name = command->arguments[0], .has_terminal = has_terminal};

        if (!bus_name_is_sound(chat.name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);
        chat.connection = connection;

        ClientFailure result = run(&chat, command, stop_fd);

        if (stop_fd >= 0)
                close(stop_fd);
        if (chat.ending) { /* as if we had not caught it, but with the terminal as it was */
                signal(chat.ending, SIG_DFL);
                raise(chat.ending);
        }
        return result;
}
