/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/content.h"

#include <errno.h>
#include <string.h>

#include "e2ee/content.pb-c.h"
#include "e2ee/utf8.h"
#include "e2ee/wipe.h"
#include "e2ee/wiping-allocator.h"

enum { SCHEMA_VERSION = 1 };

static int encode(E2ee__Content *message, uint8_t **out, size_t *size_out)
{
        size_t size = e2ee__content__get_packed_size(message);
        uint8_t *data = malloc(size);

        if (!data)
                return -ENOMEM;
        *size_out = e2ee__content__pack(message, data);
        *out = data;
        return 0;
}

int content_encode(const Content *content, uint8_t **out, size_t *size_out)
{
        E2ee__Content message = E2EE__CONTENT__INIT;
        E2ee__Text text = E2EE__TEXT__INIT;
        E2ee__SessionReset reset = E2EE__SESSION_RESET__INIT;

        message.message_id.data = (uint8_t *)content->message_id.bytes;
        message.message_id.len = sizeof(content->message_id.bytes);
        message.sent_ms = content->sent_ms;
        switch (content->kind) {
        case CONTENT_TEXT:
                if (content->text_size > CONTENT_TEXT_MAX)
                        return CONTENT_TOO_LONG;
                if (!utf8_is_text((const uint8_t *)content->text, content->text_size))
                        return CONTENT_NOT_UTF8;
                text.utf8.data = (uint8_t *)content->text;
                text.utf8.len = content->text_size;
                message.body_case = E2EE__CONTENT__BODY_TEXT;
                message.text = &text;
                return encode(&message, out, size_out);
        case CONTENT_SESSION_RESET:
                message.body_case = E2EE__CONTENT__BODY_SESSION_RESET;
                message.session_reset = &reset;
                return encode(&message, out, size_out);
        case CONTENT_UNKNOWN:
                return -EINVAL;
        }
        return -EINVAL;
}

static int take_text(const E2ee__Text *text, Content *out)
{
        if (text->utf8.len > CONTENT_TEXT_MAX || !utf8_is_text(text->utf8.data, text->utf8.len))
                return CONTENT_MALFORMED;
        out->text = malloc(text->utf8.len + 1);
        if (!out->text)
                return -ENOMEM;
        if (text->utf8.len > 0)
                memcpy(out->text, text->utf8.data, text->utf8.len);
        out->text[text->utf8.len] = 0;
        out->text_size = text->utf8.len;
        out->kind = CONTENT_TEXT;
        return 0;
}

static int take(const E2ee__Content *message, Content *out)
{
        if (message->message_id.len != CONTENT_MESSAGE_ID_SIZE)
                return CONTENT_MALFORMED;
        memcpy(out->message_id.bytes, message->message_id.data, CONTENT_MESSAGE_ID_SIZE);
        out->sent_ms = message->sent_ms;
        out->kind = CONTENT_UNKNOWN;
        if (message->needs_version > SCHEMA_VERSION)
                return 0;

        switch (message->body_case) {
        case E2EE__CONTENT__BODY_TEXT:
                return take_text(message->text, out);
        case E2EE__CONTENT__BODY_SESSION_RESET:
                out->kind = CONTENT_SESSION_RESET;
                return 0;
        case E2EE__CONTENT__BODY__NOT_SET:
        case _E2EE__CONTENT__BODY__CASE_IS_INT_SIZE:
                return 0;
        }
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
                *out = (Content){0};
        return r;
}

void content_deinit(Content *content)
{
        wipe_and_free(content->text, content->text_size);
        *content = (Content){0};
}
