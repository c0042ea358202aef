/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-export.h"

#include <errno.h>

#include "daemon/cleanup.h"

int store_export_bounds(Store *store, int64_t contact, ExportBounds *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t last = 0, total = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT coalesce(max(number), 0) AS last, count(*) AS total FROM message"
                              " WHERE (:contact = 0 OR contact = :contact) AND kind <> 'expired'");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_int64(s, "last", &last);
        r = statement_column_int64(s, "total", &total);
        out->last = (uint64_t)last;
        out->total = (uint64_t)total;
        return r;
}

int store_export_next(Store *store, int64_t contact, uint64_t after, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0;
        int r;

        if (contact)
                r = statement_prepare(
                                store->database, &s,
                                "SELECT number FROM message WHERE contact = :contact AND number > :after"
                                " AND kind <> 'expired' ORDER BY number LIMIT 1");
        else
                r = statement_prepare(
                                store->database, &s,
                                "SELECT number FROM message WHERE number > :after AND kind <> 'expired'"
                                " ORDER BY number LIMIT 1");
        if (r < 0)
                return r;
        if (contact)
                statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":after", (int64_t)after);
        r = statement_step(s);
        if (r > 0)
                r = statement_column_int64(s, "number", &number);
        *out = (uint64_t)number;
        return r;
}
