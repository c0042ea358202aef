/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "server/inbox.h"
#include "wire/limits.h"

/*
 * One envelope on its way through the server. It has one owner at any time: the sender's session, the store
 * while it is being written, the router, and the recipient's session until it is on the wire.
 */
typedef struct Envelope Envelope;

struct Envelope {
        InboxItem item;   /* its way to another thread */
        void *route;      /* the router's, on the way */
        Envelope *next;   /* its place in a session's queue */
        uint64_t mailbox; /* set by the store, as are the next three */
        uint64_t sequence; /* 0: ephemeral, and nowhere stored */
        uint64_t previous; /* the sequence before it in the same mailbox, acked or not; 0: unknown */
        uint64_t stored_ms;
        int result; /* 0 or a StoreResult, once the store is done */
        uint32_t recipient_device;
        uint32_t sender_device;
        uint32_t payload_size;
        char recipient[WIRE_USER_NAME_MAX + 1];
        char sender[WIRE_USER_NAME_MAX + 1];
        uint8_t id[WIRE_ENVELOPE_ID_SIZE];
        uint8_t payload[];
};

/* Fields are for the caller to fill; payload is copied. NULL: no memory. */
Envelope *envelope_new(const uint8_t *payload, uint32_t payload_size);
Envelope *envelope_free(Envelope *envelope);
