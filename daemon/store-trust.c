/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-trust.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"

static const char *const names[] = {
                [VERIFIED_NOT] = "",
                [VERIFIED_BY_EMOJI] = "emoji",
                [VERIFIED_BY_NUMBER] = "safety-number",
};

const char *verified_how_name(VerifiedHow how)
{
        return names[how];
}

int store_trust_get(Store *store, int64_t contact, ContactTrust *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *how = NULL;
        int64_t verified = 0;
        int r;

        *out = (ContactTrust){0};
        r = statement_prepare(store->database, &s,
                              "SELECT verified, verified_how FROM contact WHERE id = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        if (statement_column_is_null(s, "verified"))
                return 0;
        statement_column_int64(s, "verified", &verified);
        r = statement_column_text(s, "verified_how", &how);
        if (r < 0)
                return r;
        for (unsigned i = VERIFIED_NOT + 1; how && i < G_N_ELEMENTS(names); i++) {
                if (strcmp(how, names[i]) != 0)
                        continue;
                *out = (ContactTrust){.how = (VerifiedHow)i, .verified_ms = (uint64_t)verified};
                return 0;
        }
        return -EBADMSG;
}

int store_trust_set(Store *store, int64_t contact, const ContactTrust *trust)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "UPDATE contact SET verified = :verified, verified_how = :how WHERE id = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        if (trust->how != VERIFIED_NOT) {
                statement_bind_int64(s, ":verified", (int64_t)trust->verified_ms);
                statement_bind_text(s, ":how", verified_how_name(trust->how));
        }
        return statement_run(s);
}
