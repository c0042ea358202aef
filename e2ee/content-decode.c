/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "e2ee/content-schema.h"
#include "e2ee/content.h"
#include "e2ee/content.pb-c.h"
#include "e2ee/utf8.h"
#include "e2ee/wipe.h"
#include "e2ee/wiping-allocator.h"

/* Each take_*() returns 0, CONTENT_MALFORMED or -ENOMEM; what it has allocated by then is content_deinit()'s. */

static int take_fixed(const ProtobufCBinaryData *from, void *to, size_t size)
{
        if (from->len != size)
                return CONTENT_MALFORMED;
        memcpy(to, from->data, size);
        return 0;
}

static int take_id(const ProtobufCBinaryData *from, ContentMessageId *to)
{
        return take_fixed(from, to->bytes, sizeof(to->bytes));
}

/* A protobuf string may be anything up to its first NUL. */
static int take_string(const char *from, char *to, size_t max)
{
        size_t size = strnlen(from, max + 1);

        if (size > max || !utf8_is_text((const uint8_t *)from, size))
                return CONTENT_MALFORMED;
        memcpy(to, from, size);
        to[size] = 0;
        return 0;
}

static int take_text(const ProtobufCBinaryData *from, size_t max, Content *out)
{
        if (from->len > max || !utf8_is_text(from->data, from->len))
                return CONTENT_MALFORMED;
        out->text = malloc(from->len + 1);
        if (!out->text)
                return -ENOMEM;
        if (from->len > 0)
                memcpy(out->text, from->data, from->len);
        out->text[from->len] = 0;
        out->text_size = from->len;
        return 0;
}

static int take_beside(const E2ee__Content *message, Content *out)
{
        out->expires_after_s = message->expires_after_s;
        if (message->reply_to.len == 0)
                return 0;
        out->has_reply_to = true;
        return take_id(&message->reply_to, &out->reply_to);
}

static int take_receipt(const E2ee__Receipt *receipt, Content *out)
{
        if (receipt->n_message_ids == 0 || receipt->n_message_ids > CONTENT_RECEIPT_MAX)
                return CONTENT_MALFORMED;
        if (receipt->kind != E2EE__RECEIPT_KIND__RECEIPT_KIND_DELIVERED &&
            receipt->kind != E2EE__RECEIPT_KIND__RECEIPT_KIND_READ)
                return CONTENT_MALFORMED;
        out->receipt = (ContentReceiptKind)receipt->kind;
        out->receipt_ids = calloc(receipt->n_message_ids, sizeof(*out->receipt_ids));
        if (!out->receipt_ids)
                return -ENOMEM;
        out->receipt_count = receipt->n_message_ids;
        for (size_t i = 0; i < receipt->n_message_ids; i++)
                if (take_id(&receipt->message_ids[i], &out->receipt_ids[i]) != 0)
                        return CONTENT_MALFORMED;
        return 0;
}

static int take_edit(const E2ee__Edit *edit, Content *out)
{
        int r;

        r = take_id(&edit->target, &out->target);
        return r != 0 ? r : take_text(&edit->utf8, CONTENT_TEXT_MAX, out);
}

static int take_reaction(const E2ee__Reaction *reaction, Content *out)
{
        int r;

        r = take_id(&reaction->target, &out->target);
        return r != 0 ? r : take_string(reaction->emoji, out->reaction, CONTENT_REACTION_MAX);
}

static bool is_printable_ascii(const char *text)
{
        for (const char *p = text; *p; p++)
                if (*p < 0x20 || *p > 0x7e)
                        return false;
        return true;
}

static int take_thumbnail(const ProtobufCBinaryData *from, ContentAttachment *to)
{
        if (from->len == 0)
                return 0;
        if (from->len > CONTENT_THUMBNAIL_MAX)
                return CONTENT_MALFORMED;
        to->thumbnail = malloc(from->len);
        if (!to->thumbnail)
                return -ENOMEM;
        memcpy(to->thumbnail, from->data, from->len);
        to->thumbnail_size = from->len;
        return 0;
}

static int take_attachment(const E2ee__Attachment *from, Content *out)
{
        ContentAttachment *to;

        to = out->attachment = calloc(1, sizeof(*to));
        if (!to)
                return -ENOMEM;
        if (take_fixed(&from->blob_id, to->blob_id, sizeof(to->blob_id)) != 0 ||
            take_fixed(&from->key, to->key, sizeof(to->key)) != 0 ||
            take_fixed(&from->hash, to->hash, sizeof(to->hash)) != 0 ||
            take_string(from->name, to->name, CONTENT_FILE_NAME_MAX) != 0 ||
            take_string(from->media_type, to->media_type, CONTENT_MEDIA_TYPE_MAX) != 0 ||
            !is_printable_ascii(to->media_type) || from->size > INT64_MAX)
                return CONTENT_MALFORMED;
        to->size = from->size;
        to->width = from->width;
        to->height = from->height;
        if (from->caption.len > 0) {
                int r = take_text(&from->caption, CONTENT_CAPTION_MAX, out);

                if (r != 0)
                        return r;
        }
        return take_thumbnail(&from->thumbnail, to);
}

