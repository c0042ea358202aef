/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/message.h"
#include "daemon/store.h"
#include "wire/limits.h"

/* A message that another one is about: answers it, changes it, or reacts to it. */
typedef struct MessageTarget {
        uint64_t number;
        int64_t contact;
        bool outgoing;
        char sender[WIRE_USER_NAME_MAX + 1]; /* in a group, unless outgoing; else "" */
        MessageKind kind;
        MessageState state;
        uint64_t sent_ms;
        uint64_t edited_ms; /* these three: as the last edit left it; 0 without one */
        ContentMessageId edit_id;
        unsigned edits;
} MessageTarget;

enum { STORE_TARGET_NONE = 1 };

/* Whoever says something in this conversation, under this name in a group: is the message theirs? */
bool target_is_of(const MessageTarget *target, int64_t contact, const char *sender);

int store_target_find(Store *store, const ContentMessageId *id, MessageTarget *out);

/*
 * What a reply quotes: the beginning of the message that it answers, as that is now. STORE_TARGET_NONE: it is no reply, or
 * that message is not in the same conversation, or is none that anybody said.
 */
enum { QUOTE_CHARACTERS_MAX = 200 };

typedef struct Quote {
        bool outgoing;
        const char *sender; /* in a group, unless outgoing; else NULL. As text: */
        const char *text; /* good only within each(); NULL: it has none */
} Quote;

int store_quote_find(Store *store, uint64_t number, int (*each)(void *userdata, const Quote *quote), void *userdata);
