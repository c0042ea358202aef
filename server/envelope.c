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
        if (payload_size)
                memcpy(envelope->payload, payload, payload_size);
        return envelope;
}

Envelope *envelope_free(Envelope *envelope)
{
        free(envelope);
        return NULL;
}
