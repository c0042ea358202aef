/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/messenger-proxies.h"

/* Asks the daemon for one message. What is found is a dictionary of Messages, for whoever finishes it. */
void message_lookup(MessengerMessages *messages, const char *id, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer userdata);
/* The newest text of one's own that is not far back; else NULL, without an error. */
void message_lookup_last_own(MessengerMessages *messages, const char *conversation, GCancellable *cancellable,
                             GAsyncReadyCallback done, gpointer userdata);
GVariant *message_lookup_finish(GAsyncResult *result, GError **error);
