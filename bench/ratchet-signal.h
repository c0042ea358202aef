/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <signal/signal_protocol.h>

extern const signal_crypto_provider ratchet_signal_crypto;

/* One side's keys and its one session, in memory. */
typedef struct SignalStore {
        signal_protocol_store_context *context;
        signal_buffer *identity_public, *identity_secret, *session, *prekey, *signed_prekey;
} SignalStore;

int signal_store_init(SignalStore *store, signal_context *global);
void signal_store_deinit(SignalStore *store);
