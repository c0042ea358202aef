/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/outbox.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/bundle-fetch.h"
#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/log.h"
#include "daemon/outbox-result.h"
#include "daemon/pause.h"
#include "daemon/recipient.h"
#include "daemon/sealing.h"
#include "daemon/store-event.h"
#include "daemon/store-group.h"
#include "daemon/store-message.h"
#include "daemon/store-target.h"
#include "daemon/timer.h"
#include "wire/username.h"

/* Bytes of payloads in one Send: well below WIRE_FRAME_MAX. */
enum { SEND_BYTES_MAX = 512 * 1024 };

struct Outbox {
        Store *store;
        const PeerSelf *self;
        ServerLink *link;
        BundleFetch *bundles;
        GroupOutbox *groups; /* NULL: none yet */
        Pause *pause;
        unsigned under_way; /* envelopes sent whose result is not known */
};

static void on_resumed(void *userdata)
{
        outbox_pump(userdata);
}

Outbox *outbox_new(Store *store, const PeerSelf *self, ServerLink *link)
{
        Outbox *outbox = calloc(1, sizeof(*outbox));

        if (!outbox)
                return NULL;
        outbox->store = store;
        outbox->self = self;
        outbox->link = link;
        outbox->pause = pause_new(on_resumed, outbox);
        outbox->bundles = bundle_fetch_new(store, self, link, on_resumed, outbox);
        if (!outbox->pause || !outbox->bundles)
                return outbox_free(outbox);
        return outbox;
}

Outbox *outbox_free(Outbox *outbox)
{
        if (!outbox)
                return NULL;
        bundle_fetch_free(outbox->bundles);
        pause_free(outbox->pause);
        free(outbox);
        return NULL;
}

void outbox_set_groups(Outbox *outbox, GroupOutbox *groups)
{
        outbox->groups = groups;
}

/* ---- Queueing ---- */

int outbox_check_reply_to(Store *store, const Contact *contact, const ContentMessageId *id)
{
        MessageTarget target;
        int r;

        r = store_target_find(store, id, &target);
        if (r < 0)
                return r;
        if (r != 0 || target.contact != contact->id || !message_kind_is_said(target.kind))
                return PROBLEM_NOT_FOUND;
        return 0;
}

/* A note to oneself is where it belongs; it never leaves. */
static int keep_note(Store *store, const Contact *contact, Message *message)
{
        int r;

        message->state = MESSAGE_READ;
        r = store_message_insert(store, contact->id, message);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        return store_event_add(store, EVENT_MESSAGE_SENT, contact->id, message->number);
}

static int queue(Outbox *outbox, const OutboxText *text, Message *message)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int64_t number = 0;
        Contact contact;
        int r;

        r = store_begin(outbox->store, &transaction);
        if (r < 0)
                return r;
        r = recipient_open(outbox->store, text->recipient, &contact);
        if (r != 0)
                return r;
        if (text->reply_to) {
                r = outbox_check_reply_to(outbox->store, &contact, text->reply_to);
                if (r != 0)
                        return r;
        }
        if (contact_is_self(outbox->self, &contact)) {
                r = keep_note(outbox->store, &contact, message);
                return r < 0 ? r : store_commit(&transaction);
        }
        r = timer_give(outbox->store, &contact, message);
        if (r < 0)
                return r;
        message->reason = contact.key_changed ? PROBLEM_KEY_CHANGED : PROBLEM_NONE;
        r = store_message_insert(outbox->store, contact.id, message);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        r = store_outbox_add_message(outbox->store, contact.id, message->number, &number);
        if (r < 0)
                return r;
        r = store_event_add(outbox->store, EVENT_MESSAGE_QUEUED, contact.id, message->number);
        if (r < 0)
                return r;
        r = seal_new_entry(outbox->store, outbox->self, &contact, number);
        if (r != 0)
                return r < 0 ? r : PROBLEM_TEXT_TOO_LONG;
        return store_commit(&transaction);
}

int outbox_queue(Outbox *outbox, const OutboxText *text, Message *out)
{
        const uint64_t now = clock_now_ms();
        int r;

        if (!recipient_is_group(text->recipient) && !user_name_is_valid(text->recipient))
                return PROBLEM_BAD_NAME;
        if (text->size > CONTENT_TEXT_MAX)
                return PROBLEM_TEXT_TOO_LONG;
        if (text->size == 0 || !g_utf8_validate_len(text->text, text->size, NULL))
                return PROBLEM_BAD_TEXT;

        *out = (Message){
                        .outgoing = true,
                        .kind = MESSAGE_TEXT,
                        .text = text->text,
                        .text_size = text->size,
                        .sent_ms = now,
                        .received_ms = now,
                        .state = MESSAGE_QUEUED,
                        .has_reply_to = text->reply_to != NULL,
        };
        if (text->reply_to)
                out->reply_to = *text->reply_to;
        message_id_new(&out->id);
        r = queue(outbox, text, out);
        out->text = NULL;
        if (r == 0)
                outbox_pump(outbox);
        return r;
}

/* A group that we are not in hears nothing: what waited for it would wait for good, and keep back the goodbye. */
static int hears_us(Store *store, const PeerSelf *self, const Contact *contact, bool *out)
{
        GroupRecord record;
        int r;

        *out = contact_is_accepted(contact) && !contact_is_self(self, contact);
        if (!*out || !contact->is_group)
                return 0;
        r = store_group_get(store, contact->id, &record);
        *out = r == 0 && record.standing == GROUP_STANDING_MEMBER;
        return r < 0 ? r : 0;
}

