/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "e2ee/content-schema.h"
#include "e2ee/content.h"
#include "e2ee/content.pb-c.h"
#include "e2ee/utf8.h"

/* Every body there is: one of them goes into the message. */
typedef struct Bodies {
        E2ee__Text text;
        E2ee__SessionReset session_reset;
        E2ee__Receipt receipt;
        E2ee__Typing typing;
        E2ee__Edit edit;
        E2ee__Deletion deletion;
        E2ee__Reaction reaction;
        E2ee__Attachment attachment;
        E2ee__Verification verification;
        E2ee__TimerChange timer_change;
        E2ee__PresenceTicket presence_ticket;
        E2ee__GroupInfo group_info;
        E2ee__AccountDeleted account_deleted;
        ProtobufCBinaryData ids[CONTENT_RECEIPT_MAX];
} Bodies;

/* What is encoded is only read, and the schema's types know no const. */
static ProtobufCBinaryData bytes(const void *data, size_t size)
{
        return (ProtobufCBinaryData){.data = (uint8_t *)data, .len = size};
}

static ProtobufCBinaryData id_bytes(const ContentMessageId *id)
{
        return bytes(id->bytes, sizeof(id->bytes));
}

static int check_text(const Content *content, size_t max)
{
        if (content->text_size > max)
                return CONTENT_TOO_LONG;
        return utf8_is_text((const uint8_t *)content->text, content->text_size) ? 0 : CONTENT_NOT_UTF8;
}

/* What may stand beside a text or an attachment. Whoever knows no timers must not keep what has one. */
static void put_beside(const Content *content, E2ee__Content *message)
{
        if (content->has_reply_to)
                message->reply_to = id_bytes(&content->reply_to);
        message->expires_after_s = content->expires_after_s;
        if (content->expires_after_s > 0)
                message->needs_version = CONTENT_SCHEMA_TIMERS;
}

static int put_text(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        bodies->text = (E2ee__Text)E2EE__TEXT__INIT;
        bodies->text.utf8 = bytes(content->text, content->text_size);
        message->body_case = E2EE__CONTENT__BODY_TEXT;
        message->text = &bodies->text;
        put_beside(content, message);
        return check_text(content, CONTENT_TEXT_MAX);
}

static int put_receipt(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        if (content->receipt_count == 0)
                return -EINVAL;
        if (content->receipt_count > CONTENT_RECEIPT_MAX)
                return CONTENT_TOO_LONG;
        for (size_t i = 0; i < content->receipt_count; i++)
                bodies->ids[i] = id_bytes(&content->receipt_ids[i]);
        bodies->receipt = (E2ee__Receipt)E2EE__RECEIPT__INIT;
        bodies->receipt.kind = (E2ee__ReceiptKind)content->receipt;
        bodies->receipt.message_ids = bodies->ids;
        bodies->receipt.n_message_ids = content->receipt_count;
        message->body_case = E2EE__CONTENT__BODY_RECEIPT;
        message->receipt = &bodies->receipt;
        message->ignorable = true;
        return 0;
}

static int put_edit(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        bodies->edit = (E2ee__Edit)E2EE__EDIT__INIT;
        bodies->edit.target = id_bytes(&content->target);
        bodies->edit.utf8 = bytes(content->text, content->text_size);
        message->body_case = E2EE__CONTENT__BODY_EDIT;
        message->edit = &bodies->edit;
        return check_text(content, CONTENT_TEXT_MAX);
}

static int put_reaction(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        bodies->reaction = (E2ee__Reaction)E2EE__REACTION__INIT;
        bodies->reaction.target = id_bytes(&content->target);
        bodies->reaction.emoji = (char *)content->reaction;
        message->body_case = E2EE__CONTENT__BODY_REACTION;
        message->reaction = &bodies->reaction;
        message->ignorable = true;
        return utf8_is_text((const uint8_t *)content->reaction, strlen(content->reaction)) ? 0 : CONTENT_NOT_UTF8;
}

static int put_attachment(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        const ContentAttachment *from = content->attachment;
        E2ee__Attachment *to = &bodies->attachment;

        *to = (E2ee__Attachment)E2EE__ATTACHMENT__INIT;
        to->blob_id = bytes(from->blob_id, sizeof(from->blob_id));
        to->key = bytes(from->key, sizeof(from->key));
        to->hash = bytes(from->hash, sizeof(from->hash));
        to->size = from->size;
        to->name = (char *)from->name;
        to->media_type = (char *)from->media_type;
        to->thumbnail = bytes(from->thumbnail, from->thumbnail ? from->thumbnail_size : 0);
        to->width = from->width;
        to->height = from->height;
        to->caption = bytes(content->text, content->text ? content->text_size : 0);
        message->body_case = E2EE__CONTENT__BODY_ATTACHMENT;
        message->attachment = to;
        put_beside(content, message);
        if (from->thumbnail && from->thumbnail_size > CONTENT_THUMBNAIL_MAX)
                return CONTENT_TOO_LONG;
        if (!utf8_is_text((const uint8_t *)from->name, strlen(from->name)))
                return CONTENT_NOT_UTF8;
        return content->text ? check_text(content, CONTENT_CAPTION_MAX) : 0;
}

