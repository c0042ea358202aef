/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-address.h"
#include "daemon/store.h"
#include "e2ee/identity.h"
#include "wire/auth.h"
#include "wire/limits.h"

typedef struct AccountKeys { /* in guarded memory */
        Identity identity;
        DeviceAuthPublicKey auth_public_key;
        DeviceAuthSecretKey auth_secret_key;
} AccountKeys;

AccountKeys *account_keys_new(void); /* zeroed; NULL: no memory */
AccountKeys *account_keys_free(AccountKeys *keys);

typedef struct AccountRecord {
        char user_name[WIRE_USER_NAME_MAX + 1];
        ServerAddress server;
        uint32_t device_id;
} AccountRecord;

void account_record_deinit(AccountRecord *record);

int store_account_insert(Store *store, const AccountRecord *record, const AccountKeys *keys);
/* -EBADMSG: there is none, or it makes no sense. */
int store_account_load(Store *store, AccountRecord *record, AccountKeys *keys);
int store_account_set_server(Store *store, const ServerAddress *server);
int store_account_set_device(Store *store, uint32_t device_id);

/* The mailbox is read up to and with this sequence. */
int store_account_sequence(Store *store, uint64_t *out);
int store_account_set_sequence(Store *store, uint64_t sequence);

int store_account_rejected(Store *store, uint64_t *out);
int store_account_add_rejected(Store *store, uint64_t more);

/* Reserves so many prekey IDs, none of which was ever given out before. */
int store_account_take_prekey_ids(Store *store, uint32_t count, uint32_t *first_out);