int outbox_queue_about(Store *store, const PeerSelf *self, const Contact *contact, const Content *content,
                       uint64_t about)
{
        _cleanup_(freep) uint8_t *encoded = NULL;
        int64_t number = 0;
        size_t size = 0;
        bool hears;
        int r;

        r = hears_us(store, self, contact, &hears);
        if (r < 0 || !hears)
                return r;
        r = content_encode(content, &encoded, &size);
        if (r != 0)
                return r < 0 ? r : PROBLEM_TEXT_TOO_LONG;
        r = store_outbox_add_content(store, contact->id, encoded, size, &number);
        sodium_memzero(encoded, size);
        /* Comparing emoji is how a person can find out whether to accept a new key. */
        if (r == 0 && content->kind == CONTENT_VERIFICATION)
                r = store_outbox_set_ahead(store, number);
        if (r == 0 && about != 0)
                r = store_outbox_set_about(store, number, about);
        if (r < 0)
                return r;
        r = seal_new_entry(store, self, contact, number);
        return r > 0 ? PROBLEM_TEXT_TOO_LONG : r;
}

int outbox_queue_content(Store *store, const PeerSelf *self, const Contact *contact, const Content *content)
{
        return outbox_queue_about(store, self, contact, content, 0);
}

/* ---- Sending ---- */

static bool on_result(void *userdata, const Wire__ServerFrame *frame)
{
        Outbox *outbox = userdata;
        uint32_t pause_ms = 0;
        size_t named;
        int r;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_SEND_RESULT) {
                named = frame->send_result->n_stored + frame->send_result->n_refused;
                r = outbox_apply_result(outbox->store, frame->send_result, &pause_ms);
                if (r < 0) {
                        /* They are still in the store: they are sent again, and the server drops the
                         * repeats. */
                        log_error("outbox", r, "cannot store what the server said");
                        pause_ms = PAUSE_TROUBLE_MS;
                }
                outbox->under_way -= named < outbox->under_way ? (unsigned)named : outbox->under_way;
        } else {
                log_warning("outbox", 0, "the server refuses to take envelopes");
                pause_ms = PAUSE_TROUBLE_MS;
                if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR && frame->error->retry_after_ms > 0)
                        pause_ms = frame->error->retry_after_ms;
                outbox->under_way = 0;
        }
        if (pause_ms > 0)
                pause_for(outbox->pause, pause_ms);
        if (outbox->under_way > 0)
                return false;
        outbox_pump(outbox);
        return true;
}

typedef struct Batch {
        Wire__OutgoingEnvelope envelopes[WIRE_BATCH_MAX];
        Wire__OutgoingEnvelope *pointers[WIRE_BATCH_MAX];
        size_t count, bytes;
} Batch;

enum { BATCH_FULL = 1 };

static int add_to_batch(void *userdata, const OutboxEntry *entry)
{
        Batch *batch = userdata;
        Wire__OutgoingEnvelope *envelope = &batch->envelopes[batch->count];

        if (batch->count == WIRE_BATCH_MAX ||
            (batch->count > 0 && batch->bytes + entry->envelope_size > SEND_BYTES_MAX))
                return BATCH_FULL;
        wire__outgoing_envelope__init(envelope);
        envelope->id.data = malloc(sizeof(entry->envelope_id.bytes));
        envelope->payload.data = malloc(entry->envelope_size ? entry->envelope_size : 1);
        envelope->recipient = strdup(entry->recipient);
        batch->pointers[batch->count++] = envelope;
        if (!envelope->id.data || !envelope->payload.data || !envelope->recipient)
                return -ENOMEM;
        envelope->id.len = sizeof(entry->envelope_id.bytes);
        memcpy(envelope->id.data, entry->envelope_id.bytes, envelope->id.len);
        envelope->payload.len = entry->envelope_size;
        memcpy(envelope->payload.data, entry->envelope, entry->envelope_size);
        envelope->device_id = entry->device_id;
        batch->bytes += entry->envelope_size;
        return 0;
}

static void batch_free(Batch *batch)
{
        if (!batch)
                return;
        for (size_t i = 0; i < batch->count; i++) {
                free(batch->envelopes[i].id.data);
                free(batch->envelopes[i].payload.data);
                free(batch->envelopes[i].recipient);
        }
        free(batch);
}

static void batch_freep(Batch **batch)
{
        batch_free(*batch);
}

static int send_ready(Outbox *outbox)
{
        _cleanup_(batch_freep) Batch *batch = calloc(1, sizeof(*batch));
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Send send = WIRE__SEND__INIT;
        int r;

        if (!batch)
                return -ENOMEM;
        r = store_outbox_each_ready(outbox->store, add_to_batch, batch);
        if (r < 0)
                return r;
        if (batch->count == 0)
                return 0;
        send.envelopes = batch->pointers;
        send.n_envelopes = batch->count;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SEND;
        frame.send = &send;
        r = server_link_send(outbox->link, &frame, on_result, outbox);
        if (r == -ENOTCONN)
                return 0;
        if (r == 0)
                outbox->under_way = (unsigned)batch->count;
        return r;
}

void outbox_pump(Outbox *outbox)
{
        int r;

        if (server_link_state(outbox->link) != LINK_ONLINE)
                return;
        bundle_fetch_pump(outbox->bundles);
        if (outbox->groups)
                group_outbox_pump(outbox->groups);
        if (outbox->under_way > 0 || pause_is_on(outbox->pause))
                return;
        r = send_ready(outbox);
        if (r < 0) {
                log_error("outbox", r, "cannot send");
                pause_for(outbox->pause, PAUSE_TROUBLE_MS);
        }
}

void outbox_link_changed(Outbox *outbox)
{
        if (server_link_state(outbox->link) == LINK_ONLINE) {
                outbox_pump(outbox);
                return;
        }
        outbox->under_way = 0;
        bundle_fetch_forget(outbox->bundles);
}
