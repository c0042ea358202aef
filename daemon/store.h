/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/database.h"
#include "storage/statement.h"

/*
 * The account's encrypted database. Its tables each have a file: store-account, store-contact, store-peer,
 * store-prekey, store-message, store-outbox, store-event, store-setting. Functions there take part in the transaction that
 * their caller has begun, and return 0, a condition of their own, or a negative errno as in
 * storage/database.h.
 */
typedef struct Store {
        Database *database;
        void (*committed)(void *userdata); /* after each commit, when what it changed is durable */
        void *userdata;
        bool must_purge;     /* what was taken away is still in the log; see purge.h */
        bool timers_changed; /* there is more to expire, or sooner; see expiry.h */
} Store;

/* Makes the database, or opens it and brings its schema up to date. */
int store_create(const char *path, const DatabaseKey *key, Store **out);
int store_open(const char *path, const DatabaseKey *key, Store **out);
Store *store_free(Store *store);
void store_freep(Store **store);

/* The same, of any database: what tests of the migrations need. */
int store_migrate(Database *database);

/*
 *     _cleanup_(store_rollbackp) Store *transaction = NULL;
 *     r = store_begin(store, &transaction);
 *     ...
 *     return store_commit(&transaction);
 */
int store_begin(Store *store, Store **transaction_out);
int store_commit(Store **transaction);
void store_rollbackp(Store **transaction);
