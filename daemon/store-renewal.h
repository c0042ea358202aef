/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/* With whom a new session is wanted. */
int store_renewal_set(Store *store, int64_t contact, bool wanted);
int store_renewal_get(Store *store, int64_t contact, bool *wanted_out);

/* Those with whom it can be had now: nobody who is blocked, or whose new key is not accepted. Stops at the first result of
 * each() that is not 0, and returns it. */
int store_renewal_each(Store *store, int (*each)(void *userdata, int64_t contact), void *userdata);
