/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/reaction.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/emoji.h"
#include "daemon/inbox-reject.h"
#include "daemon/outbox.h"
#include "daemon/store-event.h"
#include "daemon/store-reaction.h"
#include "daemon/store-target.h"

static int keep(Store *store, const MessageTarget *target, const char *person, const Content *content)
{
        Reaction reaction = {.sent_ms = content->sent_ms, .id = content->message_id};
        int r;

        g_strlcpy(reaction.emoji, content->reaction, sizeof(reaction.emoji));
        r = store_reaction_set(store, target->number, person, &reaction);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_REACTION, target->contact, target->number);
}

/* ---- By this side ---- */

static int change(Store *store, const PeerSelf *self, const MessageTarget *target, Content *content)
{
        Reaction before;
        Contact contact;
        uint64_t now;
        int r;

        r = store_contact_get(store, target->contact, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        if (!contact_is_accepted(&contact))
                return PROBLEM_NOT_ALLOWED;
        r = store_reaction_get(store, target->number, self->address.name, &before);
        if (r < 0 || strcmp(before.emoji, content->reaction) == 0)
                return r;
        now = clock_now_ms();
        content->sent_ms = MAX(now, before.sent_ms + 1); /* later than the one before, whatever became of the clock */
        r = keep(store, target, self->address.name, content);
        if (r < 0)
                return r;
        return outbox_queue_about(store, self, &contact, content, target->number);
}

int react_to_message(Store *store, const PeerSelf *self, const ContentMessageId *id, const char *emoji)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Content content = {.kind = CONTENT_REACTION, .target = *id};
        MessageTarget target;
        int r;

        if (strlen(emoji) > CONTENT_REACTION_MAX || (*emoji && !emoji_is_one(emoji)))
                return PROBLEM_INVALID_ARGUMENT;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_target_find(store, id, &target);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (!message_kind_is_said(target.kind))
                return PROBLEM_NOT_ALLOWED;
        message_id_new(&content.message_id);
        g_strlcpy(content.reaction, emoji, sizeof(content.reaction));
        r = change(store, self, &target, &content);
        if (r != 0)
                return r;
        return store_commit(&transaction);
}

/* ---- By the contact ---- */

/* As of edits: the later one holds, and of one time the one with the greater ID. */
static bool is_newer(const Content *content, const Reaction *before)
{
        if (content->sent_ms != before->sent_ms)
                return content->sent_ms > before->sent_ms;
        return memcmp(content->message_id.bytes, before->id.bytes, sizeof(before->id.bytes)) > 0;
}

int reaction_take(const InboxContext *context, const Content *content)
{
        const char *person = context->sender;
        Store *store = context->store;
        MessageTarget target;
        Reaction before;
        int r;

        if (content->sent_ms == 0 || content->sent_ms > CLOCK_LAST_MS)
                return inbox_refuse(store, "a reaction of no time");
        if (*content->reaction && !emoji_is_one(content->reaction))
                return inbox_refuse(store, "a reaction that is not one emoji");
        r = store_target_find(store, &content->target, &target);
        if (r < 0)
                return r;
        if (r != 0 || target.contact != context->contact->id)
                return inbox_refuse(store, "a reaction to what is not there");
        if (message_kind_is_gone(target.kind))
                return 0;
        if (!message_kind_is_said(target.kind))
                return inbox_refuse(store, "a reaction to a notice");
        r = store_reaction_get(store, target.number, person, &before);
        if (r < 0 || !is_newer(content, &before))
                return r;
        return keep(store, &target, person, content);
}
