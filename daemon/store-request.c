/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-request.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/store-search.h"

int store_request_count(Store *store, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT count(*) AS count FROM contact WHERE relation = 'request' AND blocked = 0 AND is_group = 0");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "count", &count);
        *out = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
        return r;
}

int store_request_size(Store *store, int64_t contact, uint32_t *messages_out, uint64_t *bytes_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t messages = 0, bytes = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS messages,"
                              "       coalesce(sum(length(CAST(text AS BLOB))), 0) AS bytes"
                              " FROM message WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_int64(s, "messages", &messages);
        r = statement_column_int64(s, "bytes", &bytes);
        *messages_out = messages > UINT32_MAX ? UINT32_MAX : (uint32_t)messages;
        *bytes_out = (uint64_t)bytes;
        return r;
}

static int forget_words(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, text FROM message WHERE contact = :contact AND text IS NOT NULL");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        while ((r = statement_step(s)) > 0) {
                const char *text = NULL;

                statement_column_int64(s, "number", &number);
                r = statement_column_text(s, "text", &text);
                if (r < 0)
                        return r;
                r = store_search_remove(store, (uint64_t)number, contact, text, strlen(text));
                if (r < 0)
                        return r;
        }
        return r;
}

int store_request_forget_messages(Store *store, int64_t contact)
{
        _cleanup_(statement_releasep) Statement *events = NULL, *messages = NULL;
        int r;

        store->must_purge = true;
        r = forget_words(store, contact);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &events,
                              "UPDATE event SET message = NULL WHERE message IN"
                              " (SELECT number FROM message WHERE contact = :contact)");
        if (r < 0)
                return r;
        statement_bind_int64(events, ":contact", contact);
        r = statement_run(events);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &messages, "DELETE FROM message WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(messages, ":contact", contact);
        return statement_run(messages);
}
