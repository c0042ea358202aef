/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-resend.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "client/connection.h"
#include "client/descriptor.h"
#include "client/failure.h"
#include "gtk-ui/conversation/file-fetch.h"
#include "gtk-ui/conversation/message-actions.h"
#include "gtk-ui/toast.h"

typedef struct Resend {
        GtkWidget *widget;
        SmDaemon *daemon;
        ClientMessage message; /* that has failed; its dictionary is held */
        gboolean answers;      /* what it answered is named again */
        int fd;                /* the file, or -1 */
        char *again;           /* the ID of the new one */
        GCancellable *cancellable;
        gulong on_message, on_state;
} Resend;

/* By the ID of the failed one: whoever presses twice means once. */
static GHashTable *under_way;

static Resend *resend_free(Resend *resend)
{
        if (!resend)
                return NULL;
        g_hash_table_remove(under_way, resend->message.id);
        if (resend->on_message > 0)
                g_signal_handler_disconnect(resend->daemon, resend->on_message);
        if (resend->on_state > 0)
                g_signal_handler_disconnect(resend->daemon, resend->on_state);
        g_cancellable_cancel(resend->cancellable);
        g_object_unref(resend->cancellable);
        if (resend->fd >= 0)
                close(resend->fd);
        g_variant_unref(resend->message.dictionary);
        g_object_unref(resend->widget);
        g_object_unref(resend->daemon);
        g_free(resend->again);
        g_free(resend);
        return NULL;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resend, resend_free)

static gboolean is_file(const ClientMessage *message)
{
        return strcmp(message->kind, "attachment") == 0;
}

gboolean message_can_be_sent_again(const ClientMessage *message)
{
        if (!message->outgoing || strcmp(message->state, "failed") != 0)
                return FALSE;
        return is_file(message) ? strcmp(message->transfer, "complete") == 0 : strcmp(message->kind, "text") == 0;
}

static void send(Resend *taken);

/* Whether it is tried once more: what it answered may have been deleted meanwhile. */
static gboolean lets_go_of_answer(Resend *resend, const GError *error)
{
        const gboolean lets_go = resend->answers && client_failure_of(error) == CLIENT_FAILURE_NOT_FOUND;

        if (lets_go)
                resend->answers = FALSE;
        return lets_go;
}

static void say(Resend *resend, const GError *error)
{
        toast_failure(resend->widget, error);
}

static GVariantBuilder *options_new(const Resend *resend)
{
        GVariantBuilder *options = g_variant_builder_new(G_VARIANT_TYPE_VARDICT);

        if (resend->answers)
                g_variant_builder_add(options, "{sv}", "reply-to", g_variant_new_string(resend->message.reply_to));
        return options;
}

/* The failed one has had its time: what was said stands once. */
static void delete_failed(Resend *resend)
{
        message_delete_here(resend->widget, resend->daemon, resend->message.id);
}

/* ---- A text ---- */

static void on_text(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Resend) resend = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (reply)
                delete_failed(resend);
        else if (lets_go_of_answer(resend, error))
                send(g_steal_pointer(&resend));
        else
                say(resend, error);
}

static void send_text(Resend *taken, MessengerMessages *messages)
{
        g_autoptr(GVariantBuilder) options = options_new(taken);

        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Send",
                          g_variant_new("(ssa{sv})", taken->message.conversation, taken->message.text, options),
                          G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, NULL, on_text, taken);
}

/* ---- Until the daemon has the file anew ---- */

/* While it is being encrypted, an end of the daemon loses the new one: the failed one has the only copy. */
static void look_at(Resend *resend, GVariant *dictionary)
{
        ClientMessage again;

        client_message_init(&again, dictionary);
        if (g_strcmp0(again.id, resend->again) != 0 || strcmp(again.transfer, "preparing") == 0)
                return;
        if (is_file(&again) && strcmp(again.transfer, "gone") != 0)
                delete_failed(resend);
        resend_free(resend);
}

static void on_message(SmDaemon *daemon, GVariant *dictionary, Resend *resend)
{
        look_at(resend, dictionary);
}

static void on_state(SmDaemon *daemon, Resend *resend)
{
        if (sm_daemon_state(daemon) != SM_DAEMON_UNLOCKED)
                resend_free(resend);
}

static void on_got(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) dictionary = reply ? g_variant_get_child_value(reply, 0) : NULL;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        if (dictionary)
                look_at(userdata, dictionary);
        else
                resend_free(userdata); /* nothing is lost: the failed one stays */
}

