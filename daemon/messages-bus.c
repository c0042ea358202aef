/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/attachment-members.h"
#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/fd-call.h"
#include "daemon/receipts.h"
#include "daemon/message-change-bus.h"
#include "daemon/store-message.h"

enum { HISTORY_LIMIT_DEFAULT = 50, HISTORY_LIMIT_MAX = 500 };

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

/* ---- Sending ---- */

static int read_send_options(sd_bus_message *m, SendRequest *out)
{
        const char *reply_to = NULL;
        int wait = 0;
        const BusOption options[] = {
                        {"wait", SD_BUS_TYPE_BOOLEAN, &wait},
                        {"reply-to", SD_BUS_TYPE_STRING, &reply_to, &out->has_reply_to},
                        {NULL},
        };
        int r;

        r = bus_read_options(m, options);
        if (r != 0)
                return r;
        out->wait = wait != 0;
        return !reply_to || message_id_parse(reply_to, &out->reply_to) ? 0 : PROBLEM_NOT_FOUND;
}

static int queue(Messenger *messenger, const SendRequest *request, const char *text, size_t size, Message *out)
{
        const OutboxText queued = {request->recipient, text, size, request->has_reply_to ? &request->reply_to : NULL};
        int r = outbox_queue(messenger->outbox, &queued, out);

        if (r == 0)
                typing_sent(messenger->typing, request->recipient);
        return r;
}

static int method_send(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        SendRequest request = {0};
        const char *text = NULL;
        Bus *bus = userdata;
        BusCall *call = NULL;
        Messenger *messenger;
        Message message = {0};
        int r, locked;

        r = sd_bus_message_read(m, "ss", &request.recipient, &text);
        if (r < 0)
                return r;
        r = read_send_options(m, &request);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (request.wait) {
                r = bus_call_new(bus->calls, m, &call);
                if (r != 0)
                        return bus_reply_error(m, r);
        }
        r = queue(messenger, &request, text, strlen(text), &message);
        if (r != 0) {
                bus_call_free(call);
                return bus_reply_error(m, r);
        }
        if (!request.wait)
                return send_reply(bus, m, &message);
        send_waits_add(bus->waits, call, message.number);
        return 1;
}

static void send_text(Bus *bus, BusCall *call, const SendRequest *request, const char *text, size_t size)
{
        Messenger *messenger;
        Message message = {0};
        int r;

        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = queue(messenger, request, text, size, &message);
        if (r != 0) {
                bus_call_finish(call, r);
        } else if (request->wait) {
                send_waits_add(bus->waits, call, message.number);
        } else {
                send_reply(bus, bus_call_message(call), &message);
                bus_call_free(call);
        }
}

static int method_send_file(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        SendRequest request = {0};
        Bus *bus = userdata;
        int r, locked, text = -1;

        r = sd_bus_message_read(m, "sh", &request.recipient, &text);
        if (r < 0)
                return r;
        r = read_send_options(m, &request);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        if (!bus_messenger(bus, &locked))
                return bus_reply_error(m, locked);
        return fd_call_text(bus, m, &request, text, send_text);
}

/* ---- Reading ---- */

typedef struct Append {
        Bus *bus;
        sd_bus_message *reply;
} Append;

static int append(void *userdata, const Message *message)
{
        Append *a = userdata;

        return message_bus_append(a->bus, a->reply, message);
}

static int read_range(sd_bus_message *m, MessageRange *out)
{
        uint32_t limit = HISTORY_LIMIT_DEFAULT;
        bool has_before = false;
        const BusOption options[] = {
                        {"limit", SD_BUS_TYPE_UINT32, &limit},
                        {"before", SD_BUS_TYPE_UINT64, &out->before, &has_before},
                        {"after", SD_BUS_TYPE_UINT64, &out->after, &out->has_after},
                        {NULL},
        };
        int r;

        r = bus_read_options(m, options);
        if (r != 0)
                return r;
        if (limit < 1 || limit > HISTORY_LIMIT_MAX || (has_before && out->before == 0))
                return PROBLEM_INVALID_ARGUMENT;
        out->limit = limit;
        return 0;
}

static int fill_history(Messenger *messenger, const char *conversation, const MessageRange *range, Append *a)
{
        Contact contact;
        int r;

        r = store_contact_find(messenger->store, conversation, &contact);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        r = sd_bus_message_open_container(a->reply, 'a', "a{sv}");
        if (r < 0)
                return r;
        r = store_message_each(messenger->store, contact.id, range, append, a);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(a->reply);
        return r < 0 ? r : 0;
}

