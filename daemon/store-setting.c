/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-setting.h"

#include <errno.h>

#include "daemon/cleanup.h"

int store_setting_each(Store *store, void (*each)(void *userdata, const char *name, const char *value),
                       void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT name, value FROM setting");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                const char *name = NULL, *value = NULL;

                statement_column_text(s, "name", &name);
                statement_column_text(s, "value", &value);
                if (!name || !value)
                        return -EBADMSG;
                each(userdata, name, value);
        }
        return r;
}

int store_setting_put(Store *store, const char *name, const char *value)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO setting (name, value) VALUES (:name, :value)"
                              " ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        statement_bind_text(s, ":value", value);
        return statement_run(s);
}
