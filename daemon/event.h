/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What changed in the store, numbered. dbus-interfaces/org.securemessenger.Messenger1.Events.xml tells the
 * kinds. */
typedef enum EventKind {
        EVENT_MESSAGE_RECEIVED,
        EVENT_MESSAGE_QUEUED,
        EVENT_MESSAGE_SENT,
        EVENT_MESSAGE_FAILED,
        EVENT_CONTACT_ADDED,
        EVENT_KEY_CHANGED,
        EVENT_KEY_ACCEPTED,
        EVENT_ENVELOPE_REJECTED,
        EVENT_MESSAGE_EDITED,
        EVENT_CONTACT_REQUEST,
        EVENT_CONTACT_ACCEPTED,
        EVENT_CONTACT_DECLINED,
        EVENT_CONTACT_BLOCKED,
        EVENT_CONTACT_UNBLOCKED,
        EVENT_MESSAGE_DELETED,
        EVENT_MESSAGE_REACTION,
        EVENT_VERIFIED,
        EVENT_UNVERIFIED,
        EVENT_VERIFICATION_CHANGED,
        EVENT_SESSION_RENEWED,
        EVENT_ATTACHMENT_CHANGED,
        EVENT_MESSAGE_DELIVERED,
        EVENT_MESSAGE_READ,
        EVENT_CONVERSATION_READ,
        EVENT_TIMER_CHANGED,
        EVENT_MESSAGE_EXPIRED,
        EVENT_GROUP_CHANGED,
        EVENT_GROUP_ADDED,
} EventKind;

typedef struct Event {
        uint64_t number;
        uint64_t time_ms;
        EventKind kind;
        const char *conversation; /* NULL: none */
        uint64_t message;         /* its number; 0: none */
} Event;

const char *event_kind_name(EventKind kind);
bool event_kind_from_name(const char *name, EventKind *out);
