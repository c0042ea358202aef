/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-presence.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"

static int read_ticket(Statement *s, const char *column, bool *has_out, PresenceTicket *out)
{
        const uint8_t *data = NULL;
        size_t size = 0;

        *has_out = !statement_column_is_null(s, column);
        if (!*has_out)
                return 0;
        statement_column_blob(s, column, &data, &size);
        if (!data || size != sizeof(out->bytes))
                return -EBADMSG;
        memcpy(out->bytes, data, size);
        return 0;
}

static int read_row(Statement *s, PresenceRow *out)
{
        int64_t known = 0, choice = 0;
        const char *name = NULL;
        int r;

        *out = (PresenceRow){0};
        statement_column_int64(s, "id", &out->contact.id);
        statement_column_int64(s, "known", &known);
        statement_column_int64(s, "choice", &choice);
        statement_column_text(s, "name", &name);
        if (!name || choice < CHOICE_DEFAULT || choice > CHOICE_YES)
                return -EBADMSG;
        g_strlcpy(out->contact.name, name, sizeof(out->contact.name));
        out->contact.relation = known ? CONTACT_ACCEPTED : CONTACT_REQUEST;
        out->contact.choices[PRIVACY_PRESENCE] = (ContactChoice)choice;
        r = read_ticket(s, "shown", &out->has_shown, &out->shown);
        return r < 0 ? r : read_ticket(s, "watched", &out->has_watched, &out->watched);
}

int store_presence_each(Store *store, int (*each)(void *userdata, const PresenceRow *row), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        PresenceRow row;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT id, name, contact.presence AS choice, shown, watched,"
                              "       relation = 'accepted' AND blocked = 0 AND new_identity IS NULL AS known"
                              " FROM contact LEFT JOIN ticket ON ticket.contact = contact.id WHERE heard = 1 AND is_group = 0");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                r = read_row(s, &row);
                if (r == 0)
                        r = each(userdata, &row);
                if (r != 0)
                        return r;
        }
        return r;
}

static void bind_ticket(Statement *s, const PresenceTicket *ticket)
{
        if (ticket)
                statement_bind_blob(s, ":ticket", ticket->bytes, sizeof(ticket->bytes));
        else
                statement_bind_null(s, ":ticket");
}

int store_presence_set_shown(Store *store, int64_t contact, const PresenceTicket *ticket)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO ticket (contact, shown) VALUES (:contact, :ticket)"
                              " ON CONFLICT (contact) DO UPDATE SET shown = :ticket");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        bind_ticket(s, ticket);
        return statement_run(s);
}

int store_presence_set_watched(Store *store, int64_t contact, const PresenceTicket *ticket)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO ticket (contact, watched) VALUES (:contact, :ticket)"
                              " ON CONFLICT (contact) DO UPDATE SET watched = :ticket");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        bind_ticket(s, ticket);
        return statement_run(s);
}
