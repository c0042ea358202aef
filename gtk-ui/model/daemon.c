/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/daemon.h"

#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "client/message.h"
#include "gtk-ui/model/conversations.h"

/* Between two attempts to start a daemon that has gone away. */
enum { LOOK_AGAIN_SECONDS = 2, LOOK_TIMES = 5 };

struct _SmDaemon {
        GObject parent;
        GDBusConnection *connection;
        GCancellable *cancellable;
        MessengerAccount *account;
        MessengerMessages *messages;
        MessengerEvents *events;
        SmConversations *conversations;
        SmDaemonState state;
        char *connection_text;
        guint again;   /* a timer, while the daemon is gone */
        unsigned looks;
};

G_DEFINE_FINAL_TYPE(SmDaemon, sm_daemon, G_TYPE_OBJECT)

enum { STATE_CHANGED, CONNECTION_CHANGED, MESSAGE, SIGNALS };
static guint signals[SIGNALS];

static void set_state(SmDaemon *self, SmDaemonState state)
{
        if (state == self->state)
                return;
        g_debug("daemon: state %d -> %d", (int)self->state, (int)state);
        self->state = state;
        sm_conversations_set_active(self->conversations, state == SM_DAEMON_UNLOCKED ? sm_daemon_user_name(self) : NULL);
        g_signal_emit(self, signals[STATE_CHANGED], 0);
}

static SmDaemonState state_from_name(const char *name)
{
        if (g_strcmp0(name, "unlocked") == 0)
                return SM_DAEMON_UNLOCKED;
        if (g_strcmp0(name, "locked") == 0)
                return SM_DAEMON_LOCKED;
        if (g_strcmp0(name, "no-account") == 0)
                return SM_DAEMON_NO_ACCOUNT;
        return SM_DAEMON_CONNECTING;
}

static void update_connection(SmDaemon *self)
{
        const char *text = messenger_account_get_connection_error_text(self->account);

        if (g_strcmp0(messenger_account_get_connection(self->account), "online") == 0)
                text = "";
        else if (!text || !*text)
                text = client_reason_sentence("Offline");
        g_free(self->connection_text);
        self->connection_text = g_strdup(text);
        g_signal_emit(self, signals[CONNECTION_CHANGED], 0);
}

static void update(SmDaemon *self)
{
        g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->account));

        if (!owner)
                return;
        self->looks = 0;
        update_connection(self);
        set_state(self, state_from_name(messenger_account_get_state(self->account)));
}

/* ---- Finding the daemon ---- */

static gboolean on_again(gpointer userdata);

static void on_started(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
        SmDaemon *self = userdata;

        if (reply || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return; /* its appearance is told by the proxies */
        g_debug("daemon: does not start: %s", error->message);
        if (self->looks >= LOOK_TIMES)
                set_state(self, SM_DAEMON_MISSING);
        else if (!self->again)
                self->again = g_timeout_add_seconds(LOOK_AGAIN_SECONDS, on_again, self);
}

static void start(SmDaemon *self)
{
        self->looks++;
        g_dbus_connection_call(self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "StartServiceByName",
                               g_variant_new("(su)", CLIENT_BUS_NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE,
                               CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_started, self);
}

static gboolean on_again(gpointer userdata)
{
        SmDaemon *self = userdata;

        self->again = 0;
        start(self);
        return G_SOURCE_REMOVE;
}

void sm_daemon_look_again(SmDaemon *self)
{
        self->looks = 0;
        set_state(self, SM_DAEMON_CONNECTING);
        start(self);
}

static void on_owner(SmDaemon *self)
{
        g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->account));

        if (owner) {
                update(self);
                return;
        }
        set_state(self, SM_DAEMON_CONNECTING);
        if (!self->again)
                self->again = g_timeout_add_seconds(LOOK_AGAIN_SECONDS, on_again, self);
}

/* ---- Proxies ---- */

/* No history has a message whose time is over: there is another newest one then. */
static void update_newest(SmDaemon *self, SmConversation *conversation, const ClientEvent *event)
{
        SmMessage *newest = sm_conversation_newest(conversation);

        if (strcmp(event->message.kind, "expired") != 0) {
                sm_conversation_set_newest(conversation, event->message_dictionary);
        } else if (newest && sm_message_fields(newest)->number == event->message.number) {
                sm_conversation_set_newest(conversation, NULL);
                sm_conversations_read_newest(self->conversations, conversation);
        }
}

static void on_event(SmDaemon *self, GVariant *dictionary)
{
        g_auto(ClientEvent) event = {0};
        SmConversation *conversation;

        client_event_init(&event, dictionary);
        if (!event.has_message)
                return;
        conversation = sm_conversations_find(self->conversations, event.message.conversation);
        if (conversation)
                update_newest(self, conversation, &event);
        g_signal_emit(self, signals[MESSAGE], 0, event.message_dictionary);
}

static void on_events(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        MessengerEvents *events = messenger_events_proxy_new_finish(result, &error);
        SmDaemon *self = userdata;

        if (!events)
                return;
        self->events = events;
        g_signal_connect_swapped(events, "added", G_CALLBACK(on_event), self);
}