static void wait_until_safe(Resend *taken, MessengerMessages *messages)
{
        taken->on_message = g_signal_connect(taken->daemon, "message", G_CALLBACK(on_message), taken);
        taken->on_state = g_signal_connect(taken->daemon, "state-changed", G_CALLBACK(on_state), taken);
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Get", g_variant_new("(s)", taken->again), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, taken->cancellable, on_got, taken);
}

/* ---- A file ---- */

static void on_file(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Resend) resend = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source), NULL, result, &error);

        if (reply) {
                g_variant_get(reply, "(sss)", &resend->again, NULL, NULL);
                close(resend->fd); /* the daemon has its own */
                resend->fd = -1;
                wait_until_safe(g_steal_pointer(&resend), MESSENGER_MESSAGES(source));
        } else if (lets_go_of_answer(resend, error)) {
                send(g_steal_pointer(&resend));
        } else {
                say(resend, error);
        }
}

static void send_file(Resend *taken, MessengerMessages *messages)
{
        g_autoptr(Resend) resend = taken;
        g_autoptr(GVariantBuilder) options = options_new(resend);
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
        const ClientMessage *message = &resend->message;
        g_autoptr(GError) error = NULL;
        int index = g_unix_fd_list_append(descriptors, resend->fd, &error);

        if (index < 0) {
                say(resend, error);
                return;
        }
        if (*message->text)
                g_variant_builder_add(options, "{sv}", "caption", g_variant_new_string(message->text));
        g_variant_builder_add(options, "{sv}", "media-type", g_variant_new_string(message->media_type));
        g_dbus_proxy_call_with_unix_fd_list(G_DBUS_PROXY(messages), "SendAttachment",
                                            g_variant_new("(shsa{sv})", message->conversation, index, message->name, options),
                                            G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, descriptors, NULL, on_file,
                                            g_steal_pointer(&resend));
}

/* The daemon's words for it are those for what somebody else has sent. */
static gboolean is_lost(const GError *error)
{
        const ClientFailure failure = client_failure_of(error);

        return failure == CLIENT_FAILURE_ATTACHMENT_GONE || failure == CLIENT_FAILURE_ATTACHMENT_DAMAGED ||
               failure == CLIENT_FAILURE_ATTACHMENT_NOT_HERE;
}

static void on_fetched(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Resend) resend = userdata;
        g_autoptr(GError) error = NULL;

        if (file_fetch_finish(result, &error) && client_descriptor_seal(resend->fd, &error))
                send(g_steal_pointer(&resend));
        else if (is_lost(error))
                toast_say(resend->widget, _("The file cannot be read here any more. Attach it again to send it."));
        else
                say(resend, error);
}

/*
 * In memory, under no name: what is clear is on no disk, nobody else can open it, and it is gone with the last descriptor, however the
 * program ends. A folder of the session's would be memory as well, with less room, and a name.
 */
static void fetch(Resend *taken)
{
        g_autoptr(Resend) resend = taken;
        g_autoptr(GError) error = NULL;

        resend->fd = client_descriptor_new(&error);
        if (resend->fd < 0) {
                say(resend, error);
                return;
        }
        file_fetch(resend->daemon, resend->message.id, resend->fd, NULL, on_fetched, resend);
        resend = NULL; /* on_fetched()'s */
}

static void send(Resend *taken)
{
        g_autoptr(Resend) resend = taken;
        MessengerMessages *messages = sm_daemon_messages(resend->daemon);

        if (!messages)
                return;
        if (is_file(&resend->message))
                send_file(g_steal_pointer(&resend), messages);
        else
                send_text(g_steal_pointer(&resend), messages);
}

void message_send_again(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message)
{
        Resend *resend;

        if (!under_way)
                under_way = g_hash_table_new(g_str_hash, g_str_equal);
        if (!message_can_be_sent_again(message) || g_hash_table_contains(under_way, message->id))
                return;
        resend = g_new0(Resend, 1);
        resend->widget = g_object_ref(widget);
        resend->daemon = g_object_ref(daemon);
        resend->message = *message;
        g_variant_ref(resend->message.dictionary);
        resend->answers = *message->reply_sender != 0;
        resend->fd = -1;
        resend->cancellable = g_cancellable_new();
        g_hash_table_add(under_way, (gpointer)resend->message.id);
        if (is_file(message))
                fetch(resend);
        else
                send(resend);
}