static int take_verification(const E2ee__Verification *from, Content *out)
{
        ContentVerification *to = &out->verification;

        if (from->step < E2EE__VERIFICATION_STEP__VERIFICATION_STEP_COMMIT ||
            from->step > E2EE__VERIFICATION_STEP__VERIFICATION_STEP_MISMATCH ||
            take_fixed(&from->exchange, to->exchange, sizeof(to->exchange)) != 0)
                return CONTENT_MALFORMED;
        to->step = (ContentVerificationStep)from->step;
        if (content_verification_has_data(to->step))
                return take_fixed(&from->data, to->data, sizeof(to->data));
        return from->data.len == 0 ? 0 : CONTENT_MALFORMED;
}

static int take_ticket(const E2ee__PresenceTicket *ticket, Content *out)
{
        if (ticket->ticket.len == 0)
                return 0;
        out->has_ticket = true;
        return take_fixed(&ticket->ticket, out->ticket, sizeof(out->ticket));
}

static int take_group_info(const E2ee__GroupInfo *from, Content *out)
{
        if (from->info.len > CONTENT_GROUP_INFO_MAX ||
            take_fixed(&from->group, out->group, sizeof(out->group)) != 0)
                return CONTENT_MALFORMED;
        if (from->info.len == 0)
                return 0;
        out->group_info = malloc(from->info.len);
        if (!out->group_info)
                return -ENOMEM;
        memcpy(out->group_info, from->info.data, from->info.len);
        out->group_info_size = from->info.len;
        return 0;
}

static int take_body(const E2ee__Content *message, Content *out)
{
        int r;

        switch (message->body_case) {
        case E2EE__CONTENT__BODY_TEXT:
                out->kind = CONTENT_TEXT;
                r = take_text(&message->text->utf8, CONTENT_TEXT_MAX, out);
                return r != 0 ? r : take_beside(message, out);
        case E2EE__CONTENT__BODY_SESSION_RESET:
                out->kind = CONTENT_SESSION_RESET;
                out->renewal = message->session_reset->renewal;
                return 0;
        case E2EE__CONTENT__BODY_RECEIPT:
                out->kind = CONTENT_RECEIPT;
                return take_receipt(message->receipt, out);
        case E2EE__CONTENT__BODY_TYPING:
                out->kind = CONTENT_TYPING;
                out->typing = message->typing->active;
                return 0;
        case E2EE__CONTENT__BODY_EDIT:
                out->kind = CONTENT_EDIT;
                return take_edit(message->edit, out);
        case E2EE__CONTENT__BODY_DELETION:
                out->kind = CONTENT_DELETION;
                return take_id(&message->deletion->target, &out->target);
        case E2EE__CONTENT__BODY_REACTION:
                out->kind = CONTENT_REACTION;
                return take_reaction(message->reaction, out);
        case E2EE__CONTENT__BODY_ATTACHMENT:
                out->kind = CONTENT_ATTACHMENT;
                r = take_attachment(message->attachment, out);
                return r != 0 ? r : take_beside(message, out);
        case E2EE__CONTENT__BODY_VERIFICATION:
                out->kind = CONTENT_VERIFICATION;
                return take_verification(message->verification, out);
        case E2EE__CONTENT__BODY_TIMER_CHANGE:
                out->kind = CONTENT_TIMER_CHANGE;
                out->expires_after_s = message->timer_change->expires_after_s;
                return 0;
        case E2EE__CONTENT__BODY_PRESENCE_TICKET:
                out->kind = CONTENT_PRESENCE_TICKET;
                return take_ticket(message->presence_ticket, out);
        case E2EE__CONTENT__BODY_GROUP_INFO:
                out->kind = CONTENT_GROUP_INFO;
                return take_group_info(message->group_info, out);
        case E2EE__CONTENT__BODY_ACCOUNT_DELETED:
                out->kind = CONTENT_ACCOUNT_DELETED;
                return 0;
        case E2EE__CONTENT__BODY__NOT_SET:
        case _E2EE__CONTENT__BODY__CASE_IS_INT_SIZE:
                break;
        }
        out->ignorable = message->ignorable;
        return 0;
}

static int take(const E2ee__Content *message, Content *out)
{
        int r;

        r = take_id(&message->message_id, &out->message_id);
        if (r != 0)
                return r;
        out->sent_ms = message->sent_ms;
        if (message->needs_version <= CONTENT_SCHEMA_VERSION)
                return take_body(message, out);
        out->ignorable = message->ignorable;
        return 0;
}

int content_decode(const uint8_t *data, size_t size, Content *out)
{
        ProtobufCAllocator allocator = wiping_allocator();
        E2ee__Content *message;
        int r;

        *out = (Content){0};
        if (size > CONTENT_ENCODED_MAX)
                return CONTENT_MALFORMED;
        /* Does not tell a lack of memory from a malformed message; the latter is what happens. */
        message = e2ee__content__unpack(&allocator, size, data);
        if (!message)
                return CONTENT_MALFORMED;
        r = take(message, out);
        e2ee__content__free_unpacked(message, &allocator);
        if (r != 0)
                content_deinit(out);
        return r;
}
