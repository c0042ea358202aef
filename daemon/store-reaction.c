/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-reaction.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"

int store_reaction_get(Store *store, uint64_t message, const char *person, Reaction *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *id = NULL;
        const char *emoji = NULL;
        int64_t sent = 0;
        size_t size = 0;
        int r;

        *out = (Reaction){0};
        r = statement_prepare(store->database, &s,
                              "SELECT emoji, sent, id FROM reaction WHERE message = :message AND person = :person");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        statement_bind_text(s, ":person", person);
        r = statement_step(s);
        if (r <= 0)
                return r;
        statement_column_text(s, "emoji", &emoji);
        statement_column_int64(s, "sent", &sent);
        statement_column_blob(s, "id", &id, &size);
        if (!emoji || !id || size != sizeof(out->id.bytes) || strlen(emoji) > CONTENT_REACTION_MAX)
                return -EBADMSG;
        g_strlcpy(out->emoji, emoji, sizeof(out->emoji));
        out->sent_ms = (uint64_t)sent;
        memcpy(out->id.bytes, id, size);
        return 0;
}

int store_reaction_set(Store *store, uint64_t message, const char *person, const Reaction *reaction)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO reaction (message, person, emoji, sent, id)"
                              " VALUES (:message, :person, :emoji, :sent, :id)"
                              " ON CONFLICT (message, person) DO UPDATE"
                              " SET emoji = excluded.emoji, sent = excluded.sent, id = excluded.id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        statement_bind_text(s, ":person", person);
        statement_bind_text(s, ":emoji", reaction->emoji);
        statement_bind_int64(s, ":sent", (int64_t)reaction->sent_ms);
        statement_bind_blob(s, ":id", reaction->id.bytes, sizeof(reaction->id.bytes));
        return statement_run(s);
}

int store_reaction_delete_all(Store *store, uint64_t message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM reaction WHERE message = :message");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        return statement_run(s);
}

int store_reaction_each(Store *store, uint64_t message, ReactionEach each, void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *person = NULL, *emoji = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT person, emoji FROM reaction WHERE message = :message AND emoji <> ''"
                              " ORDER BY person");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":message", (int64_t)message);
        while ((r = statement_step(s)) > 0) {
                statement_column_text(s, "person", &person);
                statement_column_text(s, "emoji", &emoji);
                r = person && emoji ? each(userdata, person, emoji) : -EBADMSG;
                if (r != 0)
                        return r;
        }
        return r;
}
