/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-event.h"

#include <errno.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"

int store_event_add(Store *store, EventKind kind, int64_t contact, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO event (time, kind, contact, message)"
                              " VALUES (:time, :kind, :contact, :message)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":time", (int64_t)clock_now_ms());
        statement_bind_text(s, ":kind", event_kind_name(kind));
        if (contact)
                statement_bind_int64(s, ":contact", contact);
        if (message)
                statement_bind_int64(s, ":message", (int64_t)message);
        return statement_run(s);
}

int store_event_last(Store *store, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT coalesce(max(number), 0) AS number FROM event");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "number", &number);
        *out = (uint64_t)number;
        return r;
}

static int read_row(Statement *s, Event *out)
{
        int64_t number = 0, time = 0, message = 0;
        const char *kind = NULL;

        *out = (Event){0};
        statement_column_int64(s, "number", &number);
        statement_column_int64(s, "time", &time);
        statement_column_text(s, "kind", &kind);
        statement_column_text(s, "conversation", &out->conversation);
        if (!statement_column_is_null(s, "message"))
                statement_column_int64(s, "message", &message);
        out->number = (uint64_t)number;
        out->time_ms = (uint64_t)time;
        out->message = (uint64_t)message;
        return kind && event_kind_from_name(kind, &out->kind) ? 0 : -EBADMSG;
}

int store_event_each(Store *store, uint64_t since, unsigned limit, EventEach each, void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        Event event;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT event.number, event.time, event.kind, event.message,"
                              "       contact.name AS conversation"
                              " FROM event LEFT JOIN contact ON contact.id = event.contact"
                              " WHERE event.number > :since ORDER BY event.number LIMIT :limit");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":since", since < INT64_MAX ? (int64_t)since : INT64_MAX);
        statement_bind_int64(s, ":limit", limit);
        while ((r = statement_step(s)) > 0) {
                r = read_row(s, &event);
                if (r == 0)
                        r = each(userdata, &event);
                if (r != 0)
                        return r;
        }
        return r;
}
