/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-target.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"

static int read_edit(Statement *s, MessageTarget *out)
{
        int64_t edited = 0, edits = 0;
        const uint8_t *id = NULL;
        size_t size = 0;
        int r;

        r = statement_column_int64(s, "edits", &edits);
        out->edits = (unsigned)edits;
        if (r < 0 || statement_column_is_null(s, "edited"))
                return r;
        statement_column_int64(s, "edited", &edited);
        r = statement_column_blob(s, "edit_id", &id, &size);
        if (r < 0)
                return r;
        if (!id || size != sizeof(out->edit_id.bytes))
                return -EBADMSG;
        out->edited_ms = (uint64_t)edited;
        memcpy(out->edit_id.bytes, id, size);
        return 0;
}

static int read_names(Statement *s, MessageTarget *out)
{
        const char *kind = NULL, *state = NULL;

        statement_column_text(s, "kind", &kind);
        statement_column_text(s, "state", &state);
        if (!kind || !message_kind_from_name(kind, &out->kind))
                return -EBADMSG;
        return state && message_state_from_name(state, &out->state) ? 0 : -EBADMSG;
}

bool target_is_of(const MessageTarget *target, int64_t contact, const char *sender)
{
        return target->contact == contact && !target->outgoing &&
               (target->sender[0] == '\0' || strcmp(target->sender, sender) == 0);
}

int store_target_find(Store *store, const ContentMessageId *id, MessageTarget *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0, outgoing = 0, sent = 0;
        const char *sender = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, contact, outgoing, sender, kind, state, sent, edited, edit_id, edits"
                              " FROM message WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_TARGET_NONE;
        *out = (MessageTarget){0};
        statement_column_int64(s, "number", &number);
        statement_column_int64(s, "contact", &out->contact);
        statement_column_int64(s, "outgoing", &outgoing);
        statement_column_int64(s, "sent", &sent);
        if (!statement_column_is_null(s, "sender"))
                statement_column_text(s, "sender", &sender);
        if (sender)
                g_strlcpy(out->sender, sender, sizeof(out->sender));
        out->number = (uint64_t)number;
        out->outgoing = outgoing != 0;
        out->sent_ms = (uint64_t)sent;
        r = read_edit(s, out);
        return r < 0 ? r : read_names(s, out);
}

int store_quote_find(Store *store, uint64_t number, int (*each)(void *userdata, const Quote *quote), void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *name = NULL;
        int64_t outgoing = 0;
        Quote quote = {0};
        MessageKind kind;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT target.outgoing, target.sender, target.kind, substr(target.text, 1, :characters) AS text"
                              " FROM message JOIN message AS target"
                              "      ON target.id = message.reply_to AND target.contact = message.contact"
                              " WHERE message.number = :number"
                              "       AND (target.expires IS NULL OR target.expires > :now)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":now", (int64_t)clock_now_ms());
        statement_bind_int64(s, ":characters", QUOTE_CHARACTERS_MAX);
        statement_bind_int64(s, ":number", (int64_t)number);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_TARGET_NONE;
        statement_column_int64(s, "outgoing", &outgoing);
        statement_column_text(s, "text", &quote.text);
        if (!statement_column_is_null(s, "sender"))
                statement_column_text(s, "sender", &quote.sender);
        statement_column_text(s, "kind", &name);
        if (!name || !message_kind_from_name(name, &kind))
                return -EBADMSG;
        quote.outgoing = outgoing != 0;
        return message_kind_is_said(kind) ? each(userdata, &quote) : STORE_TARGET_NONE;
}
