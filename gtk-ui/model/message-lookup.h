/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"
#include "client/messenger-proxies.h"

/* The message, borrowed; or NULL and an error; or NULL without one, where there is none. Not called once it is cancelled. */
typedef void MessageFound(gpointer owner, const ClientMessage *message, const GError *error);

/* Asks the daemon for one message. The owner, a GObject, is held until it is answered. */
void message_lookup(MessengerMessages *messages, const char *id, GCancellable *cancellable, MessageFound *found,
                    gpointer owner);
/* The newest text of one's own that is not far back. */
void message_lookup_last_own(MessengerMessages *messages, const char *conversation, GCancellable *cancellable,
                             MessageFound *found, gpointer owner);
