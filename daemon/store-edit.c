/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-edit.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/store-attachment.h"
#include "daemon/store-outbox.h"
#include "daemon/store-reaction.h"
#include "daemon/store-search.h"

/* While the text is there to say which words go. */
static int forget_words(Store *store, uint64_t number, int64_t *contact_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *text = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT contact, text FROM message WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", (int64_t)number);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        statement_column_int64(s, "contact", contact_out);
        r = statement_column_text(s, "text", &text);
        if (r < 0 || !text)
                return r;
        store->must_purge = true;
        return store_search_remove(store, number, *contact_out, text, strlen(text));
}

int store_message_set_text(Store *store, uint64_t number, const char *text, size_t size)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t contact = 0;
        int r;

        r = forget_words(store, number, &contact);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &s, "UPDATE message SET text = :text WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_text_n(s, ":text", text, size);
        statement_bind_int64(s, ":number", (int64_t)number);
        r = statement_run(s);
        return r < 0 ? r : store_search_add(store, number, contact, text, size);
}

int store_message_forget(Store *store, uint64_t number, MessageKind remains)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t contact = 0;
        int r;

        r = forget_words(store, number, &contact);
        if (r < 0)
                return r;
        r = store_reaction_delete_all(store, number);
        if (r < 0)
                return r;
        r = store_attachment_remove(store, number);
        if (r < 0)
                return r;
        r = store_outbox_delete_about(store, number);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &s,
                              "UPDATE message SET kind = :kind, text = NULL, reply_to = NULL, edited = NULL,"
                              "       edit_id = NULL, edits = 0, timer = 0, expires = NULL WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_text(s, ":kind", message_kind_name(remains));
        statement_bind_int64(s, ":number", (int64_t)number);
        return statement_run(s);
}

int store_message_set_edited(Store *store, uint64_t number, uint64_t edited_ms, const ContentMessageId *edit_id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET edited = :edited, edit_id = :edit_id, edits = edits + 1"
                              " WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":edited", (int64_t)edited_ms);
        statement_bind_blob(s, ":edit_id", edit_id->bytes, sizeof(edit_id->bytes));
        statement_bind_int64(s, ":number", (int64_t)number);
        return statement_run(s);
}
