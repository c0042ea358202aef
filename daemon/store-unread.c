/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-unread.h"

#include <errno.h>

#include "daemon/cleanup.h"

static int read_count(Statement *s, uint32_t *out)
{
        int64_t count = 0;
        int r;

        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "count", &count);
        *out = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
        return r;
}

int store_unread_of(Store *store, int64_t contact, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM message"
                              " WHERE contact = :contact AND state = 'received' AND told < 2 AND kind <> 'deleted'");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        return read_count(s, out);
}

int store_unread_total(Store *store, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM message"
                              " WHERE state = 'received' AND told < 2 AND kind <> 'deleted' AND contact IN"
                              " (SELECT id FROM contact WHERE relation = 'accepted' AND blocked = 0 AND muted = 0)");
        if (r < 0)
                return r;
        return read_count(s, out);
}
