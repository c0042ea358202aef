/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/message.h"
#include "daemon/store.h"

enum { STORE_MESSAGE_NONE = 1, STORE_MESSAGE_REPEATED = 2 };

/* Fills in the number. STORE_MESSAGE_REPEATED: there is a message of this ID. */
int store_message_insert(Store *store, int64_t contact, Message *message);
/* What the contact has got stays so: states never go back. With MESSAGE_SENT and MESSAGE_FAILED, the time of one that
 * disappears begins. */
int store_message_set_state(Store *store, uint64_t number, MessageState state, Problem reason,
                            uint64_t retry_at_ms);
/* All queued messages to a contact get a reason, or lose it. */
int store_message_set_queued_reason(Store *store, int64_t contact, Problem reason, uint64_t retry_at_ms);

/* What message points to is good only within each(), which returns 0 to go on. One whose time is over is MESSAGE_EXPIRED,
 * with nothing in it, even if expiry.h has not got to it yet. */
typedef int (*MessageEach)(void *userdata, const Message *message);

/* Return 0 or STORE_MESSAGE_NONE, or what each() returned. */
int store_message_find(Store *store, const ContentMessageId *id, MessageEach each, void *userdata);
int store_message_get(Store *store, uint64_t number, MessageEach each, void *userdata);

typedef struct MessageRange {
        bool has_after;
        uint64_t after;  /* only larger numbers; then the oldest of them */
        uint64_t before; /* only smaller numbers; 0: no bound */
        unsigned limit;
} MessageRange;

/* In order of number, without expired ones. Without has_after, the newest that fit. */
int store_message_each(Store *store, int64_t contact, const MessageRange *range, MessageEach each,
                       void *userdata);

/* The kind of the newest message with a contact: 0 or STORE_MESSAGE_NONE. */
int store_message_newest_kind(Store *store, int64_t contact, MessageKind *out);
