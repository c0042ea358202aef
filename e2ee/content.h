/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is inside an envelope, once decrypted: one Content of e2ee/content.proto. A body that this version does not know
 * decodes to CONTENT_UNKNOWN, which a program shows as "a message that needs a newer version", so nothing disappears;
 * unless its sender called it ignorable.
 *
 * Decoding checks sizes, counts and UTF-8, and that an enum has a known value. What a content means for the history, and
 * whether its sender may say it, is the receiver's to decide.
 */
enum {
        CONTENT_TEXT_MAX = 65536,    /* bytes of UTF-8 */
        CONTENT_CAPTION_MAX = 16384, /* likewise */
        CONTENT_MESSAGE_ID_SIZE = 16,
        CONTENT_RECEIPT_MAX = 256,   /* messages in one receipt */
        CONTENT_REACTION_MAX = 64,   /* bytes of UTF-8 */
        CONTENT_BLOB_ID_SIZE = 16,
        CONTENT_BLOB_KEY_SIZE = 32,
        CONTENT_BLOB_HASH_SIZE = 32,
        CONTENT_FILE_NAME_MAX = 255,  /* bytes of UTF-8 */
        CONTENT_MEDIA_TYPE_MAX = 127, /* bytes of ASCII */
        CONTENT_THUMBNAIL_MAX = 32 * 1024,
        CONTENT_EXCHANGE_SIZE = 16,
        CONTENT_VERIFICATION_SIZE = 32,
        CONTENT_TICKET_SIZE = 16,
        CONTENT_GROUP_ID_SIZE = 16,
        CONTENT_GROUP_INFO_MAX = 65536,
        CONTENT_ENCODED_MAX = CONTENT_TEXT_MAX + 1024,
};

typedef enum ContentKind {
        CONTENT_UNKNOWN = 0,
        CONTENT_TEXT = 1,
        CONTENT_SESSION_RESET = 2, /* "I could not read what you sent, or renew: this is our new session" */
        CONTENT_RECEIPT = 3,
        CONTENT_TYPING = 4,
        CONTENT_EDIT = 5,
        CONTENT_DELETION = 6,
        CONTENT_REACTION = 7,
        CONTENT_ATTACHMENT = 8,
        CONTENT_VERIFICATION = 9,
        CONTENT_TIMER_CHANGE = 10,
        CONTENT_PRESENCE_TICKET = 11,
        CONTENT_ACCOUNT_DELETED = 12,
        CONTENT_GROUP_INFO = 13, /* how to come back to a group, or the wish to know */
} ContentKind;

typedef struct ContentMessageId {
        uint8_t bytes[CONTENT_MESSAGE_ID_SIZE];
} ContentMessageId;

typedef enum ContentReceiptKind {
        CONTENT_DELIVERED = 1,
        CONTENT_READ = 2,
} ContentReceiptKind;

typedef enum ContentVerificationStep {
        CONTENT_VERIFICATION_COMMIT = 1,
        CONTENT_VERIFICATION_ACCEPT = 2,
        CONTENT_VERIFICATION_REVEAL = 3,
        CONTENT_VERIFICATION_CONFIRM = 4,
        CONTENT_VERIFICATION_CANCEL = 5,
        CONTENT_VERIFICATION_MISMATCH = 6,
} ContentVerificationStep;

typedef struct ContentAttachment {
        uint8_t blob_id[CONTENT_BLOB_ID_SIZE];
        uint8_t key[CONTENT_BLOB_KEY_SIZE];
        uint8_t hash[CONTENT_BLOB_HASH_SIZE];
        uint64_t size;
        char name[CONTENT_FILE_NAME_MAX + 1];        /* as the sender gave it: clean it before using it as a name */
        char media_type[CONTENT_MEDIA_TYPE_MAX + 1]; /* printable ASCII, or "" */
        uint8_t *thumbnail;                          /* malloc()ed when decoded; NULL: none */
        size_t thumbnail_size;
        uint32_t width, height; /* what the sender says */
} ContentAttachment;

typedef struct ContentVerification {
        uint8_t exchange[CONTENT_EXCHANGE_SIZE];
        ContentVerificationStep step;
        uint8_t data[CONTENT_VERIFICATION_SIZE]; /* of commit, accept, reveal and confirm */
} ContentVerification;

typedef struct Content {
        ContentKind kind;
        ContentMessageId message_id; /* random; the same at both ends */
        uint64_t sent_ms;            /* the sender's clock */
        bool ignorable;              /* CONTENT_UNKNOWN, decoded: drop it in silence */
        bool has_reply_to;           /* these three: TEXT and ATTACHMENT */
        ContentMessageId reply_to;
        uint32_t expires_after_s; /* 0: it stays; TIMER_CHANGE too */
        ContentMessageId target;  /* EDIT, DELETION, REACTION */
        char *text;               /* TEXT, EDIT; ATTACHMENT: the caption, or NULL. Valid UTF-8 without NUL,
                                     terminated; malloc()ed when decoded */
        size_t text_size;
        char reaction[CONTENT_REACTION_MAX + 1]; /* "": taken back */
        ContentReceiptKind receipt;
        ContentMessageId *receipt_ids; /* malloc()ed when decoded */
        size_t receipt_count;
        bool renewal; /* SESSION_RESET: nothing was lost */
        bool typing;
        ContentAttachment *attachment; /* malloc()ed when decoded */
        ContentVerification verification;
        uint8_t group[CONTENT_GROUP_ID_SIZE]; /* GROUP_INFO */
        uint8_t *group_info; /* malloc()ed when decoded; NULL: asked for */
        size_t group_info_size;
        uint8_t ticket[CONTENT_TICKET_SIZE];
        bool has_ticket; /* PRESENCE_TICKET; false: withdrawn */
} Content;

enum {
        CONTENT_MALFORMED = 1,
        CONTENT_TOO_LONG = 2, /* to encode: beyond a limit from above */
        CONTENT_NOT_UTF8 = 3, /* to encode */
};

int content_encode(const Content *content, uint8_t **out, size_t *size_out); /* malloc()ed; wipe before free() */
int content_decode(const uint8_t *data, size_t size, Content *out);
void content_deinit(Content *content); /* wipes texts and keys, and frees what decoding allocated */