static void on_messages(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        MessengerMessages *messages = messenger_messages_proxy_new_finish(result, &error);
        SmDaemon *self = userdata;

        if (messages)
                self->messages = messages;
}

static void on_account(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        MessengerAccount *account = messenger_account_proxy_new_finish(result, &error);
        SmDaemon *self = userdata;

        if (!account) {
                if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                        set_state(self, SM_DAEMON_MISSING);
                return;
        }
        self->account = account;
        g_signal_connect_swapped(account, "g-properties-changed", G_CALLBACK(update), self);
        g_signal_connect_swapped(account, "notify::g-name-owner", G_CALLBACK(on_owner), self);
        on_owner(self);
}

static void connect_proxies(SmDaemon *self)
{
        messenger_messages_proxy_new(self->connection, G_DBUS_PROXY_FLAGS_NONE, CLIENT_BUS_NAME,
                                     CLIENT_ROOT_PATH, self->cancellable, on_messages, self);
        messenger_events_proxy_new(self->connection, G_DBUS_PROXY_FLAGS_NONE, CLIENT_BUS_NAME,
                                   CLIENT_ROOT_PATH, self->cancellable, on_events, self);
        messenger_account_proxy_new(self->connection, G_DBUS_PROXY_FLAGS_NONE, CLIENT_BUS_NAME,
                                    CLIENT_ROOT_PATH, self->cancellable, on_account, self);
}

/* ---- The object ---- */

static void sm_daemon_dispose(GObject *object)
{
        SmDaemon *self = SM_DAEMON(object);

        g_cancellable_cancel(self->cancellable);
        g_clear_handle_id(&self->again, g_source_remove);
        if (self->account)
                g_signal_handlers_disconnect_by_data(self->account, self);
        if (self->events)
                g_signal_handlers_disconnect_by_data(self->events, self);
        g_clear_object(&self->account);
        g_clear_object(&self->messages);
        g_clear_object(&self->events);
        g_clear_object(&self->conversations);
        g_clear_object(&self->connection);
        G_OBJECT_CLASS(sm_daemon_parent_class)->dispose(object);
}

static void sm_daemon_finalize(GObject *object)
{
        SmDaemon *self = SM_DAEMON(object);

        g_clear_object(&self->cancellable);
        g_free(self->connection_text);
        G_OBJECT_CLASS(sm_daemon_parent_class)->finalize(object);
}

static void sm_daemon_class_init(SmDaemonClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_daemon_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_daemon_finalize;
        signals[STATE_CHANGED] = g_signal_new("state-changed", SM_TYPE_DAEMON, G_SIGNAL_RUN_LAST, 0, NULL,
                                              NULL, NULL, G_TYPE_NONE, 0);
        signals[CONNECTION_CHANGED] = g_signal_new("connection-changed", SM_TYPE_DAEMON, G_SIGNAL_RUN_LAST, 0,
                                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
        signals[MESSAGE] = g_signal_new("message", SM_TYPE_DAEMON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_VARIANT);
}

static void sm_daemon_init(SmDaemon *self)
{
        self->cancellable = g_cancellable_new();
        self->connection_text = g_strdup("");
}

SmDaemon *sm_daemon_new(GDBusConnection *connection)
{
        SmDaemon *self = g_object_new(SM_TYPE_DAEMON, NULL);

        if (!connection) { /* a session without a bus */
                self->conversations = sm_conversations_new(NULL);
                self->state = SM_DAEMON_MISSING;
                return self;
        }
        self->connection = g_object_ref(connection);
        self->conversations = sm_conversations_new(connection);
        connect_proxies(self);
        return self;
}

SmDaemonState sm_daemon_state(SmDaemon *self)
{
        return self->state;
}

const char *sm_daemon_user_name(SmDaemon *self)
{
        const char *name = self->account ? messenger_account_get_user_name(self->account) : NULL;

        return name ? name : "";
}

const char *sm_daemon_connection_text(SmDaemon *self)
{
        return self->connection_text;
}

gboolean sm_daemon_is_online(SmDaemon *self)
{
        return self->account && g_strcmp0(messenger_account_get_connection(self->account), "online") == 0;
}

gboolean sm_daemon_is_connecting(SmDaemon *self)
{
        return self->account && g_strcmp0(messenger_account_get_connection(self->account), "connecting") == 0;
}

const char *sm_daemon_connection_reason(SmDaemon *self)
{
        const char *name = self->account ? messenger_account_get_connection_error(self->account) : NULL;

        return name ? name : "";
}

GListModel *sm_daemon_conversations(SmDaemon *self)
{
        return G_LIST_MODEL(self->conversations);
}

SmConversation *sm_daemon_find_conversation(SmDaemon *self, const char *name)
{
        return sm_conversations_find(self->conversations, name);
}

MessengerAccount *sm_daemon_account(SmDaemon *self)
{
        return self->account;
}

MessengerMessages *sm_daemon_messages(SmDaemon *self)
{
        return self->messages;
}
