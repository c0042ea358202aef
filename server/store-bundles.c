/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

static void blob_deinit(StoreBlob *blob)
{
        free(blob->data);
        *blob = (StoreBlob){};
}

void store_bundles_deinit(StoreTakeBundles *request)
{
        for (size_t i = 0; i < request->count; i++) {
                blob_deinit(&request->bundles[i].identity);
                blob_deinit(&request->bundles[i].signed_prekey);
                blob_deinit(&request->bundles[i].one_time_prekey);
                blob_deinit(&request->bundles[i].last_resort_prekey);
        }
        request->count = 0;
}

int store_column_blob(Statement *s, const char *column, StoreBlob *out)
{
        const uint8_t *data = NULL;
        size_t size = 0;
        int r;

        r = statement_column_blob(s, column, &data, &size);
        if (r < 0 || !data)
                return r < 0 ? r : -EBADMSG;
        out->data = malloc(size ? size : 1);
        if (!out->data)
                return -ENOMEM;
        memcpy(out->data, data, size);
        out->size = size;
        return 0;
}

/* The oldest of the device goes, and nobody else gets it: the batch's transaction holds both. */
static int take_one_time(Store *store, StoreBundle *bundle)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t id = 0;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "DELETE FROM one_time_prekey WHERE mailbox = :mailbox AND id = "
                        "(SELECT min(id) FROM one_time_prekey WHERE mailbox = :mailbox) RETURNING id, key");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)bundle->mailbox);
        r = statement_step(s);
        if (r <= 0)
                return r;
        r = statement_column_int64(s, "id", &id);
        if (r < 0)
                return r;
        bundle->one_time_id = (uint32_t)id;
        r = store_column_blob(s, "key", &bundle->one_time_prekey);
        if (r < 0)
                return r;
        r = statement_step(s); /* to its end */
        return r < 0 ? r : 0;
}

static int count_left(Store *store, StoreBundle *bundle)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t left = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS left FROM one_time_prekey WHERE mailbox = :mailbox");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)bundle->mailbox);
        r = statement_step(s);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "left", &left);
        bundle->left = (uint32_t)left;
        return r;
}

static int read_devices(Store *store, StoreTakeBundles *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT mailbox, device_id, identity, signed_prekey, last_resort_prekey FROM device "
                        "JOIN account ON account.number = device.account WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", request->name);
        while ((r = statement_step(s)) > 0 && request->count < WIRE_DEVICES_MAX) {
                StoreBundle *bundle = &request->bundles[request->count++];
                int64_t mailbox = 0, device_id = 0;

                *bundle = (StoreBundle){};
                statement_column_int64(s, "mailbox", &mailbox);
                statement_column_int64(s, "device_id", &device_id);
                bundle->mailbox = (uint64_t)mailbox;
                bundle->device_id = (uint32_t)device_id;
                r = store_column_blob(s, "identity", &bundle->identity);
                if (r < 0)
                        return r;
                r = store_column_blob(s, "signed_prekey", &bundle->signed_prekey);
                if (r < 0)
                        return r;
                r = store_column_blob(s, "last_resort_prekey", &bundle->last_resort_prekey);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : 0;
}

int store_take_bundles(Store *store, StoreTakeBundles *request)
{
        int r;

        r = read_devices(store, request);
        if (r < 0)
                return r;
        for (size_t i = 0; i < request->count; i++) {
                r = request->keep_one_time ? 0 : take_one_time(store, &request->bundles[i]);
                if (r < 0)
                        return r;
                r = count_left(store, &request->bundles[i]);
                if (r < 0)
                        return r;
        }
        return request->count > 0 ? 0 : STORE_UNKNOWN_ACCOUNT;
}