static int method_history(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(message_unrefp) sd_bus_message *reply = NULL;
        const char *conversation = NULL;
        MessageRange range = {0};
        Append a = {.bus = userdata};
        Messenger *messenger;
        int r, locked;

        r = sd_bus_message_read(m, "s", &conversation);
        if (r < 0)
                return r;
        r = read_range(m, &range);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(a.bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        a.reply = reply;
        r = fill_history(messenger, conversation, &range, &a);
        if (r != 0)
                return bus_reply_error(m, r);
        return sd_bus_send(NULL, reply, NULL);
}

static int method_get(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(message_unrefp) sd_bus_message *reply = NULL;
        Append a = {.bus = userdata};
        const char *text = NULL;
        ContentMessageId id;
        Messenger *messenger;
        int r, locked;

        r = sd_bus_message_read(m, "s", &text);
        if (r < 0)
                return r;
        messenger = bus_messenger(a.bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (!message_id_parse(text, &id))
                return bus_reply_error(m, PROBLEM_NOT_FOUND);
        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        a.reply = reply;
        r = store_message_find(messenger->store, &id, append, &a);
        if (r != 0)
                return bus_reply_error(m, r < 0 ? r : PROBLEM_NOT_FOUND);
        return sd_bus_send(NULL, reply, NULL);
}

static int method_mark_read(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const char *conversation = NULL;
        Bus *bus = userdata;
        Messenger *messenger;
        uint64_t number = 0;
        int r;

        r = sd_bus_message_read(m, "st", &conversation, &number);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = receipts_mark_read(messenger->store, conversation, number);
        return r == 0 ? sd_bus_reply_method_return(m, NULL) : bus_reply_error(m, r);
}

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("Send", "ssa{sv}",
                                         SD_BUS_PARAM(recipient) SD_BUS_PARAM(text) SD_BUS_PARAM(options),
                                         "sss", SD_BUS_PARAM(id) SD_BUS_PARAM(state) SD_BUS_PARAM(reason),
                                         method_send, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("SendFile", "sha{sv}",
                                         SD_BUS_PARAM(recipient) SD_BUS_PARAM(text) SD_BUS_PARAM(options),
                                         "sss", SD_BUS_PARAM(id) SD_BUS_PARAM(state) SD_BUS_PARAM(reason),
                                         method_send_file, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("History", "sa{sv}",
                                         SD_BUS_PARAM(conversation) SD_BUS_PARAM(options), "aa{sv}",
                                         SD_BUS_PARAM(messages), method_history, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Get", "s", SD_BUS_PARAM(id), "a{sv}", SD_BUS_PARAM(message),
                                         method_get, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Search", "sa{sv}", SD_BUS_PARAM(words) SD_BUS_PARAM(options),
                                         "aa{sv}t", SD_BUS_PARAM(results) SD_BUS_PARAM(next),
                                         search_bus_method, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Edit", "ssa{sv}",
                                         SD_BUS_PARAM(id) SD_BUS_PARAM(text) SD_BUS_PARAM(options), "", ,
                                         message_bus_edit, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Export", "ha{sv}", SD_BUS_PARAM(output) SD_BUS_PARAM(options), "t",
                                         SD_BUS_PARAM(messages), export_bus_method,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_SIGNAL_WITH_NAMES("ExportProgress", "tt", SD_BUS_PARAM(done) SD_BUS_PARAM(total), 0),
                SD_BUS_METHOD_WITH_NAMES("Delete", "sa{sv}", SD_BUS_PARAM(id) SD_BUS_PARAM(options), "", ,
                                         message_bus_delete, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("React", "ssa{sv}",
                                         SD_BUS_PARAM(id) SD_BUS_PARAM(emoji) SD_BUS_PARAM(options), "", ,
                                         message_bus_react, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("SendAttachment", "shsa{sv}",
                                         SD_BUS_PARAM(recipient) SD_BUS_PARAM(file) SD_BUS_PARAM(name)
                                                         SD_BUS_PARAM(options),
                                         "sss", SD_BUS_PARAM(id) SD_BUS_PARAM(state) SD_BUS_PARAM(reason),
                                         attachment_method_send, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("SaveAttachment", "sh", SD_BUS_PARAM(id) SD_BUS_PARAM(file), "",
                                         , attachment_method_save, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Fetch", "s", SD_BUS_PARAM(id), "", ,
                                         attachment_method_fetch, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Thumbnail", "s", SD_BUS_PARAM(id), "ay", SD_BUS_PARAM(jpeg),
                                         attachment_method_thumbnail, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_SIGNAL_WITH_NAMES("Progress", "sstt",
                                         SD_BUS_PARAM(id) SD_BUS_PARAM(transfer) SD_BUS_PARAM(done)
                                                         SD_BUS_PARAM(size),
                                         0),
                SD_BUS_METHOD_WITH_NAMES("MarkRead", "sta{sv}",
                                         SD_BUS_PARAM(conversation) SD_BUS_PARAM(number)
                                                         SD_BUS_PARAM(options),
                                         "", , method_mark_read, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_VTABLE_END,
};

int messages_bus_add(Bus *bus)
{
        return sd_bus_add_object_vtable(bus->bus, NULL, BUS_ROOT, BUS_MESSAGES, vtable, bus);
}
