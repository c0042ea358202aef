/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/* What strangers have in the store. */

int store_request_count(Store *store, uint32_t *out); /* open requests */
/* The messages of a contact, and their bytes of text. */
int store_request_size(Store *store, int64_t contact, uint32_t *messages_out, uint64_t *bytes_out);
/* All messages of a contact to whom nothing was ever sent; events of them name no message any more. */
int store_request_forget_messages(Store *store, int64_t contact);
