/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox-attachment.h"

#include <string.h>

#include "daemon/clock.h"
#include "daemon/inbox-reject.h"
#include "daemon/store-attachment.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/timer.h"
#include "e2ee/blob.h"

static int insert_attachment(Store *store, uint64_t message, const ContentAttachment *said)
{
        Attachment attachment = {.message = message, .content = *said, .transfer = TRANSFER_ARRIVED};
        int r;

        attachment_new_file_name(attachment.file);
        attachment_clean_name(said->name, attachment.content.name);
        attachment_clean_media_type(said->media_type, attachment.content.media_type);
        r = store_attachment_insert(store, &attachment);
        attachment.content.thumbnail = NULL; /* the content's own */
        attachment_deinit(&attachment);
        return r;
}

int inbox_take_attachment(const InboxContext *context, const Content *content)
{
        Message message = {
                        .id = content->message_id,
                        .kind = MESSAGE_ATTACHMENT,
                        .sender = context->contact->is_group ? context->sender : NULL,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = content->sent_ms < INT64_MAX ? content->sent_ms : INT64_MAX,
                        .received_ms = clock_now_ms(),
                        .text = content->text,
                        .text_size = content->text_size,
                        .has_reply_to = content->has_reply_to,
                        .reply_to = content->reply_to,
                        .timer_s = timer_bounded(content->expires_after_s),
                        .unaccepted_key = context->unaccepted_key,
        };
        int r;

        if (content->attachment->size > BLOB_FILE_MAX)
                return inbox_reject(context->store, context->contact, PEER_MALFORMED);
        r = store_message_insert(context->store, context->contact->id, &message);
        if (r == STORE_MESSAGE_REPEATED) /* sent to us again in another envelope */
                return inbox_reject(context->store, context->contact, PEER_REPEATED);
        if (r < 0)
                return r;
        r = insert_attachment(context->store, message.number, content->attachment);
        if (r < 0)
                return r;
        return store_event_add(context->store, EVENT_MESSAGE_RECEIVED, context->contact->id, message.number);
}
