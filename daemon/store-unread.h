/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/*
 * The one place that counts what nobody here has read: texts and files that came, and have not been deleted. All that shows a count
 * asks here.
 */
int store_unread_of(Store *store, int64_t contact, uint32_t *out);
/* Of all conversations but those that are muted, and of contacts who are not accepted. */
int store_unread_total(Store *store, uint32_t *out);
