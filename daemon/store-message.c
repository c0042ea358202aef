/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-message.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/store-search.h"
#include "daemon/store-timer.h"

/* Bytes of text that one call gives at most, but for a single message: a page must fit into memory. */
enum { PAGE_BYTES_MAX = 4 * 1024 * 1024 };

int store_message_insert(Store *store, int64_t contact, Message *message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "INSERT INTO message (id, contact, outgoing, kind, text, sent, received, state, "
                        "reason,"
                        "                     retry_at, reply_to, timer, unaccepted_key, told, sender, subject)"
                        " VALUES (:id, :contact, :outgoing, :kind, :text, :sent, :received, :state, :reason,"
                        "         :retry_at, :reply_to, :timer, :unaccepted_key, :told, :sender, :subject)");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", message->id.bytes, sizeof(message->id.bytes));
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":outgoing", message->outgoing);
        statement_bind_text(s, ":kind", message_kind_name(message->kind));
        if (message->text)
                statement_bind_text_n(s, ":text", message->text, message->text_size);
        statement_bind_int64(s, ":sent", (int64_t)message->sent_ms);
        statement_bind_int64(s, ":received", (int64_t)message->received_ms);
        statement_bind_text(s, ":state", message_state_name(message->state));
        statement_bind_text(s, ":reason", message->reason ? problem_name(message->reason) : NULL);
        if (message->retry_at_ms)
                statement_bind_int64(s, ":retry_at", (int64_t)message->retry_at_ms);
        statement_bind_int64(s, ":told", message->outgoing || !message_kind_is_said(message->kind) ? 2 : 0);
        if (message->has_reply_to)
                statement_bind_blob(s, ":reply_to", message->reply_to.bytes, sizeof(message->reply_to.bytes));
        statement_bind_int64(s, ":timer", message->timer_s);
        statement_bind_int64(s, ":unaccepted_key", message->unaccepted_key);
        statement_bind_text(s, ":sender", message->sender);
        statement_bind_text(s, ":subject", message->subject);
        r = statement_run(s);
        if (r == -EEXIST)
                return STORE_MESSAGE_REPEATED;
        if (r < 0)
                return r;
        message->number = (uint64_t)database_last_insert_id(store->database);
        if (!message->text)
                return 0;
        return store_search_add(store, message->number, contact, message->text, message->text_size);
}

int store_message_set_state(Store *store, uint64_t number, MessageState state, Problem reason,
                            uint64_t retry_at_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET state = :state, reason = :reason, retry_at = :retry_at"
                              " WHERE number = :number AND state <> 'read'"
                              " AND (state <> 'delivered' OR :state = 'read')");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", (int64_t)number);
        statement_bind_text(s, ":state", message_state_name(state));
        statement_bind_text(s, ":reason", reason ? problem_name(reason) : NULL);
        if (retry_at_ms)
                statement_bind_int64(s, ":retry_at", (int64_t)retry_at_ms);
        r = statement_run(s);
        if (r < 0 || (state != MESSAGE_SENT && state != MESSAGE_FAILED))
                return r;
        return store_timer_start(store, number, clock_now_ms()); /* where it has come to rest */
}

int store_message_set_queued_reason(Store *store, int64_t contact, Problem reason, uint64_t retry_at_ms)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE message SET reason = :reason, retry_at = :retry_at WHERE number IN"
                              " (SELECT message FROM outbox WHERE contact = :contact)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_text(s, ":reason", reason ? problem_name(reason) : NULL);
        if (retry_at_ms)
                statement_bind_int64(s, ":retry_at", (int64_t)retry_at_ms);
        return statement_run(s);
}

static int read_names(Statement *s, Message *out)
{
        const char *kind = NULL, *state = NULL, *reason = NULL;

        statement_column_text(s, "kind", &kind);
        statement_column_text(s, "state", &state);
        statement_column_text(s, "reason", &reason);
        if (!kind || !message_kind_from_name(kind, &out->kind))
                return -EBADMSG;
        if (!state || !message_state_from_name(state, &out->state))
                return -EBADMSG;
        out->reason = reason ? problem_from_name(reason) : PROBLEM_NONE;
        return 0;
}

