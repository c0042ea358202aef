/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-key-package.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"

int store_key_package_insert(Store *store, const GroupPackage *package, uint64_t now_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO key_package (reference, kind, created, expires, public, secret)"
                              " VALUES (:reference, :kind, :created, :expires, :public, :secret)");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":reference", package->reference.bytes, sizeof(package->reference.bytes));
        statement_bind_int64(s, ":kind", package->kind);
        statement_bind_int64(s, ":created", (int64_t)now_ms);
        statement_bind_int64(s, ":expires", (int64_t)package->expires_ms);
        statement_bind_blob(s, ":public", package->public_part.data, package->public_part.size);
        statement_bind_blob(s, ":secret", package->secret_part.data, package->secret_part.size);
        return statement_run(s);
}

int store_key_package_secret(Store *store, const GroupReference *reference, MlsBuffer *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        MlsSlice secret = {0};
        int r;

        r = statement_prepare(store->database, &s, "SELECT secret FROM key_package WHERE reference = :reference");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":reference", reference->bytes, sizeof(reference->bytes));
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_KEY_PACKAGE_NONE;
        r = statement_column_blob(s, "secret", &secret.data, &secret.size);
        return r < 0 ? r : mls_buffer_init(out, secret);
}

int store_key_package_delete(Store *store, const GroupReference *reference)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM key_package WHERE reference = :reference");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":reference", reference->bytes, sizeof(reference->bytes));
        return statement_run(s);
}

int store_key_package_set_uploaded(Store *store, const GroupReference *reference)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE key_package SET uploaded = 1 WHERE reference = :reference");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":reference", reference->bytes, sizeof(reference->bytes));
        return statement_run(s);
}

int store_key_package_last_resort(Store *store, uint64_t *created_ms_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t created = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT created FROM key_package WHERE kind = :kind AND uploaded = 1"
                              " ORDER BY created DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", GROUP_PACKAGE_LAST_RESORT);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_KEY_PACKAGE_NONE;
        r = statement_column_int64(s, "created", &created);
        *created_ms_out = (uint64_t)created;
        return r;
}

int store_key_package_delete_expired(Store *store, uint64_t now_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM key_package WHERE expires < :now");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":now", (int64_t)now_ms);
        return statement_run(s);
}

int store_key_package_each_unsent(Store *store, int (*each)(void *userdata, const KeyPackageRow *row), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *reference = NULL;
        KeyPackageRow row;
        int64_t kind = 0;
        size_t size = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT reference, kind, public FROM key_package WHERE uploaded = 0");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                statement_column_int64(s, "kind", &kind);
                statement_column_blob(s, "reference", &reference, &size);
                r = statement_column_blob(s, "public", &row.public_part.data, &row.public_part.size);
                if (r < 0 || !reference || size != sizeof(row.reference.bytes))
                        return r < 0 ? r : -EBADMSG;
                memcpy(row.reference.bytes, reference, size);
                row.kind = (GroupPackageKind)kind;
                r = each(userdata, &row);
                if (r != 0)
                        return r;
        }
        return r;
}
