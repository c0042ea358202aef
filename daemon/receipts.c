/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/receipts.h"

#include <errno.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/inbox-reject.h"
#include "daemon/outbox.h"
#include "daemon/privacy.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-receipt.h"
#include "daemon/store-target.h"
#include "daemon/store-timer.h"

/* ---- To be told ---- */

typedef struct Teller {
        Store *store;
        const PeerSelf *self;
        const Settings *settings;
} Teller;

static int queue_receipt(const Teller *teller, const Contact *contact, ContentReceiptKind kind,
                         const ReceiptsDue *due)
{
        Content content = {
                        .kind = CONTENT_RECEIPT,
                        .sent_ms = clock_now_ms(),
                        .ignorable = true,
                        .receipt = kind,
                        .receipt_ids = (ContentMessageId *)due->ids,
                        .receipt_count = due->count,
        };

        message_id_new(&content.message_id);
        return outbox_queue_content(teller->store, teller->self, contact, &content);
}

static int tell_kind(const Teller *teller, const Contact *contact, MessageState state)
{
        const bool read = state == MESSAGE_READ;
        const bool allowed = privacy_allows(teller->settings, contact,
                                            read ? PRIVACY_READ_RECEIPTS : PRIVACY_DELIVERY_RECEIPTS);
        ReceiptsDue due;
        int r;

        do {
                r = store_receipt_due(teller->store, contact->id, state, &due);
                if (r < 0 || due.count == 0)
                        return r;
                if (allowed)
                        r = queue_receipt(teller, contact, read ? CONTENT_READ : CONTENT_DELIVERED, &due);
                if (r != 0)
                        return r < 0 ? r : -ENOTRECOVERABLE;
                r = store_receipt_set_told(teller->store, contact->id, state, due.last);
                if (r < 0)
                        return r;
        } while (due.count == CONTENT_RECEIPT_MAX);
        return 0;
}

static int tell(void *userdata, int64_t id)
{
        const Teller *teller = userdata;
        Contact contact;
        int r;

        r = store_contact_get(teller->store, id, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = tell_kind(teller, &contact, MESSAGE_RECEIVED);
        return r < 0 ? r : tell_kind(teller, &contact, MESSAGE_READ);
}

int receipts_queue(Store *store, const PeerSelf *self, const Settings *settings)
{
        Teller teller = {.store = store, .self = self, .settings = settings};

        return store_receipt_each_contact(store, tell, &teller);
}

enum { SOMETHING = 1 };

static int find_one(void *userdata, int64_t contact)
{
        return SOMETHING;
}

int receipts_send(Store *store, const PeerSelf *self, const Settings *settings)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_receipt_each_contact(store, find_one, NULL);
        if (r != SOMETHING)
                return r;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = receipts_queue(store, self, settings);
        return r < 0 ? r : store_commit(&transaction);
}

int receipts_mark_read(Store *store, const char *conversation, uint64_t number)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        uint64_t last = 0;
        Contact contact;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, conversation, &contact);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        r = store_receipt_mark_read(store, contact.id, number, &last);
        if (r < 0 || (last == 0 && !contact.marks[MARK_UNREAD]))
                return r;
        contact.marks[MARK_UNREAD] = false;
        r = store_contact_update_marks(store, &contact);
        if (r < 0)
                return r;
        r = store_timer_start_read(store, contact.id, number, clock_now_ms());
        if (r < 0)
                return r;
        r = store_event_add(store, EVENT_CONVERSATION_READ, contact.id, last);
        return r < 0 ? r : store_commit(&transaction);
}

/* ---- Heard ---- */

static bool may_become(MessageState now, MessageState state)
{
        return now == MESSAGE_QUEUED || now == MESSAGE_SENT ||
               (now == MESSAGE_DELIVERED && state == MESSAGE_READ);
}

/* Only who was sent a message knows its ID; so the contact has it, even if the server has not said so yet. */
static int apply(const InboxContext *context, const ContentMessageId *id, MessageState state, bool *wrong)
{
        MessageTarget target;
        int r;

        r = store_target_find(context->store, id, &target);
        if (r < 0)
                return r;
        if (r != 0 || target.contact != context->contact->id || !target.outgoing) {
                *wrong = true;
                return 0;
        }
        if (!message_kind_is_said(target.kind) || !may_become(target.state, state))
                return 0; /* it may have been deleted meanwhile */
        r = store_message_set_state(context->store, target.number, state, PROBLEM_NONE, 0);
        if (r < 0)
                return r;
        return store_event_add(context->store,
                               state == MESSAGE_READ ? EVENT_MESSAGE_READ : EVENT_MESSAGE_DELIVERED,
                               target.contact, target.number);
}

int receipts_take(const InboxContext *context, const Content *content)
{
        const MessageState state = content->receipt == CONTENT_READ ? MESSAGE_READ : MESSAGE_DELIVERED;
        bool wrong = false;
        int r;

        for (size_t i = 0; i < content->receipt_count; i++) {
                r = apply(context, &content->receipt_ids[i], state, &wrong);
                if (r < 0)
                        return r;
        }
        return wrong ? inbox_refuse(context->store, "a receipt for what was not sent to them") : 0;
}
