/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/session-private.h"

/* One Send on its way through the store. */
typedef struct SendJob {
        Session *session;
        uint64_t request;
        StoreAppend append; /* the last: it ends with its envelopes */
} SendJob;

static SendJob *job_of(StoreRequest *request)
{
        return (SendJob *)((char *)request - offsetof(SendJob, append));
}

static Wire__ErrorCode code_of(int result)
{
        switch (result) {
        case STORE_UNKNOWN_ACCOUNT:
                return WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT;
        case STORE_STALE_DEVICE:
                return WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE;
        case STORE_MAILBOX_FULL:
                return WIRE__ERROR_CODE__ERROR_CODE_MAILBOX_FULL;
        default:
                return session_code_of_failure(result);
        }
}

/* Durable, or refused. A new one goes on to its recipient, a repeat has gone before. */
static void settle(SendJob *job, Envelope *envelope, int result)
{
        Session *session = job->session;
        bool stored = result == 0 || result == STORE_REPEATED;

        session_add_result(session, job->request, envelope->id, code_of(result), stored, 0);
        if (result == 0)
                router_deliver(session->host->server->router, envelope, session->host->endpoint);
        else
                envelope_free(envelope);
}

static void send_done(StoreRequest *request)
{
        SendJob *job = job_of(request);
        Session *session = job->session;
        size_t count = job->append.count;

        for (size_t i = 0; i < count; i++)
                session->in_flight_bytes -= job->append.envelopes[i]->payload_size;
        session->in_flight -= count;
        session->host->in_flight -= count;
        for (size_t i = 0; i < count; i++) {
                Envelope *envelope = job->append.envelopes[i];

                settle(job, envelope, request->result < 0 ? request->result : envelope->result);
        }
        session_update_flow(session);
        session_unref(session);
        free(job);
}

static void refuse_all(Session *session, uint64_t request, const Wire__Send *send, Wire__ErrorCode code,
                       uint32_t retry_after_ms)
{
        for (size_t i = 0; i < send->n_envelopes; i++)
                session_add_result(session, request, send->envelopes[i]->id.data, code, false,
                                   retry_after_ms);
}

static Envelope *take_envelope(const Session *session, const Wire__OutgoingEnvelope *from)
{
        Envelope *envelope = envelope_new(from->payload.data, (uint32_t)from->payload.len);

        if (!envelope)
                return NULL;
        envelope->recipient_device = from->device_id;
        envelope->sender_device = session->device_id;
        memcpy(envelope->id, from->id.data, sizeof(envelope->id));
        memcpy(envelope->recipient, from->recipient, strlen(from->recipient) + 1);
        memcpy(envelope->sender, session->name, sizeof(envelope->sender));
        return envelope;
}

/* Both keys are hashes that nobody outside knows. */
static uint32_t charge_pair(const Session *session, const char *recipient)
{
        SessionHost *host = session->host;
        uint64_t key = session->name_key * 31 + server_name_key(host->server, recipient);

        return limiter_take(&host->server->limiters.sends_recipient, key, 1, host->now_us);
}

/* Of those before it in the Send, to the same recipient, one was refused: what comes later has to wait with it. */
static uint32_t refused_before(const Wire__Send *send, const uint32_t *refused, size_t count, const char *recipient)
{
        for (size_t i = 0; i < count; i++)
                if (refused[i] > 0 && strcmp(send->envelopes[i]->recipient, recipient) == 0)
                        return refused[i];
        return 0;
}

static void take_envelopes(SendJob *job, const Wire__Send *send)
{
        Session *session = job->session;
        uint32_t refused[WIRE_BATCH_MAX] = {}; /* ms to wait */
        bool any_refused = false;

        for (size_t i = 0; i < send->n_envelopes; i++) {
                const Wire__OutgoingEnvelope *from = send->envelopes[i];
                Envelope *envelope;

                if (any_refused)
                        refused[i] = refused_before(send, refused, i, from->recipient);
                if (refused[i] == 0)
                        refused[i] = charge_pair(session, from->recipient);
                if (refused[i] > 0) {
                        any_refused = true;
                        metrics_add(session->host->metrics, METRIC_RATE_LIMITED, 1);
                        session_add_result(session, job->request, from->id.data,
                                           WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, false, refused[i]);
                        continue;
                }
                if (from->payload.len > session->host->server->config->payload_max) {
                        session_add_result(session, job->request, from->id.data,
                                           WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE, false, 0);
                        continue;
                }
                envelope = take_envelope(session, from);
                if (envelope && from->ephemeral) {
                        session_add_result(session, job->request, from->id.data,
                                           WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED, true, 0);
                        session_send_ephemeral(session, envelope);
                } else if (envelope)
                        job->append.envelopes[job->append.count++] = envelope;
                else
                        session_add_result(session, job->request, from->id.data,
                                           WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED, false, 0);
        }
}

void session_send(Session *session, uint64_t request, const Wire__Send *send)
{
        SessionHost *host = session->host;
        uint32_t retry_ms;
        SendJob *job;
        int r;

        retry_ms = limiter_take(&host->server->limiters.sends, session->name_key,
                                (uint32_t)send->n_envelopes, host->now_us);
        if (retry_ms > 0) {
                metrics_add(host->metrics, METRIC_RATE_LIMITED, 1);
                refuse_all(session, request, send, WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, retry_ms);
                return;
        }
        job = malloc(sizeof(SendJob) + send->n_envelopes * sizeof(Envelope *));
        if (!job) {
                refuse_all(session, request, send, WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED, 0);
                return;
        }
        *job = (SendJob){
                        .session = session,
                        .request = request,
                        .append.base = {.operation = STORE_APPEND, .inbox = host->inbox, .done = send_done},
        };
        take_envelopes(job, send);
        if (job->append.count == 0) {
                free(job);
                return;
        }
        session_ref(session);
        session->in_flight += job->append.count;
        for (size_t i = 0; i < job->append.count; i++)
                session->in_flight_bytes += job->append.envelopes[i]->payload_size;
        host->in_flight += job->append.count;
        r = store_submit(host->server->store, &job->append.base);
        if (r < 0) {
                job->append.base.result = r;
                send_done(&job->append.base);
                return;
        }
        metrics_add(host->metrics, METRIC_STORE_SUBMITTED, 1);
}
