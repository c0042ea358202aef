/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "daemon/problem.h"
#include "e2ee/content.h"

typedef enum MessageKind {
        MESSAGE_TEXT,
        MESSAGE_KEY_CHANGE,  /* a notice of ours: the contact has a new identity key */
        MESSAGE_UNSUPPORTED, /* it needs a newer version */
        MESSAGE_UNREADABLE,  /* an envelope that could not be decrypted */
        MESSAGE_DELETED,     /* what is left of one that was deleted: its place and time */
        MESSAGE_ACCOUNT_DELETED, /* the contact said so, as the last thing */
        MESSAGE_VERIFIED,    /* notices of ours: the contact is verified, */
        MESSAGE_UNVERIFIED,  /* is no longer, */
        MESSAGE_MISMATCH,    /* or showed other emoji */
        MESSAGE_ATTACHMENT,  /* daemon/attachment.h has the rest */
        MESSAGE_TIMER_CHANGE, /* somebody has set how long messages stay */
        MESSAGE_EXPIRED,      /* what is left of one whose time is over: no history shows it */
        /* Notices of a group, with the sender by whom, and the subject whom or what they are about: */
        MESSAGE_GROUP_CREATED,   /* the group's name */
        MESSAGE_GROUP_JOINED,    /* we were added */
        MESSAGE_MEMBER_ADDED,    /* and so on: the member's name */
        MESSAGE_MEMBER_REMOVED,
        MESSAGE_MEMBER_LEFT,
        MESSAGE_MEMBER_REPLACED, /* with another identity key */
        MESSAGE_MEMBER_PROMOTED,
        MESSAGE_MEMBER_DEMOTED,
        MESSAGE_GROUP_RENAMED,   /* the new name */
        MESSAGE_GROUP_REFUSED,   /* the sender tried what they may not; nothing came of it */
        MESSAGE_GROUP_LOST,      /* commits are missing that nobody has any more: rejoin */
} MessageKind;

typedef enum MessageState {
        MESSAGE_QUEUED,
        MESSAGE_SENT, /* durable on the server */
        MESSAGE_FAILED,
        MESSAGE_RECEIVED,  /* incoming, and nobody has read it */
        MESSAGE_DELIVERED, /* outgoing: stored at the contact's */
        MESSAGE_READ,      /* by the contact; incoming: by the person here */
} MessageState;

typedef struct Message {
        uint64_t number;
        ContentMessageId id;
        const char *conversation; /* the contact's user name, or the group's name behind a plus sign */
        const char *sender;       /* in a group: who said it, unless outgoing; else NULL */
        const char *subject;      /* of a group's notice; else NULL */
        bool outgoing;
        MessageKind kind;
        const char *text; /* of MESSAGE_TEXT; of MESSAGE_ATTACHMENT the caption, if there is one; else NULL */
        size_t text_size;
        uint64_t sent_ms, received_ms;
        MessageState state;
        Problem reason;       /* why it is queued or failed, or PROBLEM_NONE */
        uint64_t retry_at_ms; /* with PROBLEM_RATE_LIMITED */
        bool has_reply_to;
        ContentMessageId reply_to; /* the message that it answers, by the word of its sender */
        uint64_t edited_ms;        /* the last edit, by its sender's clock; 0: none */
        uint32_t timer_s;          /* how long it stays; of MESSAGE_TIMER_CHANGE, the new time; 0: for ever */
        uint64_t expires_ms;       /* when it goes, once that is known, or 0 */
        bool unaccepted_key;  /* it came under a key of the contact's that nobody had accepted then */
} Message;

/* The names of the bus and of the store. */
const char *message_kind_name(MessageKind kind);
const char *message_state_name(MessageState state);
/* False for a name that is none. */
bool message_kind_from_name(const char *name, MessageKind *out);
bool message_state_from_name(const char *name, MessageState *out);

/* Something that one of the two has said, so that it can be answered; the rest are notices of ours. */
bool message_kind_is_said(MessageKind kind);
/* It was deleted, or its time is over: what is about it has nothing to do any more. */
bool message_kind_is_gone(MessageKind kind);

/* The ID in hexadecimal, and back. */
enum { MESSAGE_ID_TEXT_SIZE = 2 * CONTENT_MESSAGE_ID_SIZE + 1 };
void message_id_format(const ContentMessageId *id, char out[static MESSAGE_ID_TEXT_SIZE]);
bool message_id_parse(const char *text, ContentMessageId *out);
void message_id_new(ContentMessageId *out);
