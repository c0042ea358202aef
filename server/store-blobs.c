/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store-blobs.h"

#include <errno.h>
#include <string.h>

#include "server/cleanup.h"
#include "storage/migration.h"
#include "storage/statement.h"

static const char *const scripts[] = {
                "CREATE TABLE blob ("
                "  id BLOB NOT NULL PRIMARY KEY,"
                "  owner TEXT NOT NULL,"
                "  size INTEGER NOT NULL,"
                "  stored INTEGER NOT NULL,"
                "  created_ms INTEGER NOT NULL"
                ") STRICT, WITHOUT ROWID;"
                "CREATE INDEX blob_owner ON blob (owner, size);"
                "CREATE INDEX blob_created ON blob (created_ms);"
                "CREATE TABLE gone (id BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;",
};

static const Migrations migrations = {
                .application_id = 0x534d424c, /* SMBL */
                .scripts = scripts,
                .count = sizeof(scripts) / sizeof(scripts[0]),
};

int store_blobs_open(const char *path, Database **writing_out, Database **reading_out)
{
        _cleanup_(database_closep) Database *writing = NULL;
        int r;

        r = database_open(path, NULL, DATABASE_CREATE, &writing);
        if (r < 0)
                return r;
        r = database_migrate(writing, &migrations);
        if (r < 0)
                return r;
        r = database_check(writing);
        if (r < 0)
                return r;
        r = database_open(path, NULL, DATABASE_READ_ONLY, reading_out);
        if (r < 0)
                return r;
        *writing_out = writing;
        writing = NULL;
        return 0;
}

int store_blobs_find(Database *database, const uint8_t *id, BlobRow *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t size = 0, stored = 0;
        const char *owner = NULL;
        int r;

        r = statement_prepare(database, &s, "SELECT owner, size, stored FROM blob WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id, WIRE_BLOB_ID_SIZE);
        r = statement_step(s);
        if (r <= 0)
                return r;
        statement_column_text(s, "owner", &owner);
        statement_column_int64(s, "size", &size);
        r = statement_column_int64(s, "stored", &stored);
        if (r < 0)
                return r;
        if (!owner || strlen(owner) > WIRE_USER_NAME_MAX || size < stored || stored < 0)
                return -EBADMSG;
        memcpy(out->owner, owner, strlen(owner) + 1);
        out->size = (uint64_t)size;
        out->stored = (uint64_t)stored;
        return 1;
}

int store_blobs_charged(Database *database, const char *owner, uint64_t *bytes_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t bytes = 0;
        int r;

        r = statement_prepare(database, &s,
                              "SELECT coalesce(sum(max(size, :least)), 0) AS bytes FROM blob WHERE owner = :owner");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":least", BLOB_CHARGE_MIN);
        statement_bind_text(s, ":owner", owner);
        r = statement_step(s);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "bytes", &bytes);
        *bytes_out = (uint64_t)bytes;
        return r;
}

static int read_total(Statement *s, BlobTotal *out)
{
        int r;

        r = statement_step(s);
        if (r < 0)
                return r;
        statement_column_int64(s, "count", &out->count);
        return statement_column_int64(s, "bytes", &out->bytes);
}

int store_blobs_total(Database *database, BlobTotal *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(database, &s,
                              "SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes FROM blob");
        return r < 0 ? r : read_total(s, out);
}

int store_blobs_put(Database *database, const uint8_t *id, const BlobRow *row, uint64_t now_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(database, &s,
                              "INSERT INTO blob (id, owner, size, stored, created_ms) "
                              "VALUES (:id, :owner, :size, :stored, :now_ms) "
                              "ON CONFLICT (id) DO UPDATE SET stored = excluded.stored");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id, WIRE_BLOB_ID_SIZE);
        statement_bind_text(s, ":owner", row->owner);
        statement_bind_int64(s, ":size", (int64_t)row->size);
        statement_bind_int64(s, ":stored", (int64_t)row->stored);
        statement_bind_int64(s, ":now_ms", (int64_t)now_ms);
        return statement_run(s);
}

