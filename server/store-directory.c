/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

/* Names are made of characters below the last one of ASCII: one range of the index has all that begin alike. */
int store_find_users(Store *store, StoreFindUsers *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        char end[sizeof(request->prefix) + 1];
        int r;

        r = statement_prepare(store->reading, &s,
                              "SELECT name FROM account WHERE name >= :prefix AND name < :end AND name > :after "
                              "ORDER BY name LIMIT :limit");
        if (r < 0)
                return r;
        snprintf(end, sizeof(end), "%s\x7f", request->prefix);
        statement_bind_text(s, ":prefix", request->prefix);
        statement_bind_text(s, ":end", end);
        statement_bind_text(s, ":after", request->after);
        statement_bind_int64(s, ":limit", request->limit);
        while ((r = statement_step(s)) > 0 && request->count < WIRE_USERS_MAX) {
                const char *name = NULL;

                statement_column_text(s, "name", &name);
                if (!name || strlen(name) > WIRE_USER_NAME_MAX)
                        return -EBADMSG;
                memcpy(request->names[request->count++], name, strlen(name) + 1);
        }
        return r < 0 ? r : 0;
}
