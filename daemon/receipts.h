/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "daemon/settings.h"
#include "e2ee/content.h"

/*
 * Telling senders what became of their messages, and hearing it of ours. What a sender has been told stands beside each
 * message, so nothing has to be remembered elsewhere: whoever inserts a message or marks it as read has said all.
 */

/*
 * In the caller's transaction: queues what accepted contacts have not been told, one receipt of a kind for all messages
 * of a contact. What the person does not want to tell counts as told. outbox_pump() after the commit.
 */
int receipts_queue(Store *store, const PeerSelf *self, const Settings *settings);

/* The same in a transaction of its own, if there is anything to tell. */
int receipts_send(Store *store, const PeerSelf *self, const Settings *settings);

/* In a transaction of its own: the person has read what came, up to this number. 0 or PROBLEM_NOT_FOUND. */
int receipts_mark_read(Store *store, const char *conversation, uint64_t number);

/* One that came, as inbox_take_content() says. */
int receipts_take(const InboxContext *context, const Content *content);
