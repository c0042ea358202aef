/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/message.h"
#include "daemon/store.h"
#include "e2ee/content.h"

/* Another text for a message; what it said before is nowhere any more. In the caller's transaction. */
int store_message_set_text(Store *store, uint64_t number, const char *text, size_t size);

/*
 * The one function that deletes a message, with all that belongs to it: its words in the search index, its edits, reactions to
 * it, and what waits in the outbox about it. Its place and its time remain, as MESSAGE_DELETED or MESSAGE_EXPIRED. (What a
 * reply quotes of it is nowhere but in the message itself.) In the caller's transaction.
 */
int store_message_forget(Store *store, uint64_t number, MessageKind remains);

/* Which edit it was that made the text what it is; counts it. */
int store_message_set_edited(Store *store, uint64_t number, uint64_t edited_ms, const ContentMessageId *edit_id);
