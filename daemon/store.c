/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store.h"

#include <errno.h>
#include <glib.h>

#include "daemon/cleanup.h"
#include "daemon/store-search.h"

static int store_new(const char *path, const DatabaseKey *key, unsigned flags, Store **out)
{
        _cleanup_(store_freep) Store *store = NULL;
        int r;

        store = calloc(1, sizeof(*store));
        if (!store)
                return -ENOMEM;
        r = database_open(path, key, flags | DATABASE_EXCLUSIVE, &store->database);
        if (r < 0)
                return r;
        r = store_migrate(store->database);
        if (r < 0)
                return r;
        r = store_search_open(store);
        if (r < 0)
                return r;
        *out = g_steal_pointer(&store);
        return 0;
}

int store_create(const char *path, const DatabaseKey *key, Store **out)
{
        return store_new(path, key, DATABASE_CREATE, out);
}

int store_open(const char *path, const DatabaseKey *key, Store **out)
{
        return store_new(path, key, 0, out);
}

Store *store_free(Store *store)
{
        if (!store)
                return NULL;
        database_close(store->database);
        free(store);
        return NULL;
}

void store_freep(Store **store)
{
        *store = store_free(*store);
}

int store_begin(Store *store, Store **transaction_out)
{
        Database *transaction = NULL;
        int r;

        r = transaction_begin(store->database, &transaction);
        if (r < 0)
                return r;
        *transaction_out = store;
        return 0;
}

int store_commit(Store **transaction)
{
        Store *store = g_steal_pointer(transaction);
        Database *database = store->database;
        int r;

        r = transaction_commit(&database);
        if (r < 0) {
                transaction_rollbackp(&database);
                return r;
        }
        if (store->committed)
                store->committed(store->userdata);
        return 0;
}

void store_rollbackp(Store **transaction)
{
        Database *database = *transaction ? (*transaction)->database : NULL;

        transaction_rollbackp(&database);
}
