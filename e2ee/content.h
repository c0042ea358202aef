/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What is inside an envelope, once decrypted: one Content of e2ee/content.proto. Text is there now; the schema has
 * the numbers reserved for what follows. A body that this version does not know decodes to CONTENT_UNKNOWN, which a
 * program shows as "a message that needs a newer version", so nothing disappears.
 */
enum {
        CONTENT_TEXT_MAX = 65536, /* bytes of UTF-8 */
        CONTENT_MESSAGE_ID_SIZE = 16,
        CONTENT_ENCODED_MAX = CONTENT_TEXT_MAX + 1024,
};

typedef enum ContentKind {
        CONTENT_UNKNOWN = 0,
        CONTENT_TEXT = 1,
        CONTENT_SESSION_RESET = 2, /* "I could not read what you sent: this is our new session" */
} ContentKind;

typedef struct ContentMessageId {
        uint8_t bytes[CONTENT_MESSAGE_ID_SIZE];
} ContentMessageId;

typedef struct Content {
        ContentKind kind;
        ContentMessageId message_id; /* random; the same at both ends */
        uint64_t sent_ms;            /* the sender's clock */
        char *text;                  /* CONTENT_TEXT: valid UTF-8 without NUL, terminated; malloc()ed when decoded */
        size_t text_size;
} Content;

enum {
        CONTENT_MALFORMED = 1,
        CONTENT_TOO_LONG = 2, /* to encode: the text is beyond CONTENT_TEXT_MAX */
        CONTENT_NOT_UTF8 = 3, /* to encode */
};

int content_encode(const Content *content, uint8_t **out, size_t *size_out); /* malloc()ed; wipe before free() */
int content_decode(const uint8_t *data, size_t size, Content *out);
void content_deinit(Content *content); /* wipes the text */
