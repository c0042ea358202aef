/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/bus.h"
#include "daemon/store-reaction.h"
#include "daemon/store-target.h"

/* What keeps the connection down for longer than a network's absence, and needs somebody to do something. */
static bool needs_somebody(Problem error)
{
        return error == PROBLEM_REPLACED || error == PROBLEM_DEVICE_REMOVED ||
               error == PROBLEM_CERTIFICATE_MISMATCH || error == PROBLEM_PROTOCOL_TOO_OLD ||
               error == PROBLEM_PROTOCOL_TOO_NEW;
}

Problem message_bus_reason(Bus *bus, const Message *message)
{
        Messenger *messenger = account_messenger(bus->account);
        Problem error;

        if (message->state != MESSAGE_QUEUED || message->reason != PROBLEM_NONE)
                return message->reason;
        if (!messenger || server_link_state(messenger->link) == LINK_ONLINE)
                return PROBLEM_NONE;
        error = server_link_error(messenger->link);
        return needs_somebody(error) ? error : PROBLEM_OFFLINE;
}

static int append_string(sd_bus_message *m, const char *key, const char *value)
{
        return sd_bus_message_append(m, "{sv}", key, "s", value);
}

static int append_reason(Bus *bus, sd_bus_message *m, const Message *message)
{
        Problem reason = message_bus_reason(bus, message);
        g_autofree char *text = NULL;
        int r;

        if (reason == PROBLEM_NONE)
                return 0;
        text = problem_sentence_when(reason, message->retry_at_ms);
        r = append_string(m, "reason", problem_name(reason));
        return r < 0 ? r : append_string(m, "reason-text", text);
}

/* ---- Replies ---- */

typedef struct AppendQuote {
        sd_bus_message *m;
        const char *own_name, *other_name;
} AppendQuote;

static int append_quote(void *userdata, const Quote *quote)
{
        AppendQuote *a = userdata;
        int r;

        r = append_string(a->m, "reply-sender",
                          quote->outgoing ? a->own_name
                          : quote->sender ? quote->sender
                                          : a->other_name);
        return r < 0 || !quote->text ? r : append_string(a->m, "reply-text", quote->text);
}

static int append_reply(Messenger *messenger, sd_bus_message *m, const Message *message)
{
        AppendQuote quote = {m, messenger->record.user_name, message->conversation};
        char id[MESSAGE_ID_TEXT_SIZE];
        int r;

        if (!message->has_reply_to)
                return 0;
        message_id_format(&message->reply_to, id);
        r = append_string(m, "reply-to", id);
        if (r < 0)
                return r;
        r = store_quote_find(messenger->store, message->number, append_quote, &quote);
        return r < 0 ? r : 0;
}

/* ---- Reactions ---- */

typedef struct AppendReactions {
        sd_bus_message *m;
        bool open;
} AppendReactions;

static int append_reaction(void *userdata, const char *person, const char *emoji)
{
        AppendReactions *a = userdata;
        int r;

        if (!a->open) {
                a->open = true;
                r = sd_bus_message_open_container(a->m, SD_BUS_TYPE_DICT_ENTRY, "sv");
                if (r >= 0)
                        r = sd_bus_message_append(a->m, "s", "reactions");
                if (r >= 0)
                        r = sd_bus_message_open_container(a->m, SD_BUS_TYPE_VARIANT, "a{ss}");
                if (r >= 0)
                        r = sd_bus_message_open_container(a->m, SD_BUS_TYPE_ARRAY, "{ss}");
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_append(a->m, "{ss}", person, emoji);
        return r < 0 ? r : 0;
}

static int append_reactions(Messenger *messenger, sd_bus_message *m, const Message *message)
{
        AppendReactions a = {.m = m};
        int r;

        if (!message_kind_is_said(message->kind))
                return 0;
        r = store_reaction_each(messenger->store, message->number, append_reaction, &a);
        for (unsigned levels = 3; r >= 0 && a.open && levels > 0; levels--)
                r = sd_bus_message_close_container(m);
        return r;
}

/* ---- Timers ---- */

static int append_timer(sd_bus_message *m, const Message *message)
{
        int r;

        if (message->kind == MESSAGE_TIMER_CHANGE)
                return sd_bus_message_append(m, "{sv}", "timer", "u", message->timer_s);
        if (message->timer_s == 0)
                return 0;
        r = sd_bus_message_append(m, "{sv}", "expires-after", "u", message->timer_s);
        if (r < 0 || message->expires_ms == 0)
                return r;
        return sd_bus_message_append(m, "{sv}", "expires-time", "x", (int64_t)message->expires_ms);
}

/* ---- All of it ---- */

static const char *message_sender(const Messenger *messenger, const Message *message)
{
        if (message->outgoing)
                return messenger->record.user_name;
        return message->sender ? message->sender : message->conversation;
}

static int append_fields(Bus *bus, sd_bus_message *m, const Message *message)
{
        Messenger *messenger = account_messenger(bus->account);
        char id[MESSAGE_ID_TEXT_SIZE];
        int r;

        message_id_format(&message->id, id);
        r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}", "id", "s", id, "number", "t",
                                  message->number, "conversation", "s", message->conversation, "sender", "s",
                                  message_sender(messenger, message),
                                  "outgoing", "b", (int)message->outgoing, "kind", "s",
                                  message_kind_name(message->kind), "time", "x", (int64_t)message->sent_ms,
                                  "received-time", "x", (int64_t)message->received_ms);
        if (r < 0)
                return r;
        if (message->text) {
                r = append_string(m, "text", message->text);
                if (r < 0)
                        return r;
        }
        if (message->subject) {
                r = append_string(m, "subject", message->subject);
                if (r < 0)
                        return r;
        }
        r = append_reply(messenger, m, message);
        if (r < 0)
                return r;
        if (message->edited_ms) {
                r = sd_bus_message_append(m, "{sv}{sv}", "edited", "b", 1, "edited-time", "x",
                                          (int64_t)message->edited_ms);
                if (r < 0)
                        return r;
        }
        r = append_reactions(messenger, m, message);
        if (r < 0)
                return r;
        r = append_timer(m, message);
        if (r < 0)
                return r;
        if (message->unaccepted_key) {
                r = sd_bus_message_append(m, "{sv}", "unaccepted-key", "b", 1);
                if (r < 0)
                        return r;
        }
        r = attachments_bus_append(bus, m, message);
        if (r < 0)
                return r;
        r = append_string(m, "state", message_state_name(message->state));
        if (r < 0)
                return r;
        return append_reason(bus, m, message);
}

int message_bus_append(Bus *bus, sd_bus_message *m, const Message *message)
{
        int r;

        r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "{sv}");
        if (r < 0)
                return r;
        r = append_fields(bus, m, message);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        return r < 0 ? r : 0;
}
