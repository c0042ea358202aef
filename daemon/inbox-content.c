/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox-content.h"

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/deletion.h"
#include "daemon/edit.h"
#include "daemon/group-rejoin.h"
#include "daemon/inbox-attachment.h"
#include "daemon/inbox-reject.h"
#include "daemon/inbox-verification.h"
#include "daemon/presence.h"
#include "daemon/reaction.h"
#include "daemon/receipts.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/timer.h"
#include "e2ee/content.h"

/* Something to show to a person: a text, or that something came which this version cannot show. */
static int take_message(const InboxContext *context, const Content *content, MessageKind kind)
{
        Message message = {
                        .id = content->message_id,
                        .kind = kind,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = content->sent_ms < INT64_MAX ? content->sent_ms : INT64_MAX,
                        .received_ms = clock_now_ms(),
                        .text = kind == MESSAGE_TEXT ? content->text : NULL,
                        .text_size = kind == MESSAGE_TEXT ? content->text_size : 0,
                        .has_reply_to = content->has_reply_to,
                        .reply_to = content->reply_to,
                        .timer_s = kind == MESSAGE_TEXT ? timer_bounded(content->expires_after_s) : 0,
                        .unaccepted_key = context->unaccepted_key,
                        .sender = context->contact->is_group ? context->sender : NULL,
        };
        int r;

        r = store_message_insert(context->store, context->contact->id, &message);
        if (r == STORE_MESSAGE_REPEATED) /* sent to us again in another envelope */
                return inbox_reject(context->store, context->contact, PEER_REPEATED);
        if (r < 0)
                return r;
        return store_event_add(context->store, EVENT_MESSAGE_RECEIVED, context->contact->id, message.number);
}

/*
 * What it says is the session that it came in. If we go on in another one, they may not be able to read us; unless
 * they only renewed, at the same time as we did: then they find the one that goes on by themselves.
 */
static int take_session_reset(const InboxContext *context, const Content *content)
{
        if (content->renewal && context->in_current_session)
                return store_event_add(context->store, EVENT_SESSION_RENEWED, context->contact->id, 0);
        if (content->renewal)
                return 0;
        return context->in_current_session ? 0 : inbox_answer_with_reset(context->store, context->contact);
}

/* What waits as a request is what its sender has to say, and no more. */
static bool may_stranger_say(const Content *content)
{
        switch (content->kind) {
        case CONTENT_TEXT:
        case CONTENT_ATTACHMENT:
        case CONTENT_DELETION:
        case CONTENT_EDIT:
        case CONTENT_TIMER_CHANGE:
        case CONTENT_PRESENCE_TICKET:
        case CONTENT_UNKNOWN:
                return true;
        case CONTENT_SESSION_RESET:
        case CONTENT_RECEIPT:
        case CONTENT_TYPING:
        case CONTENT_REACTION:
        case CONTENT_VERIFICATION:
        case CONTENT_ACCOUNT_DELETED:
        case CONTENT_GROUP_INFO:
                return false;
        }
        return false;
}

/* What is between two devices, or is one of a group's settings, has no meaning in a group's messages. */
static bool may_group_say(const Content *content)
{
        switch (content->kind) {
        case CONTENT_TEXT:
        case CONTENT_ATTACHMENT:
        case CONTENT_DELETION:
        case CONTENT_EDIT:
        case CONTENT_REACTION:
        case CONTENT_UNKNOWN:
                return true;
        case CONTENT_PRESENCE_TICKET:
        case CONTENT_SESSION_RESET:
        case CONTENT_RECEIPT:
        case CONTENT_TYPING:
        case CONTENT_VERIFICATION:
        case CONTENT_TIMER_CHANGE:
        case CONTENT_ACCOUNT_DELETED:
        case CONTENT_GROUP_INFO:
                return false;
        }
        return false;
}

static bool is_message(const Content *content)
{
        return content->kind == CONTENT_TEXT || content->kind == CONTENT_ATTACHMENT;
}

static int take_typing(const InboxContext *context, const Content *content)
{
        if (context->ephemeral && !context->unaccepted_key)
                typing_hear(context->typing, context->contact->name, content->typing);
        return 0;
}

/* Whatever it is, they are there, and have our messages. */
static int note_heard(const InboxContext *context, const Content *content)
{
        if (context->contact->is_group)
                return 0;
        if (contact_is_accepted(context->contact) && content->kind != CONTENT_TYPING)
                typing_hear_other(context->typing, context->contact->name, is_message(content));
        if (context->contact->heard)
                return 0;
        context->contact->heard = true;
        return store_contact_set_heard(context->store, context->contact->id);
}

static int take(const InboxContext *context, const Content *content)
{
        if (!contact_is_accepted(context->contact) && !may_stranger_say(content))
                return 0;
        if (context->contact->is_group && !may_group_say(content))
                return 0;
        switch (content->kind) {
        case CONTENT_TEXT:
                return take_message(context, content, MESSAGE_TEXT);
        case CONTENT_ATTACHMENT:
                return inbox_take_attachment(context, content);
        case CONTENT_SESSION_RESET:
                return take_session_reset(context, content);
        case CONTENT_RECEIPT:
                return receipts_take(context, content);
        case CONTENT_TYPING:
                return take_typing(context, content);
        case CONTENT_PRESENCE_TICKET:
                return presence_take_ticket(context, content);
        case CONTENT_REACTION:
                return reaction_take(context, content);
        case CONTENT_EDIT:
                return edit_take(context, content);
        case CONTENT_DELETION:
                return deletion_take(context, content);
        case CONTENT_TIMER_CHANGE:
                return timer_take(context, content);
        case CONTENT_ACCOUNT_DELETED:
                return take_message(context, content, MESSAGE_ACCOUNT_DELETED);
        case CONTENT_VERIFICATION:
                return inbox_take_verification(context, content);
        case CONTENT_GROUP_INFO:
                return group_rejoin_take(context, content);
        case CONTENT_UNKNOWN:
                return content->ignorable ? 0 : take_message(context, content, MESSAGE_UNSUPPORTED);
        }
        return 0;
}

int inbox_take_content(const InboxContext *context, const uint8_t *plaintext, size_t size)
{
        _cleanup_(content_deinit) Content content = {0};
        int r;

        r = content_decode(plaintext, size, &content);
        if (r < 0)
                return r;
        if (r != 0)
                return inbox_reject(context->store, context->contact, PEER_MALFORMED);
        r = note_heard(context, &content);
        return r < 0 ? r : take(context, &content);
}
