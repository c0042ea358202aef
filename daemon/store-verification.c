/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-verification.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"

static const char *const names[] = {
                [VERIFICATION_NONE] = "none",           [VERIFICATION_STARTED] = "started",
                [VERIFICATION_OFFERED] = "offered",     [VERIFICATION_ACCEPTED] = "accepted",
                [VERIFICATION_COMPARING] = "comparing", [VERIFICATION_CONFIRMED] = "confirmed",
                [VERIFICATION_VERIFIED] = "verified",   [VERIFICATION_CANCELLED] = "cancelled",
                [VERIFICATION_MISMATCH] = "mismatch",   [VERIFICATION_TIMED_OUT] = "timed-out",
};

const char *verification_state_name(VerificationState state)
{
        return names[state];
}

bool verification_is_active(const Verification *verification)
{
        return verification->state >= VERIFICATION_STARTED && verification->state <= VERIFICATION_CONFIRMED;
}

static int read_state(Statement *s, VerificationState *out)
{
        const char *name = NULL;

        statement_column_text(s, "state", &name);
        for (unsigned i = 0; name && i < G_N_ELEMENTS(names); i++) {
                if (strcmp(name, names[i]) != 0)
                        continue;
                *out = (VerificationState)i;
                return 0;
        }
        return -EBADMSG;
}

/* *has_out: there is one. */
static int read_fixed(Statement *s, const char *column, void *out, size_t size, bool *has_out)
{
        const uint8_t *data = NULL;
        size_t found = 0;
        int r;

        *has_out = !statement_column_is_null(s, column);
        if (!*has_out)
                return 0;
        r = statement_column_blob(s, column, &data, &found);
        if (r < 0)
                return r;
        if (found != size)
                return -EBADMSG;
        memcpy(out, data, size);
        return 0;
}

static int read_row(Statement *s, Verification *out)
{
        int64_t started_here = 0, last_step = 0, confirmed_there = 0;
        const uint8_t *identity = NULL;
        size_t size = 0;
        bool has;
        int r;

        statement_column_int64(s, "started_here", &started_here);
        statement_column_int64(s, "last_step", &last_step);
        statement_column_int64(s, "confirmed_there", &confirmed_there);
        out->started_here = started_here != 0;
        out->last_step_ms = (uint64_t)last_step;
        out->confirmed_there = confirmed_there != 0;
        r = read_state(s, &out->state);
        if (r < 0)
                return r;
        r = statement_column_blob(s, "identity", &identity, &size);
        if (r < 0)
                return r;
        if (!identity || public_identity_decode(identity, size, &out->identity) != 0)
                return -EBADMSG;
        r = read_fixed(s, "exchange", out->exchange, sizeof(out->exchange), &has);
        if (r == 0)
                r = read_fixed(s, "secret", &out->local, sizeof(out->local), &out->has_secret);
        if (r == 0)
                r = read_fixed(s, "commitment", out->commitment.bytes, sizeof(out->commitment.bytes), &has);
        if (r == 0)
                r = read_fixed(s, "remote_key", out->remote_key.bytes, sizeof(out->remote_key.bytes),
                               &out->has_remote_key);
        return r;
}

int store_verification_load(Store *store, int64_t contact, Verification *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        *out = (Verification){.contact = contact, .state = VERIFICATION_NONE};
        r = statement_prepare(
                        store->database, &s,
                        "SELECT exchange, started_here, state, last_step, identity, secret, commitment,"
                        "       remote_key, confirmed_there"
                        " FROM verification WHERE contact = :contact");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        return r <= 0 ? r : read_row(s, out);
}

int store_verification_save(Store *store, const Verification *verification)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint8_t identity[PUBLIC_IDENTITY_SIZE];
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT OR REPLACE INTO verification (contact, exchange, started_here, state, "
                              "last_step,"
                              "       identity, secret, commitment, remote_key, confirmed_there)"
                              " VALUES (:contact, :exchange, :started_here, :state, :last_step, :identity, "
                              ":secret,"
                              "       :commitment, :remote_key, :confirmed_there)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", verification->contact);
        statement_bind_blob(s, ":exchange", verification->exchange, sizeof(verification->exchange));
        statement_bind_int64(s, ":started_here", verification->started_here);
        statement_bind_text(s, ":state", verification_state_name(verification->state));
        statement_bind_int64(s, ":last_step", (int64_t)verification->last_step_ms);
        statement_bind_blob(s, ":identity", identity,
                            public_identity_encode(&verification->identity, identity));
        if (verification->has_secret)
                statement_bind_blob(s, ":secret", &verification->local, sizeof(verification->local));
        if (!verification->started_here)
                statement_bind_blob(s, ":commitment", verification->commitment.bytes,
                                    sizeof(verification->commitment.bytes));
        if (verification->has_remote_key)
                statement_bind_blob(s, ":remote_key", verification->remote_key.bytes,
                                    sizeof(verification->remote_key.bytes));
        statement_bind_int64(s, ":confirmed_there", verification->confirmed_there);
        return statement_run(s);
}

int store_verification_each_active(Store *store, VerificationEach each, void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t contact = 0, last_step = 0;
        int r;

        /* An exchange has a secret as long as it goes on, but for one that nobody here has accepted yet. */
        r = statement_prepare(store->database, &s,
                              "SELECT contact, last_step FROM verification"
                              " WHERE state IN ('started', 'offered', 'accepted', 'comparing', 'confirmed')"
                              " ORDER BY contact");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                statement_column_int64(s, "contact", &contact);
                statement_column_int64(s, "last_step", &last_step);
                r = each(userdata, contact, (uint64_t)last_step);
                if (r != 0)
                        return r;
        }
        return r;
}
