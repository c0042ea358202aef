/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/prekey.h"

enum { STORE_PREKEY_NONE = 1 };

int store_prekey_insert(Store *store, const Prekey *prekey);
int store_prekey_find(Store *store, PrekeyKind kind, uint32_t id, Prekey *out); /* 0 or STORE_PREKEY_NONE */
int store_prekey_delete(Store *store, PrekeyKind kind, uint32_t id);
/* The newest of its kind, and whether the server has it. 0 or STORE_PREKEY_NONE. */
int store_prekey_newest(Store *store, PrekeyKind kind, Prekey *out, bool *uploaded_out);
int store_prekey_set_uploaded(Store *store, PrekeyKind kind, uint32_t id);
/* Those whose successor of the same kind is on the server and older than before_ms: nobody can use them any more. */
int store_prekey_delete_replaced(Store *store, PrekeyKind kind, uint64_t before_ms);
/* One-time prekeys: all but the newest so many that the server has confirmed, and so many that it has not. */
int store_prekey_trim_one_time(Store *store, unsigned keep);

enum { STORE_LAST_RESORT_REPEATED = 1 };

/*
 * Remembers a start without a one-time prekey as long as this last-resort or signed prekey is kept. 0, or
 * STORE_LAST_RESORT_REPEATED if this base key has started a session before.
 */
int store_last_resort_use(Store *store, uint32_t prekey, const DhPublicKey *base_key);
