/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/event.h"

#include <string.h>

static const char *const names[] = {
                [EVENT_MESSAGE_RECEIVED] = "message-received",
                [EVENT_MESSAGE_QUEUED] = "message-queued",
                [EVENT_MESSAGE_SENT] = "message-sent",
                [EVENT_MESSAGE_FAILED] = "message-failed",
                [EVENT_CONTACT_ADDED] = "contact-added",
                [EVENT_KEY_CHANGED] = "key-changed",
                [EVENT_KEY_ACCEPTED] = "key-accepted",
                [EVENT_ENVELOPE_REJECTED] = "envelope-rejected",
                [EVENT_MESSAGE_EDITED] = "message-edited",
                [EVENT_CONTACT_REQUEST] = "contact-request",
                [EVENT_CONTACT_ACCEPTED] = "contact-accepted",
                [EVENT_CONTACT_DECLINED] = "contact-declined",
                [EVENT_CONTACT_BLOCKED] = "contact-blocked",
                [EVENT_CONTACT_UNBLOCKED] = "contact-unblocked",
                [EVENT_MESSAGE_DELETED] = "message-deleted",
                [EVENT_MESSAGE_REACTION] = "message-reaction",
                [EVENT_VERIFIED] = "verified",
                [EVENT_UNVERIFIED] = "unverified",
                [EVENT_VERIFICATION_CHANGED] = "verification-changed",
                [EVENT_SESSION_RENEWED] = "session-renewed",
                [EVENT_ATTACHMENT_CHANGED] = "attachment-changed",
                [EVENT_MESSAGE_DELIVERED] = "message-delivered",
                [EVENT_MESSAGE_READ] = "message-read",
                [EVENT_CONVERSATION_READ] = "conversation-read",
                [EVENT_TIMER_CHANGED] = "timer-changed",
                [EVENT_MESSAGE_EXPIRED] = "message-expired",
                [EVENT_GROUP_CHANGED] = "group-changed",
                [EVENT_GROUP_ADDED] = "group-added",
};

const char *event_kind_name(EventKind kind)
{
        return names[kind];
}

bool event_kind_from_name(const char *name, EventKind *out)
{
        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                if (strcmp(names[i], name) != 0)
                        continue;
                *out = (EventKind)i;
                return true;
        }
        return false;
}
