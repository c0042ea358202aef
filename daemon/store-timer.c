/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-timer.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"

/* ---- Of conversations ---- */

int store_timer_get(Store *store, int64_t contact, Timer *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t seconds = 0, changed = 0;
        const uint8_t *id = NULL;
        size_t size = 0;
        int r;

        *out = (Timer){0};
        r = statement_prepare(store->database, &s,
                              "SELECT timer, timer_changed, timer_id FROM contact WHERE id = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_int64(s, "timer", &seconds);
        statement_column_int64(s, "timer_changed", &changed);
        if (seconds < 0 || seconds > UINT32_MAX)
                return -EBADMSG;
        out->seconds = (uint32_t)seconds;
        out->changed_ms = (uint64_t)changed;
        if (statement_column_is_null(s, "timer_id"))
                return 0;
        r = statement_column_blob(s, "timer_id", &id, &size);
        if (r < 0)
                return r;
        if (!id || size != sizeof(out->id.bytes))
                return -EBADMSG;
        memcpy(out->id.bytes, id, size);
        return 0;
}

int store_timer_set(Store *store, int64_t contact, const Timer *timer)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE contact SET timer = :timer, timer_changed = :changed, timer_id = :id"
                              " WHERE id = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":timer", timer->seconds);
        statement_bind_int64(s, ":changed", (int64_t)timer->changed_ms);
        statement_bind_blob(s, ":id", timer->id.bytes, sizeof(timer->id.bytes));
        statement_bind_int64(s, ":contact", contact);
        return statement_run(s);
}

/* ---- Of messages. A notice of a change has a timer, too, and stays. ---- */

int store_timer_start(Store *store, uint64_t number, uint64_t now_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET expires = :now + timer * 1000"
                              " WHERE number = :number AND timer > 0 AND expires IS NULL AND kind <> 'timer-change'");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", (int64_t)number);
        statement_bind_int64(s, ":now", (int64_t)now_ms);
        store->timers_changed = true;
        return statement_run(s);
}

int store_timer_start_read(Store *store, int64_t contact, uint64_t number, uint64_t now_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET expires = :now + timer * 1000"
                              " WHERE contact = :contact AND number <= :number AND outgoing = 0"
                              "       AND timer > 0 AND expires IS NULL AND kind <> 'timer-change'");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":number", number < INT64_MAX ? (int64_t)number : INT64_MAX);
        statement_bind_int64(s, ":now", (int64_t)now_ms);
        store->timers_changed = true;
        return statement_run(s);
}

int store_timer_first(Store *store, TimerDue *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0, expires = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, expires FROM message"
                              " WHERE expires IS NOT NULL ORDER BY expires LIMIT 1");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_TIMER_NONE;
        statement_column_int64(s, "number", &number);
        statement_column_int64(s, "contact", &out->contact);
        r = statement_column_int64(s, "expires", &expires);
        out->number = (uint64_t)number;
        out->expires_ms = (uint64_t)expires;
        return r;
}

int store_timer_limit(Store *store, uint64_t now_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET expires = :now + timer * 1000"
                              " WHERE expires IS NOT NULL AND expires > :now + timer * 1000");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":now", (int64_t)now_ms);
        return statement_run(s);
}
