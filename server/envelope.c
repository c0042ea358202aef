/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/envelope.h"

#include <stdlib.h>
#include <string.h>

Envelope *envelope_new(const uint8_t *payload, uint32_t payload_size)
{
        Envelope *envelope = malloc(sizeof(Envelope) + payload_size);

        if (!envelope)
                return NULL;
        memset(envelope, 0, sizeof(Envelope));
        envelope->payload_size = payload_size;
        envelope->payload = envelope->own;
        if (payload_size)
                memcpy(envelope->own, payload, payload_size);
        return envelope;
}

Envelope *envelope_new_shared(SharedPayload *payload)
{
        Envelope *envelope = calloc(1, sizeof(Envelope));

        if (!envelope)
                return NULL;
        envelope->shared = shared_payload_ref(payload);
        envelope->payload = payload->bytes;
        envelope->payload_size = payload->size;
        return envelope;
}

Envelope *envelope_free(Envelope *envelope)
{
        if (envelope)
                shared_payload_unref(envelope->shared);
        free(envelope);
        return NULL;
}

SharedPayload *shared_payload_new(const uint8_t *bytes, uint32_t size)
{
        SharedPayload *payload = malloc(sizeof(SharedPayload) + size);

        if (!payload)
                return NULL;
        atomic_init(&payload->references, 1);
        payload->size = size;
        if (size)
                memcpy(payload->bytes, bytes, size);
        return payload;
}

SharedPayload *shared_payload_ref(SharedPayload *payload)
{
        atomic_fetch_add_explicit(&payload->references, 1, memory_order_relaxed);
        return payload;
}

SharedPayload *shared_payload_unref(SharedPayload *payload)
{
        if (payload && atomic_fetch_sub_explicit(&payload->references, 1, memory_order_acq_rel) == 1)
                free(payload);
        return NULL;
}
