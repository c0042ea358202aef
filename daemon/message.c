/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/message.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

static const char *const kind_names[] = {
                [MESSAGE_TEXT] = "text",
                [MESSAGE_KEY_CHANGE] = "key-change",
                [MESSAGE_UNSUPPORTED] = "unsupported",
                [MESSAGE_UNREADABLE] = "unreadable",
                [MESSAGE_DELETED] = "deleted",
                [MESSAGE_ACCOUNT_DELETED] = "account-deleted",
                [MESSAGE_VERIFIED] = "verified",
                [MESSAGE_UNVERIFIED] = "unverified",
                [MESSAGE_MISMATCH] = "verification-mismatch",
                [MESSAGE_ATTACHMENT] = "attachment",
                [MESSAGE_TIMER_CHANGE] = "timer-change",
                [MESSAGE_EXPIRED] = "expired",
                [MESSAGE_GROUP_CREATED] = "group-created",
                [MESSAGE_GROUP_JOINED] = "group-joined",
                [MESSAGE_MEMBER_ADDED] = "member-added",
                [MESSAGE_MEMBER_REMOVED] = "member-removed",
                [MESSAGE_MEMBER_LEFT] = "member-left",
                [MESSAGE_MEMBER_REPLACED] = "member-replaced",
                [MESSAGE_MEMBER_PROMOTED] = "member-promoted",
                [MESSAGE_MEMBER_DEMOTED] = "member-demoted",
                [MESSAGE_GROUP_RENAMED] = "group-renamed",
                [MESSAGE_GROUP_REFUSED] = "group-refused",
                [MESSAGE_GROUP_LOST] = "group-lost",
};

static const char *const state_names[] = {
                [MESSAGE_QUEUED] = "queued",
                [MESSAGE_SENT] = "sent",
                [MESSAGE_FAILED] = "failed",
                [MESSAGE_RECEIVED] = "received",
                [MESSAGE_DELIVERED] = "delivered",
                [MESSAGE_READ] = "read",
};

const char *message_kind_name(MessageKind kind)
{
        return kind_names[kind];
}

const char *message_state_name(MessageState state)
{
        return state_names[state];
}

bool message_kind_from_name(const char *name, MessageKind *out)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(kind_names); i++) {
                if (strcmp(kind_names[i], name) != 0)
                        continue;
                *out = (MessageKind)i;
                return true;
        }
        return false;
}

bool message_state_from_name(const char *name, MessageState *out)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(state_names); i++) {
                if (strcmp(state_names[i], name) != 0)
                        continue;
                *out = (MessageState)i;
                return true;
        }
        return false;
}

bool message_kind_is_said(MessageKind kind)
{
        switch (kind) {
        case MESSAGE_TEXT:
        case MESSAGE_ATTACHMENT:
                return true;
        case MESSAGE_KEY_CHANGE:
        case MESSAGE_UNSUPPORTED:
        case MESSAGE_UNREADABLE:
        case MESSAGE_DELETED:
        case MESSAGE_ACCOUNT_DELETED:
        case MESSAGE_VERIFIED:
        case MESSAGE_UNVERIFIED:
        case MESSAGE_MISMATCH:
        case MESSAGE_TIMER_CHANGE:
        case MESSAGE_EXPIRED:
        case MESSAGE_GROUP_CREATED:
        case MESSAGE_GROUP_JOINED:
        case MESSAGE_MEMBER_ADDED:
        case MESSAGE_MEMBER_REMOVED:
        case MESSAGE_MEMBER_LEFT:
        case MESSAGE_MEMBER_REPLACED:
        case MESSAGE_MEMBER_PROMOTED:
        case MESSAGE_MEMBER_DEMOTED:
        case MESSAGE_GROUP_RENAMED:
        case MESSAGE_GROUP_REFUSED:
        case MESSAGE_GROUP_LOST:
                return false;
        }
        return false;
}

bool message_kind_is_gone(MessageKind kind)
{
        return kind == MESSAGE_DELETED || kind == MESSAGE_EXPIRED;
}

void message_id_format(const ContentMessageId *id, char out[static MESSAGE_ID_TEXT_SIZE])
{
        sodium_bin2hex(out, MESSAGE_ID_TEXT_SIZE, id->bytes, sizeof(id->bytes));
}

bool message_id_parse(const char *text, ContentMessageId *out)
{
        size_t size = 0;

        if (strlen(text) != MESSAGE_ID_TEXT_SIZE - 1)
                return false;
        return sodium_hex2bin(out->bytes, sizeof(out->bytes), text, strlen(text), NULL, &size, NULL) == 0 &&
               size == sizeof(out->bytes);
}

void message_id_new(ContentMessageId *out)
{
        randombytes_buf(out->bytes, sizeof(out->bytes));
}
