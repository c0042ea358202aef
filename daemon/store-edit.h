/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/content.h"

/* Another text for a message; what it said before is nowhere any more. In the caller's transaction. */
int store_message_set_text(Store *store, uint64_t number, const char *text, size_t size);

/* Leaves of a message its place and its time. In the caller's transaction. */
int store_message_forget(Store *store, uint64_t number);

/* Which edit it was that made the text what it is; counts it. */
int store_message_set_edited(Store *store, uint64_t number, uint64_t edited_ms, const ContentMessageId *edit_id);