static int put_verification(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        const ContentVerification *from = &content->verification;
        bool has_data = content_verification_has_data(from->step);

        bodies->verification = (E2ee__Verification)E2EE__VERIFICATION__INIT;
        bodies->verification.exchange = bytes(from->exchange, sizeof(from->exchange));
        bodies->verification.step = (E2ee__VerificationStep)from->step;
        bodies->verification.data = bytes(from->data, has_data ? sizeof(from->data) : 0);
        message->body_case = E2EE__CONTENT__BODY_VERIFICATION;
        message->verification = &bodies->verification;
        /* That somebody wants to compare is for a person to see; the rest only follows from it. */
        message->ignorable = from->step != CONTENT_VERIFICATION_COMMIT;
        return 0;
}

static int put_group_info(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        if (content->group_info_size > CONTENT_GROUP_INFO_MAX)
                return CONTENT_TOO_LONG;
        bodies->group_info = (E2ee__GroupInfo)E2EE__GROUP_INFO__INIT;
        bodies->group_info.group = bytes(content->group, sizeof(content->group));
        bodies->group_info.info = bytes(content->group_info, content->group_info_size);
        message->body_case = E2EE__CONTENT__BODY_GROUP_INFO;
        message->group_info = &bodies->group_info;
        message->ignorable = true;
        return 0;
}

static int put_small(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        switch (content->kind) {
        case CONTENT_SESSION_RESET:
                bodies->session_reset = (E2ee__SessionReset)E2EE__SESSION_RESET__INIT;
                bodies->session_reset.renewal = content->renewal;
                message->body_case = E2EE__CONTENT__BODY_SESSION_RESET;
                message->session_reset = &bodies->session_reset;
                return 0;
        case CONTENT_TYPING:
                bodies->typing = (E2ee__Typing)E2EE__TYPING__INIT;
                bodies->typing.active = content->typing;
                message->body_case = E2EE__CONTENT__BODY_TYPING;
                message->typing = &bodies->typing;
                message->ignorable = true;
                return 0;
        case CONTENT_DELETION:
                bodies->deletion = (E2ee__Deletion)E2EE__DELETION__INIT;
                bodies->deletion.target = id_bytes(&content->target);
                message->body_case = E2EE__CONTENT__BODY_DELETION;
                message->deletion = &bodies->deletion;
                return 0;
        case CONTENT_TIMER_CHANGE:
                bodies->timer_change = (E2ee__TimerChange)E2EE__TIMER_CHANGE__INIT;
                bodies->timer_change.expires_after_s = content->expires_after_s;
                message->body_case = E2EE__CONTENT__BODY_TIMER_CHANGE;
                message->timer_change = &bodies->timer_change;
                return 0;
        case CONTENT_PRESENCE_TICKET:
                bodies->presence_ticket = (E2ee__PresenceTicket)E2EE__PRESENCE_TICKET__INIT;
                bodies->presence_ticket.ticket =
                                bytes(content->ticket, content->has_ticket ? sizeof(content->ticket) : 0);
                message->body_case = E2EE__CONTENT__BODY_PRESENCE_TICKET;
                message->presence_ticket = &bodies->presence_ticket;
                message->ignorable = true;
                return 0;
        case CONTENT_ACCOUNT_DELETED:
                bodies->account_deleted = (E2ee__AccountDeleted)E2EE__ACCOUNT_DELETED__INIT;
                message->body_case = E2EE__CONTENT__BODY_ACCOUNT_DELETED;
                message->account_deleted = &bodies->account_deleted;
                return 0;
        case CONTENT_UNKNOWN:
        case CONTENT_TEXT:
        case CONTENT_RECEIPT:
        case CONTENT_EDIT:
        case CONTENT_REACTION:
        case CONTENT_ATTACHMENT:
        case CONTENT_VERIFICATION:
        case CONTENT_GROUP_INFO:
                break;
        }
        return -EINVAL;
}

static int put_body(const Content *content, E2ee__Content *message, Bodies *bodies)
{
        switch (content->kind) {
        case CONTENT_TEXT:
                return put_text(content, message, bodies);
        case CONTENT_RECEIPT:
                return put_receipt(content, message, bodies);
        case CONTENT_EDIT:
                return put_edit(content, message, bodies);
        case CONTENT_REACTION:
                return put_reaction(content, message, bodies);
        case CONTENT_ATTACHMENT:
                return put_attachment(content, message, bodies);
        case CONTENT_VERIFICATION:
                return put_verification(content, message, bodies);
        case CONTENT_GROUP_INFO:
                return put_group_info(content, message, bodies);
        case CONTENT_UNKNOWN:
        case CONTENT_SESSION_RESET:
        case CONTENT_TYPING:
        case CONTENT_DELETION:
        case CONTENT_TIMER_CHANGE:
        case CONTENT_PRESENCE_TICKET:
        case CONTENT_ACCOUNT_DELETED:
                break;
        }
        return put_small(content, message, bodies);
}

int content_encode(const Content *content, uint8_t **out, size_t *size_out)
{
        E2ee__Content message = E2EE__CONTENT__INIT;
        uint8_t *data;
        size_t size;
        Bodies bodies;
        int r;

        message.message_id = id_bytes(&content->message_id);
        message.sent_ms = content->sent_ms;
        r = put_body(content, &message, &bodies);
        if (r != 0)
                return r;
        size = e2ee__content__get_packed_size(&message);
        if (size > CONTENT_ENCODED_MAX)
                return CONTENT_TOO_LONG;
        data = malloc(size);
        if (!data)
                return -ENOMEM;
        *size_out = e2ee__content__pack(&message, data);
        *out = data;
        return 0;
}
