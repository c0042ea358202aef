/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-renewal.h"

#include <errno.h>

#include "daemon/cleanup.h"

int store_renewal_set(Store *store, int64_t contact, bool wanted)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE contact SET renewal = :wanted"
                              " WHERE id = :contact AND renewal != :wanted");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":wanted", wanted);
        return statement_run(s);
}

int store_renewal_get(Store *store, int64_t contact, bool *wanted_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t wanted = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT renewal FROM contact WHERE id = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "renewal", &wanted);
        *wanted_out = wanted != 0;
        return r;
}

int store_renewal_each(Store *store, int (*each)(void *userdata, int64_t contact), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t contact = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT id FROM contact WHERE renewal = 1 AND new_identity IS NULL AND blocked = 0"
                              " ORDER BY id");
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