static int read_reply_to(Statement *s, Message *out)
{
        const uint8_t *id = NULL;
        size_t size = 0;

        if (statement_column_is_null(s, "reply_to"))
                return 0;
        statement_column_blob(s, "reply_to", &id, &size);
        if (!id || size != sizeof(out->reply_to.bytes))
                return -EBADMSG;
        out->has_reply_to = true;
        memcpy(out->reply_to.bytes, id, size);
        return 0;
}

/* What is due is gone for everybody, though it may take another moment until it is. */
static int read_timer(Statement *s, Message *out)
{
        int64_t timer = 0, expires = 0;

        statement_column_int64(s, "timer", &timer);
        if (timer < 0 || timer > UINT32_MAX)
                return -EBADMSG;
        out->timer_s = (uint32_t)timer;
        if (statement_column_is_null(s, "expires"))
                return 0;
        statement_column_int64(s, "expires", &expires);
        out->expires_ms = (uint64_t)expires;
        if (out->expires_ms > clock_now_ms())
                return 0;
        out->kind = MESSAGE_EXPIRED;
        out->text = NULL;
        out->text_size = 0;
        out->has_reply_to = false;
        out->edited_ms = 0;
        out->timer_s = 0;
        out->expires_ms = 0;
        return 0;
}

static int read_row(Statement *s, Message *out)
{
        int64_t number = 0, outgoing = 0, sent = 0, received = 0, retry_at = 0, edited = 0;
        int64_t unaccepted_key = 0;
        const uint8_t *id = NULL;
        size_t id_size = 0;
        int r;

        *out = (Message){0};
        r = statement_column_blob(s, "id", &id, &id_size);
        if (r < 0)
                return r;
        if (id_size != sizeof(out->id.bytes))
                return -EBADMSG;
        memcpy(out->id.bytes, id, id_size);
        statement_column_int64(s, "number", &number);
        statement_column_int64(s, "outgoing", &outgoing);
        statement_column_int64(s, "sent", &sent);
        statement_column_int64(s, "received", &received);
        statement_column_int64(s, "unaccepted_key", &unaccepted_key);
        if (!statement_column_is_null(s, "retry_at"))
                statement_column_int64(s, "retry_at", &retry_at);
        if (!statement_column_is_null(s, "edited"))
                statement_column_int64(s, "edited", &edited);
        statement_column_text(s, "conversation", &out->conversation);
        statement_column_text(s, "text", &out->text);
        if (!statement_column_is_null(s, "sender"))
                statement_column_text(s, "sender", &out->sender);
        if (!statement_column_is_null(s, "subject"))
                statement_column_text(s, "subject", &out->subject);
        out->number = (uint64_t)number;
        out->outgoing = outgoing != 0;
        out->unaccepted_key = unaccepted_key != 0;
        out->sent_ms = (uint64_t)sent;
        out->received_ms = (uint64_t)received;
        out->retry_at_ms = (uint64_t)retry_at;
        out->edited_ms = (uint64_t)edited;
        out->text_size = out->text ? strlen(out->text) : 0;
        r = read_reply_to(s, out);
        if (r < 0)
                return r;
        r = read_names(s, out);
        return r < 0 ? r : read_timer(s, out);
}

static int each_row(Statement *s, MessageEach each, void *userdata)
{
        Message message;
        int r, rows = 0;

        while ((r = statement_step(s)) > 0) {
                r = read_row(s, &message);
                if (r == 0)
                        r = each(userdata, &message);
                if (r != 0)
                        return r;
                rows++;
        }
        if (r < 0)
                return r;
        return rows > 0 ? 0 : STORE_MESSAGE_NONE;
}

