/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cleanup.h"

int store_outbox_add_message(Store *store, int64_t contact, uint64_t message, int64_t *number_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO outbox (contact, message) VALUES (:contact, :message)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":message", (int64_t)message);
        r = statement_run(s);
        *number_out = database_last_insert_id(store->database);
        return r;
}

int store_outbox_add_content(Store *store, int64_t contact, const uint8_t *content, size_t size,
                             int64_t *number_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO outbox (contact, content) VALUES (:contact, :content)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_blob(s, ":content", content, size);
        r = statement_run(s);
        *number_out = database_last_insert_id(store->database);
        return r;
}

int store_outbox_set_ahead(Store *store, int64_t number)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE outbox SET ahead = 1 WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        return statement_run(s);
}

int store_outbox_delete_ahead(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM outbox WHERE contact = :contact AND ahead = 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

int store_outbox_add_reset(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "INSERT INTO outbox (contact) VALUES (:contact)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

int store_outbox_set_envelope(Store *store, int64_t number, uint32_t device_id,
                              const EnvelopeId *envelope_id, const uint8_t *envelope, size_t size)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE outbox SET device_id = :device_id, envelope_id = :envelope_id,"
                              "       envelope = :envelope WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        statement_bind_int64(s, ":device_id", device_id);
        statement_bind_blob(s, ":envelope_id", envelope_id->bytes, sizeof(envelope_id->bytes));
        statement_bind_blob(s, ":envelope", envelope, size);
        return statement_run(s);
}

int store_outbox_delete(Store *store, int64_t number)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM outbox WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        return statement_run(s);
}

int store_outbox_unseal(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE outbox SET device_id = NULL, envelope_id = NULL, envelope = NULL"
                              " WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

static int read_row(Statement *s, OutboxEntry *out)
{
        int64_t message = 0, device_id = 0;
        const uint8_t *envelope_id = NULL;
        size_t size = 0;

        *out = (OutboxEntry){0};
        statement_column_int64(s, "number", &out->number);
        statement_column_int64(s, "contact", &out->contact);
        if (!statement_column_is_null(s, "message"))
                statement_column_int64(s, "message", &message);
        out->message = (uint64_t)message;
        if (statement_column_is_null(s, "envelope_id"))
                return 0;
        statement_column_int64(s, "device_id", &device_id);
        statement_column_blob(s, "envelope_id", &envelope_id, &size);
        if (!envelope_id || size != sizeof(out->envelope_id.bytes) || device_id < 0 ||
            device_id > UINT32_MAX)
                return -EBADMSG;
        out->device_id = (uint32_t)device_id;
        memcpy(out->envelope_id.bytes, envelope_id, size);
        return 0;
}

static int read_one(Statement *s, OutboxEntry *out)
{
        int r;

        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_OUTBOX_NONE;
        return read_row(s, out);
}

int store_outbox_each_ready(Store *store, int (*each)(void *userdata, const OutboxEntry *entry),
                            void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        OutboxEntry entry;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT outbox.number, contact, message, outbox.device_id, envelope_id, envelope,"
                        "       contact.name AS recipient"
                        " FROM outbox JOIN contact ON contact.id = outbox.contact"
                        " WHERE envelope IS NOT NULL AND is_group = 0 ORDER BY outbox.number");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                r = read_row(s, &entry);
                if (r < 0)
                        return r;
                statement_column_blob(s, "envelope", &entry.envelope, &entry.envelope_size);
                statement_column_text(s, "recipient", &entry.recipient);
                r = each(userdata, &entry);
                if (r != 0)
                        return r;
        }
        return r;
}

int store_outbox_find(Store *store, const EnvelopeId *envelope_id, OutboxEntry *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, message, device_id, envelope_id FROM outbox"
                              " WHERE envelope_id = :envelope_id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":envelope_id", envelope_id->bytes, sizeof(envelope_id->bytes));
        return read_one(s, out);
}

int store_outbox_find_message(Store *store, uint64_t message, OutboxEntry *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, message, device_id, envelope_id FROM outbox"
                              " WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        return read_one(s, out);
}

int store_outbox_set_about(Store *store, int64_t number, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE outbox SET about = :about WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        statement_bind_int64(s, ":about", (int64_t)message);
        return statement_run(s);
}

int store_outbox_delete_about(Store *store, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM outbox WHERE about = :about");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":about", (int64_t)message);
        return statement_run(s);
}

int store_outbox_content(Store *store, int64_t number, uint8_t **out, size_t *size_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *content = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT content FROM outbox WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        if (statement_column_is_null(s, "content"))
                return STORE_OUTBOX_NONE;
        r = statement_column_blob(s, "content", &content, size_out);
        if (r < 0)
                return r;
        *out = malloc(*size_out ? *size_out : 1);
        if (!*out)
                return -ENOMEM;
        memcpy(*out, content, *size_out);
        return 0;
}

int store_outbox_first_waiting(Store *store, int64_t contact, OutboxEntry *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, message, outbox.device_id, envelope_id"
                              " FROM outbox JOIN contact ON contact.id = outbox.contact"
                              " WHERE contact = :contact AND envelope IS NULL"
                              "       AND (new_identity IS NULL OR ahead = 1)"
                              " ORDER BY number LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return read_one(s, out);
}

int store_outbox_first(Store *store, int64_t contact, OutboxEntry *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, message, device_id, envelope_id FROM outbox"
                              " WHERE contact = :contact ORDER BY number LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return read_one(s, out);
}

int store_outbox_has_reset(Store *store, int64_t contact, bool *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT number FROM outbox"
                        " WHERE contact = :contact AND message IS NULL AND content IS NULL LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        *out = r > 0;
        return r < 0 ? r : 0;
}

int store_outbox_each_waiting_contact(Store *store, int (*each)(void *userdata, int64_t contact),
                                      void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t contact = 0;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT contact, min(outbox.number) AS first"
                        " FROM outbox JOIN contact ON contact.id = outbox.contact"
                        " WHERE envelope IS NULL AND (new_identity IS NULL OR ahead = 1) AND is_group = 0"
                        " GROUP BY contact ORDER BY first");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                r = statement_column_int64(s, "contact", &contact);
                if (r == 0)
                        r = each(userdata, contact);
                if (r != 0)
                        return r;
        }
        return r;
}

int store_outbox_count_messages(Store *store, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT count(message) AS count FROM outbox");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "count", &count);
        *out = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
        return r;
}

int store_outbox_last(Store *store, int64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT coalesce(max(number), 0) AS number FROM outbox");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        return statement_column_int64(s, "number", out);
}

int store_outbox_count_between(Store *store, int64_t first, int64_t last, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM outbox WHERE number BETWEEN :first AND :last");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":first", first);
        statement_bind_int64(s, ":last", last);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "count", &count);
        *out = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
        return r;
}
