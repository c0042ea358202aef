/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client/messenger-proxies.h"
#include "gtk-ui/model/conversation.h"

#define SM_TYPE_DAEMON (sm_daemon_get_type())
G_DECLARE_FINAL_TYPE(SmDaemon, sm_daemon, SM, DAEMON, GObject)

typedef enum SmDaemonState {
        SM_DAEMON_CONNECTING, /* nothing is known yet, or the daemon is gone and is being looked for */
        SM_DAEMON_MISSING,    /* it does not start */
        SM_DAEMON_NO_ACCOUNT,
        SM_DAEMON_LOCKED,
        SM_DAEMON_UNLOCKED,
} SmDaemonState;

/*
 * What the window knows of the daemon. Nothing here blocks: it connects, loads and comes back by itself when the
 * daemon does. Signals: "state-changed"; "connection-changed" (to the server); "message" (a GVariant "a{sv}" of
 * Messages: new or changed). Conversations appear and go in sm_daemon_conversations().
 */
SmDaemon *sm_daemon_new(GDBusConnection *connection);

SmDaemonState sm_daemon_state(SmDaemon *self);
const char *sm_daemon_user_name(SmDaemon *self); /* "" unless unlocked */
/* "" while online; else a sentence. */
const char *sm_daemon_connection_text(SmDaemon *self);
gboolean sm_daemon_is_online(SmDaemon *self);
gboolean sm_daemon_is_connecting(SmDaemon *self);
/* The name of an error, or "": see ConnectionError of the interface Account. */
const char *sm_daemon_connection_reason(SmDaemon *self);
void sm_daemon_look_again(SmDaemon *self); /* after SM_DAEMON_MISSING */

/* Of SmConversation; owned by the daemon object. */
GListModel *sm_daemon_conversations(SmDaemon *self);
SmConversation *sm_daemon_find_conversation(SmDaemon *self, const char *name); /* borrowed, or NULL */

/* For calls of one's own; NULL while there is no daemon. Borrowed. */
MessengerAccount *sm_daemon_account(SmDaemon *self);
MessengerMessages *sm_daemon_messages(SmDaemon *self);
