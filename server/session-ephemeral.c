/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "server/clock.h"
#include "server/session-private.h"

/*
 * Envelopes that are good for the moment only. What a sender is told does not depend on what becomes of them: whether
 * there is such a device, and whether it is connected, is nobody's to learn. A connection that does not take them
 * loses them; they never take the place of others.
 */
enum {
        EPHEMERAL_MAX = 32, /* that wait for a connection; with a full Deliver, they fit into one frame */
        EPHEMERAL_BYTES_MAX = 256 * 1024,
};

_Static_assert((int)EPHEMERAL_MAX < (int)WIRE_BATCH_MAX, "there is room for others in a Deliver");
_Static_assert((int)EPHEMERAL_BYTES_MAX + (int)WIRE_PAYLOAD_MAX < (int)WIRE_FRAME_MAX / 2, "and in its frame");

void session_send_ephemeral(Session *session, Envelope *envelope)
{
        SessionHost *host = session->host;

        metrics_add(host->metrics, METRIC_EPHEMERAL, 1);
        envelope->stored_ms = clock_wall_ms();
        router_deliver_ephemeral(host->server->router, envelope, host->endpoint);
}

/* The router goes by a hash of the name: the name itself decides. */
static bool is_mine(const Session *session, const Envelope *envelope)
{
        return session->state == SESSION_AUTHENTICATED && envelope->recipient_device == session->device_id &&
               strcmp(envelope->recipient, session->name) == 0;
}

void session_deliver_ephemeral(Session *session, Envelope *envelope)
{
        if (!is_mine(session, envelope) || session->ephemeral_count >= EPHEMERAL_MAX ||
            session->ephemeral_bytes + envelope->payload_size > EPHEMERAL_BYTES_MAX) {
                envelope_free(envelope);
                return;
        }
        envelope->next = NULL;
        *session->ephemeral_last = envelope;
        session->ephemeral_last = &envelope->next;
        session->ephemeral_count++;
        session->ephemeral_bytes += envelope->payload_size;
        session->host->want_write(session->connection);
}

Envelope *session_take_ephemeral(Session *session)
{
        Envelope *envelope = session->ephemeral;

        if (!envelope)
                return NULL;
        session->ephemeral = envelope->next;
        if (!session->ephemeral)
                session->ephemeral_last = &session->ephemeral;
        session->ephemeral_count--;
        session->ephemeral_bytes -= envelope->payload_size;
        return envelope;
}
