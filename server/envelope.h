/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/inbox.h"
#include "wire/limits.h"

/* A payload that many envelopes have, on whatever threads they are. */
typedef struct SharedPayload {
        _Atomic unsigned references;
        uint32_t size;
        uint8_t bytes[];
} SharedPayload;

SharedPayload *shared_payload_new(const uint8_t *bytes, uint32_t size); /* NULL: no memory */
SharedPayload *shared_payload_ref(SharedPayload *payload);
SharedPayload *shared_payload_unref(SharedPayload *payload); /* NULL */

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
        bool has_group;
        uint8_t group[WIRE_GROUP_ID_SIZE];
        const uint8_t *payload; /* in what follows, or shared */
        SharedPayload *shared;
        uint8_t own[];
};

/* Fields are for the caller to fill; payload is copied. NULL: no memory. */
Envelope *envelope_new(const uint8_t *payload, uint32_t payload_size);
Envelope *envelope_new_shared(SharedPayload *payload); /* with a reference of its own */
Envelope *envelope_free(Envelope *envelope);
