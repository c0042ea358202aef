/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/prekey-batch.h"
#include "daemon/server-link.h"

/*
 * Keeps the server supplied with this device's prekeys: one-time prekeys are filled up when they run low,
 * the signed prekey and the last-resort prekey are renewed by age, and old secret ones go.
 */
typedef struct PrekeyUpkeep PrekeyUpkeep;

/* The others must outlive it. NULL: no memory. */
PrekeyUpkeep *prekey_upkeep_new(Store *store, const Identity *identity, ServerLink *link);
PrekeyUpkeep *prekey_upkeep_free(PrekeyUpkeep *upkeep);

/* The link is online, or the server said how many one-time prekeys it has left; NULL: it did not say. */
void prekey_upkeep_run(PrekeyUpkeep *upkeep, const uint32_t *left);
void prekey_upkeep_link_changed(PrekeyUpkeep *upkeep);

/* What is needed at this time, by what the store has; in the caller's transaction, or without one. */
int prekey_upkeep_plan(Store *store, uint64_t now_ms, const uint32_t *left, PrekeyNeed *out);
