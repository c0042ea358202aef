/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/file-fetch.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "client/message.h"

typedef struct Fetch {
        SmDaemon *daemon;
        char *id;
        int fd;
        gulong handler; /* while it is on its way */
        gulong cancelled;
} Fetch;

static void fetch_free(gpointer data)
{
        Fetch *fetch = data;

        g_object_unref(fetch->daemon);
        g_free(fetch->id);
        g_free(fetch);
}

static void stop_waiting(GTask *task)
{
        Fetch *fetch = g_task_get_task_data(task);
        GCancellable *cancellable = g_task_get_cancellable(task);

        if (fetch->handler > 0)
                g_signal_handler_disconnect(fetch->daemon, fetch->handler);
        if (fetch->cancelled > 0)
                g_signal_handler_disconnect(cancellable, fetch->cancelled);
        fetch->handler = fetch->cancelled = 0;
}

static void fail(GTask *task, ClientFailure failure)
{
        g_task_return_new_error(task, CLIENT_FAILURE, (int)failure, "%s", client_failure_sentence(failure));
        g_object_unref(task);
}

/* ---- It is here ---- */

static void on_written(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        GError *error = NULL;
        g_autoptr(GVariant) reply =
                        g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source), NULL, result, &error);

        if (reply)
                g_task_return_boolean(task, TRUE);
        else
                g_task_return_error(task, error);
}

static void write_out(GTask *task)
{
        Fetch *fetch = g_task_get_task_data(task);
        MessengerMessages *messages = sm_daemon_messages(fetch->daemon);
        g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
        GError *error = NULL;
        int index;

        if (!messages) {
                fail(task, CLIENT_FAILURE_NO_DAEMON);
                return;
        }
        index = g_unix_fd_list_append(fds, fetch->fd, &error);
        if (index < 0) {
                g_task_return_error(task, error);
                g_object_unref(task);
                return;
        }
        /* A large file takes its time, and the daemon's end is told by the bus. */
        g_dbus_proxy_call_with_unix_fd_list(G_DBUS_PROXY(messages), "SaveAttachment",
                                            g_variant_new("(sh)", fetch->id, index), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                            G_MAXINT, fds, g_task_get_cancellable(task), on_written, task);
}

/* ---- It is on its way ---- */

/* Whether there is nothing more to wait for; then it has gone on, or has failed. */
static gboolean look_at(GTask *task, const ClientMessage *message)
{
        if (strcmp(message->kind, "attachment") != 0) { /* deleted, or its time is over */
                stop_waiting(task);
                fail(task, CLIENT_FAILURE_NOT_FOUND);
        } else if (message->outgoing || strcmp(message->transfer, "complete") == 0) {
                stop_waiting(task);
                write_out(task);
        } else if (strcmp(message->transfer, "gone") == 0) {
                stop_waiting(task);
                fail(task, CLIENT_FAILURE_ATTACHMENT_GONE);
        } else if (strcmp(message->transfer, "damaged") == 0) {
                stop_waiting(task);
                fail(task, CLIENT_FAILURE_ATTACHMENT_DAMAGED);
        } else {
                return FALSE;
        }
        return TRUE;
}

static void on_message(SmDaemon *daemon, GVariant *dictionary, GTask *task)
{
        Fetch *fetch = g_task_get_task_data(task);
        ClientMessage message;

        client_message_init(&message, dictionary);
        if (strcmp(message.id, fetch->id) == 0)
                look_at(task, &message);
}

static void on_fetching(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        Fetch *fetch = g_task_get_task_data(task);
        GError *error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (reply || fetch->handler == 0) { /* it may have come meanwhile */
                g_clear_error(&error);
                return;
        }
        stop_waiting(task);
        g_task_return_error(task, error);
        g_object_unref(task);
}

static gboolean on_cancelled_later(gpointer task)
{
        Fetch *fetch = g_task_get_task_data(task);

        if (fetch->handler == 0)
                return G_SOURCE_REMOVE;
        stop_waiting(task);
        g_task_return_error_if_cancelled(task);
        g_object_unref(task);
        return G_SOURCE_REMOVE;
}

/* A handler cannot be disconnected inside of the signal. */
static void on_cancelled(GCancellable *cancellable, GTask *task)
{
        g_idle_add_full(G_PRIORITY_DEFAULT, on_cancelled_later, g_object_ref(task), g_object_unref);
}

static void on_got(GObject *source, GAsyncResult *result, gpointer userdata)
{
        GTask *task = userdata;
        Fetch *fetch = g_task_get_task_data(task);
        GCancellable *cancellable = g_task_get_cancellable(task);
        GError *error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) dictionary = reply ? g_variant_get_child_value(reply, 0) : NULL;
        ClientMessage message;

        if (!reply) {
                g_task_return_error(task, error);
                g_object_unref(task);
                return;
        }
        client_message_init(&message, dictionary);
        if (look_at(task, &message))
                return;
        fetch->handler = g_signal_connect(fetch->daemon, "message", G_CALLBACK(on_message), task);
        if (cancellable)
                fetch->cancelled = g_signal_connect(cancellable, "cancelled", G_CALLBACK(on_cancelled), task);
        g_dbus_proxy_call(G_DBUS_PROXY(source), "Fetch", g_variant_new("(s)", fetch->id), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, cancellable, on_fetching, g_object_ref(task));
}

void file_fetch(SmDaemon *daemon, const char *id, int fd, GCancellable *cancellable, GAsyncReadyCallback done,
                gpointer userdata)
{
        MessengerMessages *messages = sm_daemon_messages(daemon);
        GTask *task = g_task_new(daemon, cancellable, done, userdata);
        Fetch *fetch = g_new0(Fetch, 1);

        fetch->daemon = g_object_ref(daemon);
        fetch->id = g_strdup(id);
        fetch->fd = fd;
        g_task_set_task_data(task, fetch, fetch_free);
        if (!messages) {
                fail(task, CLIENT_FAILURE_NO_DAEMON);
                return;
        }
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Get", g_variant_new("(s)", id), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, cancellable, on_got, task);
}

gboolean file_fetch_finish(GAsyncResult *result, GError **error)
{
        return g_task_propagate_boolean(G_TASK(result), error);
}
