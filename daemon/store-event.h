/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/event.h"
#include "daemon/store.h"

/* contact 0, message 0: none. */
int store_event_add(Store *store, EventKind kind, int64_t contact, uint64_t message);
int store_event_last(Store *store, uint64_t *out);

/* Those with a larger number than since, in order; stops at the first result of each() that is not 0, and
 * returns it. */
typedef int (*EventEach)(void *userdata, const Event *event);
int store_event_each(Store *store, uint64_t since, unsigned limit, EventEach each, void *userdata);
