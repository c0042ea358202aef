/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

void store_key_packages_deinit(StoreTakeKeyPackages *request)
{
        for (size_t i = 0; i < request->count; i++) {
                StoreKeyPackage *package = &request->packages[i];

                free(package->package.data);
                *package = (StoreKeyPackage){.name = package->name, .keep_one_time = package->keep_one_time};
        }
}

static int count_one_time(Store *store, uint64_t mailbox, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM key_package WHERE mailbox = :mailbox AND last_resort = 0");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
        r = statement_step(s);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "count", &count);
        *out = (uint32_t)count;
        return r;
}

static int remove_all(Store *store, uint64_t mailbox, bool last_resort)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM key_package WHERE mailbox = :mailbox AND last_resort = :last_resort");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
        statement_bind_int64(s, ":last_resort", last_resort);
        return statement_run(s);
}

static int add(Store *store, uint64_t mailbox, const ProtobufCBinaryData *packages, size_t count, bool last_resort)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO key_package (mailbox, last_resort, package) "
                              "VALUES (:mailbox, :last_resort, :package)");
        for (size_t i = 0; r >= 0 && i < count; i++) {
                statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
                statement_bind_int64(s, ":last_resort", last_resort);
                statement_bind_blob(s, ":package", packages[i].data, packages[i].len);
                r = statement_run(s);
        }
        return r;
}

int store_add_key_packages(Store *store, StoreAddKeyPackages *request)
{
        const Wire__UploadKeyPackages *packages = request->packages;
        int r;

        r = store_has_device(store, request->mailbox);
        if (r <= 0)
                return r < 0 ? r : STORE_STALE_DEVICE;
        r = count_one_time(store, request->mailbox, &request->left);
        if (r < 0)
                return r;
        if ((packages->replace ? 0 : request->left) + packages->n_one_time > WIRE_KEY_PACKAGES_MAX)
                return STORE_TOO_MANY_PREKEYS;
        if (packages->replace) {
                r = remove_all(store, request->mailbox, false);
                if (r < 0)
                        return r;
        }
        r = add(store, request->mailbox, packages->one_time, packages->n_one_time, false);
        if (r < 0)
                return r;
        if (packages->last_resort.len > 0) {
                r = remove_all(store, request->mailbox, true);
                if (r < 0)
                        return r;
                r = add(store, request->mailbox, &packages->last_resort, 1, true);
                if (r < 0)
                        return r;
        }
        store->pages += 2 + packages->n_one_time / 4;
        return count_one_time(store, request->mailbox, &request->left);
}

static int take_column(Statement *s, StoreBlob *out)
{
        int r;

        r = store_column_blob(s, "package", out);
        if (r < 0)
                return r;
        r = statement_step(s); /* to its end */
        return r < 0 ? r : 0;
}

/* The oldest goes, and nobody else gets it: the batch's transaction holds both. */
static int take_one_time(Store *store, StoreKeyPackage *package)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM key_package WHERE number = (SELECT min(number) FROM key_package "
                              "WHERE mailbox = :mailbox AND last_resort = 0) RETURNING package");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)package->mailbox);
        r = statement_step(s);
        if (r <= 0)
                return r;
        package->is_one_time = true;
        r = take_column(s, &package->package);
        if (r < 0)
                return r;
        store->pages += 2;
        return count_one_time(store, package->mailbox, &package->left);
}

static int read_last_resort(Store *store, StoreKeyPackage *package)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT package FROM key_package WHERE mailbox = :mailbox AND last_resort = 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)package->mailbox);
        r = statement_step(s);
        return r <= 0 ? r : take_column(s, &package->package);
}

static int take(Store *store, StoreKeyPackage *package)
{
        Mailbox *mailbox;
        int r;

        r = loaded_by_name(store, package->name, &mailbox);
        if (r != 0)
                return r < 0 ? r : 0;
        package->mailbox = mailbox->number;
        package->device_id = mailbox->device_id;
        if (!package->keep_one_time) {
                r = take_one_time(store, package);
                if (r < 0)
                        return r;
        }
        return package->package.data ? 0 : read_last_resort(store, package);
}

int store_take_key_packages(Store *store, StoreTakeKeyPackages *request)
{
        store_key_packages_deinit(request); /* of a batch that failed */
        for (size_t i = 0; i < request->count; i++) {
                int r = take(store, &request->packages[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}
