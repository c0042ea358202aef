/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-prekey.h"

#include <errno.h>
#include <sodium.h>

#include "daemon/cleanup.h"

int store_prekey_insert(Store *store, const Prekey *prekey)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint8_t secret[PREKEY_SECRET_SIZE];
        size_t size;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO prekey (kind, id, created, secret)"
                              " VALUES (:kind, :id, :created, :secret)");
        if (r < 0)
                return r;
        size = prekey_encode(prekey, secret);
        statement_bind_int64(s, ":kind", prekey->kind);
        statement_bind_int64(s, ":id", prekey->id);
        statement_bind_int64(s, ":created", (int64_t)prekey->created_ms);
        statement_bind_blob(s, ":secret", secret, size);
        sodium_memzero(secret, sizeof(secret));
        return statement_run(s);
}

static int read_prekey(Statement *s, Prekey *out)
{
        const uint8_t *secret = NULL;
        size_t size = 0;
        int r;

        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_PREKEY_NONE;
        r = statement_column_blob(s, "secret", &secret, &size);
        if (r < 0)
                return r;
        return prekey_decode(secret, size, out) == 0 ? 0 : -EBADMSG;
}

int store_prekey_find(Store *store, PrekeyKind kind, uint32_t id, Prekey *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT secret FROM prekey WHERE kind = :kind AND id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", kind);
        statement_bind_int64(s, ":id", id);
        return read_prekey(s, out);
}

int store_prekey_delete(Store *store, PrekeyKind kind, uint32_t id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM prekey WHERE kind = :kind AND id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", kind);
        statement_bind_int64(s, ":id", id);
        return statement_run(s);
}

int store_prekey_newest(Store *store, PrekeyKind kind, Prekey *out, bool *uploaded_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t uploaded = 0;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT secret, uploaded FROM prekey WHERE kind = :kind ORDER BY id DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", kind);
        r = read_prekey(s, out);
        if (r != 0)
                return r;
        r = statement_column_int64(s, "uploaded", &uploaded);
        *uploaded_out = uploaded != 0;
        return r;
}

int store_prekey_set_uploaded(Store *store, PrekeyKind kind, uint32_t id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE prekey SET uploaded = 1 WHERE kind = :kind AND id = :id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", kind);
        statement_bind_int64(s, ":id", id);
        return statement_run(s);
}

int store_prekey_delete_replaced(Store *store, PrekeyKind kind, uint64_t before_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL, *uses = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "DELETE FROM prekey WHERE kind = :kind AND EXISTS"
                        " (SELECT 1 FROM prekey AS newer WHERE newer.kind = prekey.kind"
                        "  AND newer.id > prekey.id AND newer.uploaded = 1 AND newer.created < :before)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", kind);
        statement_bind_int64(s, ":before", (int64_t)before_ms);
        r = statement_run(s);
        if (r < 0)
                return r;
        /* Prekeys of all kinds share one row of IDs, and no one-time prekey is in this table. */
        r = statement_prepare(store->database, &uses,
                              "DELETE FROM last_resort_use WHERE prekey NOT IN"
                              " (SELECT id FROM prekey WHERE kind <> :one_time)");
        if (r < 0)
                return r;
        statement_bind_int64(uses, ":one_time", PREKEY_ONE_TIME);
        return statement_run(uses);
}

static int trim_one_time(Store *store, bool uploaded, unsigned keep)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM prekey WHERE kind = :kind AND uploaded = :uploaded AND id <="
                              " (SELECT id FROM prekey WHERE kind = :kind AND uploaded = :uploaded"
                              "  ORDER BY id DESC LIMIT 1 OFFSET :keep)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":kind", PREKEY_ONE_TIME);
        statement_bind_int64(s, ":uploaded", uploaded);
        statement_bind_int64(s, ":keep", keep);
        return statement_run(s);
}

int store_prekey_trim_one_time(Store *store, unsigned keep)
{
        int r;

        r = trim_one_time(store, true, keep);
        return r < 0 ? r : trim_one_time(store, false, keep);
}

int store_last_resort_use(Store *store, uint32_t prekey, const DhPublicKey *base_key)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO last_resort_use (base_key, prekey) VALUES (:base_key, :prekey)"
                              " ON CONFLICT DO NOTHING RETURNING prekey");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":base_key", base_key->bytes, sizeof(base_key->bytes));
        statement_bind_int64(s, ":prekey", prekey);
        r = statement_step(s);
        if (r < 0)
                return r;
        return r == 0 ? STORE_LAST_RESORT_REPEATED : 0;
}
