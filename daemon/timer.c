/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/timer.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/inbox-reject.h"
#include "daemon/relation.h"
#include "daemon/sealing.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-timer.h"

bool timer_is_possible(uint32_t seconds)
{
        return seconds == 0 || (seconds >= TIMER_MIN_S && seconds <= TIMER_MAX_S);
}

uint32_t timer_bounded(uint32_t seconds)
{
        return seconds == 0 ? 0 : CLAMP(seconds, TIMER_MIN_S, TIMER_MAX_S);
}

/* What stands in the history of it. 0 or STORE_MESSAGE_REPEATED. */
static int add_notice(Store *store, const Contact *contact, Message *notice)
{
        int r;

        notice->kind = MESSAGE_TIMER_CHANGE;
        notice->received_ms = clock_now_ms();
        r = store_message_insert(store, contact->id, notice);
        if (r != 0)
                return r;
        return store_event_add(store, EVENT_TIMER_CHANGED, contact->id, notice->number);
}

/* ---- By this side ---- */

static int change(Store *store, const PeerSelf *self, Contact *contact, const Timer *before, uint32_t seconds)
{
        uint64_t now = clock_now_ms();
        Message notice = {
                        .outgoing = true,
                        .state = MESSAGE_QUEUED,
                        .reason = contact->key_changed ? PROBLEM_KEY_CHANGED : PROBLEM_NONE,
                        .timer_s = seconds,
                        /* Later than the one before, whatever became of the clock. */
                        .sent_ms = MAX(now, before->changed_ms + 1),
        };
        Timer timer = {.seconds = seconds, .changed_ms = notice.sent_ms};
        int64_t number = 0;
        int r;

        message_id_new(&notice.id);
        timer.id = notice.id;
        r = store_timer_set(store, contact->id, &timer);
        if (r < 0)
                return r;
        r = add_notice(store, contact, &notice);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        r = store_outbox_add_message(store, contact->id, notice.number, &number);
        if (r < 0)
                return r;
        r = seal_new_entry(store, self, contact, number);
        return r > 0 ? -EMSGSIZE : r;
}

int timer_set(Store *store, const PeerSelf *self, const char *name, uint32_t seconds)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Contact contact;
        Timer before;
        int r;

        if (!timer_is_possible(seconds))
                return PROBLEM_INVALID_ARGUMENT;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, name, &contact);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        r = store_timer_get(store, contact.id, &before);
        if (r < 0 || before.seconds == seconds)
                return r;
        r = relation_write_to(store, &contact);
        if (r != 0)
                return r;
        r = change(store, self, &contact, &before, seconds);
        return r < 0 ? r : store_commit(&transaction);
}

int timer_give(Store *store, const Contact *contact, Message *message)
{
        Timer timer;
        int r;

        r = store_timer_get(store, contact->id, &timer);
        message->timer_s = timer.seconds;
        return r;
}

/* ---- By the contact ---- */

/* As of edits: the later one holds, and of one time the one with the greater ID. */
static bool is_newer(const Content *content, const Timer *before)
{
        if (content->sent_ms != before->changed_ms)
                return content->sent_ms > before->changed_ms;
        return memcmp(content->message_id.bytes, before->id.bytes, sizeof(before->id.bytes)) > 0;
}

int timer_take(const InboxContext *context, const Content *content)
{
        const Timer timer = {
                        .seconds = content->expires_after_s,
                        .changed_ms = content->sent_ms,
                        .id = content->message_id,
        };
        Message notice = {
                        .id = content->message_id,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = content->sent_ms,
                        .timer_s = content->expires_after_s,
                        .unaccepted_key = context->unaccepted_key,
        };
        Timer before;
        int r;

        if (content->sent_ms == 0 || content->sent_ms > CLOCK_LAST_MS)
                return inbox_refuse(context->store, "a timer of no time");
        if (!timer_is_possible(content->expires_after_s))
                return inbox_refuse(context->store, "a timer that is too short or too long");
        r = store_timer_get(context->store, context->contact->id, &before);
        if (r < 0 || !is_newer(content, &before))
                return r;
        if (before.seconds != timer.seconds) {
                r = add_notice(context->store, context->contact, &notice);
                if (r == STORE_MESSAGE_REPEATED)
                        return inbox_reject(context->store, context->contact, PEER_REPEATED);
                if (r < 0)
                        return r;
        }
        return store_timer_set(context->store, context->contact->id, &timer);
}

int timer_take_group(Store *store, int64_t contact, const char *sender, uint32_t seconds)
{
        const Contact group = {.id = contact};
        const Timer timer = {.seconds = timer_bounded(seconds), .changed_ms = clock_now_ms()};
        Message notice = {
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = timer.changed_ms,
                        .timer_s = timer.seconds,
                        .sender = sender,
        };
        int r;

        message_id_new(&notice.id);
        r = add_notice(store, &group, &notice);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        return store_timer_set(store, contact, &timer);
}
