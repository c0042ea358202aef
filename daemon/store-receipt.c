/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-receipt.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"

int store_receipt_each_contact(Store *store, int (*each)(void *userdata, int64_t contact), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t contact = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT id FROM contact WHERE id IN"
                              " (SELECT contact FROM message"
                              "  WHERE told < CASE state WHEN 'read' THEN 2 ELSE 1 END)"
                              " AND relation = 'accepted' AND blocked = 0 AND new_identity IS NULL");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                r = statement_column_int64(s, "id", &contact);
                if (r == 0)
                        r = each(userdata, contact);
                if (r != 0)
                        return r;
        }
        return r;
}

int store_receipt_due(Store *store, int64_t contact, MessageState state, ReceiptsDue *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *id = NULL;
        int64_t number = 0;
        size_t size = 0;
        int r;

        out->count = 0;
        r = statement_prepare(store->database, &s,
                              "SELECT number, id FROM message WHERE contact = :contact AND state = :state"
                              " AND told < CASE state WHEN 'read' THEN 2 ELSE 1 END"
                              " ORDER BY number LIMIT :limit");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_text(s, ":state", message_state_name(state));
        statement_bind_int64(s, ":limit", CONTENT_RECEIPT_MAX);
        while (out->count < CONTENT_RECEIPT_MAX && (r = statement_step(s)) > 0) {
                statement_column_int64(s, "number", &number);
                r = statement_column_blob(s, "id", &id, &size);
                if (r < 0)
                        return r;
                if (size != sizeof(out->ids[0].bytes))
                        return -EBADMSG;
                memcpy(out->ids[out->count++].bytes, id, size);
                out->last = (uint64_t)number;
        }
        return r < 0 ? r : 0;
}

int store_receipt_set_told(Store *store, int64_t contact, MessageState state, uint64_t last)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET told = CASE state WHEN 'read' THEN 2 ELSE 1 END"
                              " WHERE contact = :contact AND state = :state AND number <= :last"
                              " AND told < CASE state WHEN 'read' THEN 2 ELSE 1 END");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_text(s, ":state", message_state_name(state));
        statement_bind_int64(s, ":last", (int64_t)last);
        return statement_run(s);
}

int store_receipt_mark_read(Store *store, int64_t contact, uint64_t number, uint64_t *last_out)
{
        _cleanup_(statement_releasep) Statement *find = NULL, *mark = NULL;
        const int64_t bound = number < INT64_MAX ? (int64_t)number : INT64_MAX;
        int64_t last = 0;
        int r;

        r = statement_prepare(store->database, &find,
                              "SELECT coalesce(max(number), 0) AS last FROM message"
                              " WHERE contact = :contact AND number <= :bound AND state = 'received' AND told < 2");
        if (r < 0)
                return r;
        statement_bind_int64(find, ":contact", contact);
        statement_bind_int64(find, ":bound", bound);
        r = statement_step(find);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(find, "last", &last);
        *last_out = (uint64_t)last;
        if (r < 0 || last == 0)
                return r;
        r = statement_prepare(store->database, &mark,
                              "UPDATE message SET state = 'read'"
                              " WHERE contact = :contact AND number <= :bound AND state = 'received' AND told < 2");
        if (r < 0)
                return r;
        statement_bind_int64(mark, ":contact", contact);
        statement_bind_int64(mark, ":bound", bound);
        return statement_run(mark);
}
