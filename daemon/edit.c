/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/edit.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/inbox-reject.h"
#include "daemon/outbox.h"
#include "daemon/sealing.h"
#include "daemon/store-edit.h"
#include "daemon/store-event.h"
#include "daemon/store-target.h"

/* ---- By this side ---- */

static bool may_edit(const MessageTarget *target)
{
        return target->outgoing && target->kind == MESSAGE_TEXT && target->state != MESSAGE_FAILED &&
               target->edits < EDITS_MAX;
}

/* Each edit is later than the one before and than the message, whatever became of the clock. */
static uint64_t time_of_edit(const MessageTarget *target)
{
        uint64_t now = clock_now_ms();

        now = MAX(now, target->sent_ms);
        return MAX(now, target->edited_ms + 1);
}

static int tell(Store *store, const PeerSelf *self, const Contact *contact, const MessageTarget *target,
                const Content *content)
{
        int r;

        r = store_message_set_edited(store, target->number, content->sent_ms, &content->message_id);
        if (r < 0)
                return r;
        if (!contact_is_accepted(contact) || contact_is_self(self, contact)) /* blocked: they hear nothing */
                return 0;
        return outbox_queue_about(store, self, contact, content, target->number);
}

/*
 * A message without an envelope never was anywhere but here, and just says something else now. One with an envelope may
 * have left: it is sealed anew, and an edit follows for the case that it had.
 */
static int change(Store *store, const PeerSelf *self, const MessageTarget *target, const Content *content)
{
        Contact contact;
        OutboxEntry entry;
        int r, queued;

        r = store_contact_get(store, target->contact, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = store_message_set_text(store, target->number, content->text, content->text_size);
        if (r < 0)
                return r;
        queued = store_outbox_find_message(store, target->number, &entry);
        if (queued < 0)
                return queued;
        if (queued == 0 && entry.device_id == 0)
                return 0;
        if (queued == 0) {
                r = seal_again(store, self, &contact, &entry);
                if (r != 0)
                        return r < 0 ? r : PROBLEM_TEXT_TOO_LONG;
        }
        return tell(store, self, &contact, target, content);
}

int edit_message(Store *store, const PeerSelf *self, const ContentMessageId *id, const char *text, size_t size)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Content content = {.kind = CONTENT_EDIT, .target = *id, .text = (char *)text, .text_size = size};
        MessageTarget target;
        int r;

        if (size > CONTENT_TEXT_MAX)
                return PROBLEM_TEXT_TOO_LONG;
        if (size == 0 || !g_utf8_validate_len(text, size, NULL))
                return PROBLEM_BAD_TEXT;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_target_find(store, id, &target);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (!may_edit(&target))
                return PROBLEM_NOT_ALLOWED;
        message_id_new(&content.message_id);
        content.sent_ms = time_of_edit(&target);
        r = change(store, self, &target, &content);
        if (r != 0)
                return r;
        r = store_event_add(store, EVENT_MESSAGE_EDITED, target.contact, target.number);
        if (r < 0)
                return r;
        return store_commit(&transaction);
}

/* ---- By the contact ---- */

/* Of two edits the later one holds, and of two of one time the one with the greater ID; in whatever order they come. */
static bool is_newer(const Content *edit, const MessageTarget *target)
{
        if (edit->sent_ms != target->edited_ms)
                return edit->sent_ms > target->edited_ms;
        return memcmp(edit->message_id.bytes, target->edit_id.bytes, sizeof(target->edit_id.bytes)) > 0;
}

int edit_take(const InboxContext *context, const Content *content)
{
        Store *store = context->store;
        MessageTarget target;
        int r;

        if (content->text_size == 0 || content->sent_ms == 0 || content->sent_ms > CLOCK_LAST_MS)
                return inbox_refuse(store, "an edit without a text, or of no time");
        r = store_target_find(store, &content->target, &target);
        if (r < 0)
                return r;
        if (r != 0 || target.contact != context->contact->id)
                return inbox_refuse(store, "an edit of what is not there");
        if (!target_is_of(&target, context->contact->id, context->sender))
                return inbox_refuse(store, "an edit of what is not theirs");
        if (message_kind_is_gone(target.kind))
                return 0;
        if (target.kind != MESSAGE_TEXT)
                return inbox_refuse(store, "an edit of what is no text");
        if (!is_newer(content, &target))
                return 0;
        if (target.edits >= EDITS_MAX)
                return inbox_refuse(store, "one edit too many");
        r = store_message_set_text(store, target.number, content->text, content->text_size);
        if (r < 0)
                return r;
        r = store_message_set_edited(store, target.number, content->sent_ms, &content->message_id);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_EDITED, target.contact, target.number);
}
