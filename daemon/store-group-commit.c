/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/store-group.h"

/* ---- Commits of ours ---- */

int store_group_commit_set(Store *store, const GroupCommitRow *row)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT OR REPLACE INTO group_commit"
                              " (contact, envelope_id, epoch, payload, welcome, added, removed, in_spite_of)"
                              " VALUES (:contact, :envelope_id, :epoch, :payload, :welcome, :added, :removed,"
                              "         :in_spite_of)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", row->contact);
        statement_bind_blob(s, ":envelope_id", row->envelope_id.bytes, sizeof(row->envelope_id.bytes));
        statement_bind_int64(s, ":epoch", (int64_t)row->epoch);
        statement_bind_blob(s, ":payload", row->payload.data, row->payload.size);
        statement_bind_blob(s, ":welcome", row->welcome.size ? row->welcome.data : (const uint8_t *)"",
                            row->welcome.size);
        statement_bind_text(s, ":added", row->added);
        statement_bind_text(s, ":removed", row->removed);
        statement_bind_blob(s, ":in_spite_of", row->has_in_spite_of ? row->in_spite_of.bytes : NULL,
                            row->has_in_spite_of ? sizeof(row->in_spite_of.bytes) : 0);
        return statement_run(s);
}

int store_group_commit_delete(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM group_commit WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

int store_group_commit_set_late(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE group_commit SET was_late = 1 WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

int store_group_commit_again(Store *store, const GroupRecord *record)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE group_commit SET in_spite_of = :refused, was_late = 0"
                              " WHERE contact = :contact AND was_late = 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", record->contact);
        statement_bind_blob(s, ":refused", record->has_refused ? record->refused.bytes : NULL,
                            record->has_refused ? sizeof(record->refused.bytes) : 0);
        return statement_run(s);
}

int store_group_commit_find(Store *store, const EnvelopeId *id, int64_t *contact_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT contact FROM group_commit WHERE envelope_id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        return statement_column_int64(s, "contact", contact_out);
}

int store_group_commit_exists(Store *store, int64_t contact, bool *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT contact FROM group_commit WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        *out = r > 0;
        return r < 0 ? r : 0;
}

static int copy_id(Statement *s, const char *column, uint8_t *out, size_t size)
{
        const uint8_t *data = NULL;
        size_t found = 0;
        int r;

        r = statement_column_blob(s, column, &data, &found);
        if (r < 0)
                return r;
        if (!data || found != size)
                return -EBADMSG;
        memcpy(out, data, size);
        return 0;
}

int store_group_commit_first(Store *store, int (*each)(void *userdata, const GroupCommitRow *row), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        GroupCommitRow row = {0};
        int64_t epoch = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT group_commit.*, group_id FROM group_commit"
                              " JOIN group_session ON group_session.contact = group_commit.contact"
                              " WHERE was_late = 0 ORDER BY group_commit.contact LIMIT 1");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        statement_column_int64(s, "contact", &row.contact);
        statement_column_int64(s, "epoch", &epoch);
        row.epoch = (uint64_t)epoch;
        statement_column_blob(s, "payload", &row.payload.data, &row.payload.size);
        statement_column_blob(s, "welcome", &row.welcome.data, &row.welcome.size);
        statement_column_text(s, "added", &row.added);
        statement_column_text(s, "removed", &row.removed);
        r = copy_id(s, "group_id", row.id.bytes, sizeof(row.id.bytes));
        if (r == 0)
                r = copy_id(s, "envelope_id", row.envelope_id.bytes, sizeof(row.envelope_id.bytes));
        row.has_in_spite_of = !statement_column_is_null(s, "in_spite_of");
        if (r == 0 && row.has_in_spite_of)
                r = copy_id(s, "in_spite_of", row.in_spite_of.bytes, sizeof(row.in_spite_of.bytes));
        return r < 0 ? r : each(userdata, &row);
}

/* ---- What came too early ---- */

enum { HELD_MAX = 500 }; /* of one group */

int store_group_hold(Store *store, int64_t contact, const EnvelopeId *id, MlsSlice payload)
{
        _cleanup_(statement_releasep) Statement *s = NULL, *trim = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO group_held (contact, envelope_id, payload)"
                              " VALUES (:contact, :id, :payload)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        statement_bind_blob(s, ":payload", payload.data, payload.size);
        r = statement_run(s);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &trim,
                              "DELETE FROM group_held WHERE contact = :contact AND number <="
                              " (SELECT number FROM group_held WHERE contact = :contact"
                              "  ORDER BY number DESC LIMIT 1 OFFSET :keep)");
        if (r < 0)
                return r;
        statement_bind_int64(trim, ":contact", contact);
        statement_bind_int64(trim, ":keep", HELD_MAX);
        return statement_run(trim);
}

int store_group_held_after(Store *store, int64_t contact, int64_t after, int64_t *number_out, EnvelopeId *id_out,
                           MlsBuffer *payload_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        MlsSlice payload = {0};
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, envelope_id, payload FROM group_held"
                              " WHERE contact = :contact AND number > :after ORDER BY number LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":after", after);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        statement_column_int64(s, "number", number_out);
        statement_column_blob(s, "payload", &payload.data, &payload.size);
        r = copy_id(s, "envelope_id", id_out->bytes, sizeof(id_out->bytes));
        return r < 0 ? r : mls_buffer_init(payload_out, payload);
}

int store_group_held_delete(Store *store, int64_t number)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM group_held WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        return statement_run(s);
}

int store_group_held_clear(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM group_held WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

/* ---- Goodbyes ---- */

int store_group_goodbye_add(Store *store, const GroupId *id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "INSERT OR IGNORE INTO group_goodbye (group_id) VALUES (:id)");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        return statement_run(s);
}

/* Not before what is still to be said there has left. */
int store_group_goodbye_first(Store *store, GroupId *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT group_id FROM group_goodbye WHERE group_id NOT IN"
                              " (SELECT group_id FROM group_session JOIN outbox"
                              "         ON outbox.contact = group_session.contact) LIMIT 1");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        return copy_id(s, "group_id", out->bytes, sizeof(out->bytes));
}

int store_group_goodbye_delete(Store *store, const GroupId *id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM group_goodbye WHERE group_id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        return statement_run(s);
}

/* ---- The outbox ---- */

int store_group_outbox_first(Store *store, int (*each)(void *userdata, const OutboxEntry *entry), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *id = NULL;
        OutboxEntry entry = {0};
        int64_t message = 0;
        size_t size = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT outbox.number, outbox.contact, message, outbox.envelope_id, envelope"
                              " FROM outbox JOIN group_session ON group_session.contact = outbox.contact"
                              " WHERE (standing = 'member' OR (standing = 'leaving' AND envelope IS NOT NULL)) AND behind = 0"
                              "   AND outbox.contact NOT IN (SELECT contact FROM group_commit)"
                              " ORDER BY outbox.number LIMIT 1");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_OUTBOX_NONE;
        statement_column_int64(s, "number", &entry.number);
        statement_column_int64(s, "contact", &entry.contact);
        if (!statement_column_is_null(s, "message"))
                statement_column_int64(s, "message", &message);
        entry.message = (uint64_t)message;
        if (!statement_column_is_null(s, "envelope_id")) {
                statement_column_blob(s, "envelope_id", &id, &size);
                if (!id || size != sizeof(entry.envelope_id.bytes))
                        return -EBADMSG;
                memcpy(entry.envelope_id.bytes, id, size);
                statement_column_blob(s, "envelope", &entry.envelope, &entry.envelope_size);
                entry.device_id = STORE_GROUP_DEVICE;
        }
        return each(userdata, &entry);
}
