/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group-outbox.h"
#include "daemon/message.h"
#include "daemon/server-link.h"
#include "daemon/store-contact.h"
#include "e2ee/peer.h"

/*
 * Sending. A message is encrypted and in the store, with the new state of its session, before anything
 * leaves; it is sent again, as it is, until the server says that it is durable. One Send is under way at a
 * time and takes along all that is ready: so the order to each recipient is kept whatever the server
 * refuses.
 */
typedef struct Outbox Outbox;

/* The others must outlive it. NULL: no memory. */
Outbox *outbox_new(Store *store, const PeerSelf *self, ServerLink *link);
Outbox *outbox_free(Outbox *outbox);

/* What is for groups leaves by another way, whenever this one is pumped. */
void outbox_set_groups(Outbox *outbox, GroupOutbox *groups);

typedef struct OutboxText {
        const char *recipient, *text;
        size_t size;
        const ContentMessageId *reply_to; /* NULL: it answers none */
} OutboxText;

/*
 * Puts a text into the store and sends it when possible. Returns 0 and the message (without text and
 * conversation), or PROBLEM_BAD_NAME, PROBLEM_BAD_TEXT, PROBLEM_TEXT_TOO_LONG,
 * PROBLEM_NOT_FOUND (there is no such message to answer in this conversation), PROBLEM_BLOCKED,
 * PROBLEM_NOT_A_MEMBER. Whoever is written to is accepted by that. What one writes to oneself is a note, and read at once.
 */
int outbox_queue(Outbox *outbox, const OutboxText *text, Message *out);

/*
 * In the caller's transaction: sends what is no message of its own, such as a receipt; outbox_pump() after the
 * commit. Whoever is not accepted gets nothing, nor does oneself. Returns 0 or PROBLEM_TEXT_TOO_LONG.
 */
int outbox_queue_content(Store *store, const PeerSelf *self, const Contact *contact, const Content *content);
/* The same, and it goes when all that is about that message goes. */
int outbox_queue_about(Store *store, const PeerSelf *self, const Contact *contact, const Content *content,
                       uint64_t about);

/* Whether a message to the contact can answer this one: 0 or PROBLEM_NOT_FOUND. */
int outbox_check_reply_to(Store *store, const Contact *contact, const ContentMessageId *id);

void outbox_link_changed(Outbox *outbox);
/* Sends what can be sent: after whatever may have made something ready. */
void outbox_pump(Outbox *outbox);
