/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-link.h"
#include "daemon/settings.h"
#include "daemon/typing.h"
#include "e2ee/peer.h"

/*
 * Receiving. What the server delivers is gathered while it comes, and taken in by one transaction: texts,
 * new session states, spent prekeys, the place in the mailbox. Then it is acknowledged. What cannot be read
 * is counted, and acknowledged too.
 */
typedef struct Inbox Inbox;

/* received: something came, and the outbox may have something to answer. NULL: no memory. */
Inbox *inbox_new(Store *store, const PeerSelf *self, const Settings *settings, ServerLink *link,
                 Typing *typing, void (*received)(void *userdata), void *userdata);
Inbox *inbox_free(Inbox *inbox);

void inbox_deliver(Inbox *inbox, Wire__ServerFrame **frame); /* takes the frame */
void inbox_link_changed(Inbox *inbox);
