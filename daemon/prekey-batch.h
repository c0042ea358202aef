/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/prekey.h"
#include "wire/messenger.pb-c.h"

/* Prekeys on their way to the server: the public parts. The secret ones are in the store before anything
 * leaves. */
typedef struct PublicPrekey {
        uint32_t id; /* 0: none */
        size_t size;
        uint8_t bytes[PREKEY_ENCODED_SIZE];
} PublicPrekey;

typedef struct PrekeyBatch {
        PublicPrekey signed_prekey, last_resort;
        unsigned one_time_count;
        PublicPrekey one_time[ONE_TIME_PREKEYS_FULL];
        Wire__OneTimePrekey wire[ONE_TIME_PREKEYS_FULL];
        Wire__OneTimePrekey *wire_pointers[ONE_TIME_PREKEYS_FULL];
} PrekeyBatch;

typedef struct PrekeyNeed {
        bool signed_prekey, last_resort;
        unsigned one_time;
} PrekeyNeed;

/* In the caller's transaction: makes what is needed. Of signed and last-resort prekeys that the server never
 * confirmed, the newest is taken again instead if it is young enough. */
int prekey_batch_make(Store *store, const Identity *owner, const PrekeyNeed *need, PrekeyBatch *out);
bool prekey_batch_is_empty(const PrekeyBatch *batch);
/* In the caller's transaction: the server has them. */
int prekey_batch_confirm(Store *store, const PrekeyBatch *batch);

/* For a frame; both point into the batch. */
void prekey_batch_fill_upload(PrekeyBatch *batch, Wire__UploadPrekeys *out);
void prekey_batch_fill_device(PrekeyBatch *batch, Wire__DeviceKeys *out);
