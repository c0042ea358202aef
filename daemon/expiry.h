/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/*
 * Messages whose time is over are deleted with all that belongs to them. What remains is that there was one, which only
 * Events and Get() tell: so a repeat is known as such, and whoever follows the events hears of it. A store that is locked
 * cannot do it, and does it when it is opened; until then, and for as long as the work takes, nothing that is due is given
 * out (store-message.h).
 */

/* In a transaction of its own: some of those that are due. *next_ms_out: when to go on, maybe at once; 0: nothing waits. */
int expire_messages(Store *store, uint64_t *next_ms_out);

/* Does so in time, by the wall clock: across a suspend, and where the clock is set. */
typedef struct Expiry Expiry;

Expiry *expiry_new(Store *store); /* the store must outlive it. NULL: no memory, or no timer */
Expiry *expiry_free(Expiry *expiry);
void expiry_run(Expiry *expiry);
void expiry_committed(Expiry *expiry); /* after each commit */
