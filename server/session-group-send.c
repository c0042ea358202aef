/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "server/store-groups.h"
#include "wire/frame.h"

/* One GroupSend on its way through the store. What it is for is in memory for each recipient who is connected, until it is theirs. */
enum {
        WEIGHT = 64,             /* as so many envelopes it counts while the store has it */
        ACCOUNTS_A_CHARGE = 100, /* that it goes to: so many cost as much as one envelope of the rate limit */
};

typedef struct GroupSendJob {
        StoreGroupSend send;
        Session *session;
        Router *router;
        Wire__ClientFrame *frame;
        size_t bytes;
} GroupSendJob;

static void job_free(GroupSendJob *job)
{
        envelope_free(job->send.message);
        envelope_free(job->send.welcome);
        free(job->send.to.list);
        free(job->send.welcomed.list);
        frame_free_client(job->frame);
        session_unref(job->session);
        free(job);
}

static Wire__ErrorCode code_of(int result)
{
        switch (result) {
        case STORE_NO_GROUP:
                return WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP;
        case STORE_STALE_EPOCH:
                return WIRE__ERROR_CODE__ERROR_CODE_STALE_EPOCH;
        case STORE_GROUP_FULL:
                return WIRE__ERROR_CODE__ERROR_CODE_GROUP_FULL;
        default:
                return session_code_of_failure(result);
        }
}

/* On the store's thread. The job is not shared with anybody else yet. */
static void committed(StoreGroupSend *send)
{
        GroupSendJob *job = (GroupSendJob *)send;

        router_deliver_shares(job->router, send->message, send->to.list, send->to.count);
        if (send->welcome)
                router_deliver_shares(job->router, send->welcome, send->welcomed.list, send->welcomed.count);
}

static void send_done(StoreRequest *request)
{
        GroupSendJob *job = (GroupSendJob *)request;
        Session *session = job->session;
        SessionHost *host = session->host;
        bool stored = request->result == 0 || request->result == STORE_REPEATED;

        session->in_flight -= WEIGHT;
        session->in_flight_bytes -= job->bytes;
        host->in_flight -= WEIGHT;
        if (request->result == 0)
                limiter_charge(&host->server->limiters.sends, session->name_key,
                               (uint32_t)(job->send.fan_out / ACCOUNTS_A_CHARGE), host->now_us);
        session_add_result(session, job->frame->request, job->send.message->id, code_of(request->result), stored, 0);
        session_update_flow(session);
        job_free(job);
}

static Envelope *make_envelope(const Session *session, const Wire__GroupSend *from, const ProtobufCBinaryData *payload)
{
        SharedPayload *shared = shared_payload_new(payload->data, (uint32_t)payload->len);
        Envelope *envelope = shared ? envelope_new_shared(shared) : NULL;

        shared_payload_unref(shared);
        if (!envelope)
                return NULL;
        envelope->sender_device = session->device_id;
        envelope->has_group = true;
        memcpy(envelope->sender, session->name, sizeof(envelope->sender));
        memcpy(envelope->id, from->id.data, sizeof(envelope->id));
        memcpy(envelope->group, from->group.data, sizeof(envelope->group));
        return envelope;
}

static int make_envelopes(GroupSendJob *job)
{
        const Wire__GroupSend *from = job->frame->group_send;

        job->send.message = make_envelope(job->session, from, &from->payload);
        if (!job->send.message)
                return -ENOMEM;
        job->bytes = from->payload.len;
        if (!from->commit || from->commit->welcome.len == 0)
                return 0;
        job->send.welcome = make_envelope(job->session, from, &from->commit->welcome);
        job->bytes += from->commit->welcome.len;
        return job->send.welcome ? 0 : -ENOMEM;
}

static void refuse(Session *session, Wire__ClientFrame *frame, Wire__ErrorCode code, uint32_t retry_after_ms)
{
        session_add_result(session, frame->request, frame->group_send->id.data, code, false, retry_after_ms);
        frame_free_client(frame);
}

/* A group counts as one recipient: so fast somebody can fill the mailboxes of those whom they added. */
static uint32_t charge_pair(const Session *session, const uint8_t *group)
{
        Server *server = session->host->server;
        uint64_t key = session->name_key * 31 + server_key(server, group, WIRE_GROUP_ID_SIZE);

        return limiter_take(&server->limiters.sends_recipient, key, 1, session->host->now_us);
}

static GroupSendJob *make_job(Session *session, Wire__ClientFrame *frame)
{
        GroupSendJob *job = calloc(1, sizeof(GroupSendJob));

        if (!job)
                return NULL;
        job->session = session_ref(session);
        job->router = session->host->server->router;
        job->frame = frame;
        job->send.base = (StoreRequest){
                        .operation = STORE_GROUP_SEND, .inbox = session->host->inbox, .done = send_done};
        job->send.committed = committed;
        job->send.commit = frame->group_send->commit;
        return job;
}

void session_group_send(Session *session, Wire__ClientFrame *frame)
{
        SessionHost *host = session->host;
        uint32_t retry_ms;
        GroupSendJob *job;
        int r;

        retry_ms = limiter_take(&host->server->limiters.sends, session->name_key, 1, host->now_us);
        if (retry_ms == 0)
                retry_ms = charge_pair(session, frame->group_send->group.data);
        if (retry_ms > 0) {
                metrics_add(host->metrics, METRIC_RATE_LIMITED, 1);
                refuse(session, frame, WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, retry_ms);
                return;
        }
        if (!frame->group_send->commit && frame->group_send->payload.len > host->server->config->payload_max) {
                refuse(session, frame, WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE, 0);
                return;
        }
        job = make_job(session, frame);
        if (!job) {
                refuse(session, frame, WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED, 0);
                return;
        }
        if (make_envelopes(job) < 0) {
                job->frame = NULL;
                job_free(job);
                refuse(session, frame, WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED, 0);
                return;
        }
        session->in_flight += WEIGHT;
        session->in_flight_bytes += job->bytes;
        host->in_flight += WEIGHT;
        r = store_submit(host->server->store, &job->send.base);
        if (r < 0) {
                job->send.base.result = r;
                send_done(&job->send.base);
                return;
        }
        metrics_add(host->metrics, METRIC_STORE_SUBMITTED, 1);
}