int store_message_find(Store *store, const ContentMessageId *id, MessageEach each, void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT message.*, contact.name AS conversation"
                        " FROM message JOIN contact ON contact.id = message.contact WHERE message.id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id->bytes, sizeof(id->bytes));
        return each_row(s, each, userdata);
}

int store_message_get(Store *store, uint64_t number, MessageEach each, void *userdata)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT message.*, contact.name AS conversation"
                              " FROM message JOIN contact ON contact.id = message.contact"
                              " WHERE message.number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", (int64_t)number);
        return each_row(s, each, userdata);
}

/* Steps over what the statement finds, and notes the last number that still fits a page. */
static int find_bound(Statement *s, uint64_t *bound_out)
{
        int64_t number = 0, size = 0, total = 0;
        int r, rows = 0;

        while ((r = statement_step(s)) > 0) {
                statement_column_int64(s, "number", &number);
                statement_column_int64(s, "size", &size);
                total += size;
                if (rows > 0 && total > PAGE_BYTES_MAX)
                        return 0;
                *bound_out = (uint64_t)number;
                rows++;
        }
        if (r < 0)
                return r;
        return rows > 0 ? 0 : STORE_MESSAGE_NONE;
}

int store_message_each(Store *store, int64_t contact, const MessageRange *range, MessageEach each,
                       void *userdata)
{
        _cleanup_(statement_releasep) Statement *bound = NULL, *s = NULL;
        const int64_t now = (int64_t)clock_now_ms();
        uint64_t first, last, found = 0;
        int r;

        first = !range->has_after ? 0 : range->after < INT64_MAX ? range->after + 1 : INT64_MAX;
        last = range->before > 0 && range->before <= INT64_MAX ? range->before - 1 : INT64_MAX;

        if (range->has_after)
                r = statement_prepare(
                                store->database, &bound,
                                "SELECT number, ifnull(length(CAST(text AS BLOB)), 0) AS size FROM message"
                                " WHERE contact = :contact AND number BETWEEN :first AND :last"
                                "       AND kind <> 'expired' AND (expires IS NULL OR expires > :now)"
                                " ORDER BY number LIMIT :limit");
        else
                r = statement_prepare(
                                store->database, &bound,
                                "SELECT number, ifnull(length(CAST(text AS BLOB)), 0) AS size FROM message"
                                " WHERE contact = :contact AND number BETWEEN :first AND :last"
                                "       AND kind <> 'expired' AND (expires IS NULL OR expires > :now)"
                                " ORDER BY number DESC LIMIT :limit");
        if (r < 0)
                return r;
        statement_bind_int64(bound, ":contact", contact);
        statement_bind_int64(bound, ":first", (int64_t)first);
        statement_bind_int64(bound, ":last", (int64_t)last);
        statement_bind_int64(bound, ":limit", range->limit);
        statement_bind_int64(bound, ":now", now);
        r = find_bound(bound, &found);
        if (r != 0)
                return r == STORE_MESSAGE_NONE ? 0 : r;
        if (range->has_after)
                last = found;
        else
                first = found;

        r = statement_prepare(store->database, &s,
                              "SELECT message.*, contact.name AS conversation"
                              " FROM message JOIN contact ON contact.id = message.contact"
                              " WHERE message.contact = :contact AND message.number BETWEEN :first AND :last"
                              "       AND message.kind <> 'expired'"
                              "       AND (message.expires IS NULL OR message.expires > :now)"
                              " ORDER BY message.number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":first", (int64_t)first);
        statement_bind_int64(s, ":last", (int64_t)last);
        statement_bind_int64(s, ":now", now);
        r = each_row(s, each, userdata);
        return r == STORE_MESSAGE_NONE ? 0 : r;
}

int store_message_newest_kind(Store *store, int64_t contact, MessageKind *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *kind = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "SELECT kind FROM message WHERE contact = :contact ORDER BY number DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_MESSAGE_NONE;
        r = statement_column_text(s, "kind", &kind);
        if (r < 0)
                return r;
        return kind && message_kind_from_name(kind, out) ? 0 : -EBADMSG;
}