int store_blobs_remove(Database *database, const uint8_t *id, const char *owner, BlobTotal *out)
{
        _cleanup_(statement_releasep) Statement *gone = NULL, *s = NULL;
        BlobRow row;
        int r;

        *out = (BlobTotal){};
        r = store_blobs_find(database, id, &row);
        if (r <= 0 || strcmp(row.owner, owner) != 0)
                return r < 0 ? r : 0;
        r = statement_prepare(database, &gone, "INSERT OR IGNORE INTO gone (id) VALUES (:id)");
        if (r < 0)
                return r;
        statement_bind_blob(gone, ":id", id, WIRE_BLOB_ID_SIZE);
        r = statement_run(gone);
        if (r < 0)
                return r;
        r = statement_prepare(database, &s, "DELETE FROM blob WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id, WIRE_BLOB_ID_SIZE);
        *out = (BlobTotal){.count = 1, .bytes = (int64_t)row.size};
        return statement_run(s);
}

int store_blobs_remove_owned(Database *database, const char *owner, BlobTotal *out)
{
        _cleanup_(statement_releasep) Statement *total = NULL, *gone = NULL, *s = NULL;
        int r;

        r = statement_prepare(database, &total,
                              "SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes FROM blob WHERE owner = :owner");
        if (r < 0)
                return r;
        statement_bind_text(total, ":owner", owner);
        r = read_total(total, out);
        if (r < 0 || out->count == 0)
                return r;
        r = statement_prepare(database, &gone,
                              "INSERT OR IGNORE INTO gone (id) SELECT id FROM blob WHERE owner = :owner");
        if (r < 0)
                return r;
        statement_bind_text(gone, ":owner", owner);
        r = statement_run(gone);
        if (r < 0)
                return r;
        r = statement_prepare(database, &s, "DELETE FROM blob WHERE owner = :owner");
        if (r < 0)
                return r;
        statement_bind_text(s, ":owner", owner);
        return statement_run(s);
}

int store_blobs_remove_older(Database *database, uint64_t before_ms, unsigned max, BlobTotal *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint8_t id[WIRE_BLOB_ID_SIZE];
        char owner[WIRE_USER_NAME_MAX + 1];
        int r;

        *out = (BlobTotal){};
        r = statement_prepare(database, &s,
                              "SELECT id, owner FROM blob WHERE created_ms < :before ORDER BY created_ms LIMIT 1");
        if (r < 0)
                return r;
        for (unsigned i = 0; i < max; i++) {
                const uint8_t *found = NULL;
                const char *name = NULL;
                BlobTotal one = {};
                size_t size = 0;

                statement_bind_int64(s, ":before", (int64_t)before_ms);
                r = statement_step(s);
                if (r <= 0)
                        return r;
                statement_column_blob(s, "id", &found, &size);
                statement_column_text(s, "owner", &name);
                if (size != sizeof(id) || !name || strlen(name) >= sizeof(owner))
                        return -EBADMSG;
                memcpy(id, found, sizeof(id));
                memcpy(owner, name, strlen(name) + 1);
                r = statement_reset(s);
                if (r < 0)
                        return r;
                r = store_blobs_remove(database, id, owner, &one);
                if (r < 0)
                        return r;
                out->count += one.count;
                out->bytes += one.bytes;
        }
        return 0;
}

int store_blobs_is_gone(Database *database, const uint8_t *id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(database, &s, "SELECT id FROM gone WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id, WIRE_BLOB_ID_SIZE);
        return statement_step(s);
}

int store_blobs_gone(Database *database, uint8_t ids[][WIRE_BLOB_ID_SIZE], unsigned max, unsigned *count_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        *count_out = 0;
        r = statement_prepare(database, &s, "SELECT id FROM gone LIMIT :max");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":max", max);
        while ((r = statement_step(s)) > 0) {
                const uint8_t *id = NULL;
                size_t size = 0;

                statement_column_blob(s, "id", &id, &size);
                if (size != WIRE_BLOB_ID_SIZE)
                        return -EBADMSG;
                memcpy(ids[(*count_out)++], id, WIRE_BLOB_ID_SIZE);
        }
        return r;
}

int store_blobs_forget_gone(Database *database, const uint8_t *id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(database, &s, "DELETE FROM gone WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id, WIRE_BLOB_ID_SIZE);
        return statement_run(s);
}
