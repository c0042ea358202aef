/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/message.h"
#include "daemon/store.h"

/* Accepted contacts, with a key that is accepted, who have not been told all; stops at the first result of each() that
 * is not 0, and returns it. */
int store_receipt_each_contact(Store *store, int (*each)(void *userdata, int64_t contact), void *userdata);

typedef struct ReceiptsDue {
        ContentMessageId ids[CONTENT_RECEIPT_MAX];
        size_t count;
        uint64_t last; /* the number of the last of them */
} ReceiptsDue;

/* The oldest messages in this state, MESSAGE_RECEIVED or MESSAGE_READ, of which the sender has not been told it. */
int store_receipt_due(Store *store, int64_t contact, MessageState state, ReceiptsDue *out);
/* The sender has been told it, or is not to be, up to this number. */
int store_receipt_set_told(Store *store, int64_t contact, MessageState state, uint64_t last);

/* *last_out: the newest message that was not read before, or 0. */
int store_receipt_mark_read(Store *store, int64_t contact, uint64_t number, uint64_t *last_out);
