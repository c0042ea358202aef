/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/deletion.h"

#include <errno.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/inbox-reject.h"
#include "daemon/outbox.h"
#include "daemon/store-attachment.h"
#include "daemon/store-edit.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "daemon/store-target.h"

/* ---- By this side ---- */

/* *left_out: it may be with the server, or with the recipient. */
static int withdraw(Store *store, const MessageTarget *target, bool *left_out)
{
        OutboxEntry entry;
        int r;

        *left_out = target->outgoing && target->state != MESSAGE_FAILED;
        r = store_outbox_find_message(store, target->number, &entry);
        if (r < 0)
                return r;
        if (r == 0) {
                *left_out = entry.device_id != 0;
                r = store_outbox_delete(store, entry.number);
                if (r < 0)
                        return r;
                r = store_message_set_state(store, target->number, MESSAGE_FAILED, PROBLEM_NONE, 0);
                if (r < 0)
                        return r;
        } else if (target->outgoing && target->state == MESSAGE_QUEUED) {
                /* Its file is not on the server yet, or not all of it. */
                *left_out = false;
                r = store_message_set_state(store, target->number, MESSAGE_FAILED, PROBLEM_NONE, 0);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int tell(Store *store, const PeerSelf *self, const MessageTarget *target, const ContentMessageId *id)
{
        Content content = {.kind = CONTENT_DELETION, .target = *id, .sent_ms = clock_now_ms()};
        Contact contact;
        int r;

        r = store_contact_get(store, target->contact, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        message_id_new(&content.message_id);
        return outbox_queue_content(store, self, &contact, &content);
}

/* One that is gone here may still be there. */
static bool may_delete_for_everyone(const MessageTarget *target)
{
        return target->outgoing && (message_kind_is_said(target->kind) || message_kind_is_gone(target->kind));
}

/* What a person is to forget here is not to be taken back from the other side, who would not know the new time. */
static bool is_on_its_way(const MessageTarget *target)
{
        return target->kind == MESSAGE_TIMER_CHANGE && target->state == MESSAGE_QUEUED;
}

int delete_message(Store *store, const PeerSelf *self, const ContentMessageId *id, bool for_everyone)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        MessageTarget target;
        bool left;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_target_find(store, id, &target);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (target.kind == MESSAGE_EXPIRED && !for_everyone)
                return PROBLEM_NOT_FOUND;
        if (for_everyone ? !may_delete_for_everyone(&target) : is_on_its_way(&target))
                return PROBLEM_NOT_ALLOWED;
        r = withdraw(store, &target, &left);
        if (r < 0)
                return r;
        if (for_everyone && left) {
                r = tell(store, self, &target, id);
                if (r != 0)
                        return r;
        }
        if (left && !for_everyone) {
                r = store_attachment_leave_blob(store, target.number);
                if (r < 0)
                        return r;
        }
        if (!message_kind_is_gone(target.kind)) {
                r = store_message_forget(store, target.number, MESSAGE_DELETED);
                if (r < 0)
                        return r;
                r = store_event_add(store, EVENT_MESSAGE_DELETED, target.contact, target.number);
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}

/* ---- By the contact ---- */

int deletion_take(const InboxContext *context, const Content *content)
{
        Store *store = context->store;
        MessageTarget target;
        int r;

        r = store_target_find(store, &content->target, &target);
        if (r < 0)
                return r;
        if (r != 0) /* it did not get here, or went already: as is wished */
                return 0;
        if (!target_is_of(&target, context->contact->id, context->sender))
                return inbox_refuse(store, "a deletion of what is not theirs");
        if (message_kind_is_gone(target.kind))
                return 0;
        if (!message_kind_is_said(target.kind) && target.kind != MESSAGE_UNSUPPORTED)
                return inbox_refuse(store, "a deletion of a notice");
        r = store_message_forget(store, target.number, MESSAGE_DELETED);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_DELETED, target.contact, target.number);
}
