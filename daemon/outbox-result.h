/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/problem.h"
#include "daemon/store-outbox.h"

/*
 * What becomes of envelopes, in one transaction: stored ones are sent; refused ones have failed, wait for a
 * while
 * (*pause_ms_out: nothing is to be sent for so long, or 0), or wait for a new bundle.
 */
int outbox_apply_result(Store *store, const Wire__SendResult *result, uint32_t *pause_ms_out);

/* In the caller's transaction: an entry and its message end as failed. */
int outbox_fail(Store *store, const OutboxEntry *entry, Problem reason);
/* In the caller's transaction: the message stays queued, and says why. retry_at_ms: until when, or 0. */
int outbox_hold(Store *store, const OutboxEntry *entry, Problem reason, uint64_t retry_at_ms);
