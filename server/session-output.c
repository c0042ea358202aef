/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/frame.h"

/* A frame that is ready. */
struct Reply {
        Reply *next;
        size_t size;
        uint8_t bytes[];
};

typedef struct ResultEntry {
        uint8_t id[WIRE_ENVELOPE_ID_SIZE];
        uint64_t request;
        uint32_t retry_after_ms;
        Wire__ErrorCode code;
        bool stored;
} ResultEntry;

/* What became of envelopes, in the order in which it was learned. They leave many at a time. */
struct Results {
        size_t first, count, capacity;
        ResultEntry entries[];
};

enum { RESULTS_CAPACITY_MIN = 32 };

void session_output_deinit(Session *session)
{
        while (session->replies) {
                Reply *next = session->replies->next;

                free(session->replies);
                session->replies = next;
        }
        session->replies_last = &session->replies;
        session->replies_count = session->replies_bytes = 0;
        free(session->results);
        session->results = NULL;
}

size_t session_results_waiting(const Session *session)
{
        return session->results ? session->results->count : 0;
}

void session_reply(Session *session, const Wire__ServerFrame *frame)
{
        ssize_t size;
        Reply *reply;

        if (session->state >= SESSION_ENDED)
                return;
        size = frame_size_server(frame);
        reply = size < 0 ? NULL : malloc(sizeof(Reply) + (size_t)size);
        if (!reply) {
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED, 0);
                return;
        }
        reply->next = NULL;
        reply->size = (size_t)size;
        frame_encode_server(frame, reply->bytes);
        metrics_kind(session->host->metrics->frames_out, frame->body_case);
        *session->replies_last = reply;
        session->replies_last = &reply->next;
        session->replies_count++;
        session->replies_bytes += reply->size;
        session->host->want_write(session->connection);
}

void session_reply_done(Session *session, uint64_t request)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Done done = WIRE__DONE__INIT;

        frame.request = request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_DONE;
        frame.done = &done;
        session_reply(session, &frame);
}

void session_reply_error(Session *session, uint64_t request, Wire__ErrorCode code, uint32_t retry_after_ms,
                         const char *text)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Error error = WIRE__ERROR__INIT;

        error.code = code;
        error.retry_after_ms = retry_after_ms;
        error.text = (char *)text;
        frame.request = request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_ERROR;
        frame.error = &error;
        metrics_bump(&session->host->metrics->errors[(unsigned)code < METRICS_CODES ? (unsigned)code : 0],
                     1);
        session_reply(session, &frame);
}

Wire__ErrorCode session_code_of_failure(int error)
{
        /* A full disk is for the administrator to see to; a client can but try again. */
        return error == -EBUSY || error == -ENOSPC ? WIRE__ERROR_CODE__ERROR_CODE_BUSY
                                                   : WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED;
}

void session_reply_failure(Session *session, uint64_t request, int error)
{
        Wire__ErrorCode code = session_code_of_failure(error);

        session_reply_error(session, request, code, 0,
                            code == WIRE__ERROR_CODE__ERROR_CODE_BUSY ? "busy" : "failed");
}

static Results *results_with_room(Session *session)
{
        Results *results = session->results;
        size_t capacity;

        if (results && results->first + results->count < results->capacity)
                return results;
        if (results && results->first > 0) {
                memmove(results->entries, results->entries + results->first,
                        results->count * sizeof(ResultEntry));
                results->first = 0;
                return results;
        }
        capacity = results ? results->capacity * 2 : RESULTS_CAPACITY_MIN;
        results = realloc(results, sizeof(Results) + capacity * sizeof(ResultEntry));
        if (!results)
                return NULL;
        if (!session->results)
                *results = (Results){};
        results->capacity = capacity;
        session->results = results;
        return results;
}

void session_add_result(Session *session, uint64_t request, const uint8_t *id, Wire__ErrorCode code,
                        bool stored, uint32_t retry_after_ms)
{
        Results *results;
        ResultEntry *entry;

        if (session->state >= SESSION_ENDED)
                return;
        results = results_with_room(session);
        if (!results) {
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED, 0);
                return;
        }
        entry = &results->entries[results->first + results->count++];
        *entry = (ResultEntry){.request = request,
                               .code = code,
                               .stored = stored,
                               .retry_after_ms = retry_after_ms};
        memcpy(entry->id, id, sizeof(entry->id));
        if (!stored)
                metrics_bump(&session->host->metrics
                                              ->errors[(unsigned)code < METRICS_CODES ? (unsigned)code : 0],
                             1);
        session->host->want_write(session->connection);
}

/* Of several Sends where there are several: the number of the newest stands for all of them. */
static size_t encode_results(Session *session, uint8_t *buffer)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__SendResult send_result = WIRE__SEND_RESULT__INIT;
        ProtobufCBinaryData stored[WIRE_BATCH_MAX];
        Wire__Refusal refusals[WIRE_BATCH_MAX], *refused[WIRE_BATCH_MAX];
        Wire__Error errors[WIRE_BATCH_MAX];
        Results *results = session->results;
        size_t taken, size;

        for (taken = 0; taken < results->count && taken < WIRE_BATCH_MAX; taken++) {
                ResultEntry *entry = &results->entries[results->first + taken];
                ProtobufCBinaryData id = {sizeof(entry->id), entry->id};
                size_t n = send_result.n_refused;

                frame.request = entry->request;
                if (entry->stored) {
                        stored[send_result.n_stored++] = id;
                        continue;
                }
                errors[n] = (Wire__Error)WIRE__ERROR__INIT;
                errors[n].code = entry->code;
                errors[n].retry_after_ms = entry->retry_after_ms;
                refusals[n] = (Wire__Refusal)WIRE__REFUSAL__INIT;
                refusals[n].id = id;
                refusals[n].error = &errors[n];
                refused[n] = &refusals[n];
                send_result.n_refused++;
        }
        send_result.stored = stored;
        send_result.refused = refused;
        frame.body_case = WIRE__SERVER_FRAME__BODY_SEND_RESULT;
        frame.send_result = &send_result;
        size = (size_t)frame_size_server(&frame);
        frame_encode_server(&frame, buffer);

        results->first += taken;
        results->count -= taken;
        if (results->count == 0) {
                free(results);
                session->results = NULL;
        }
        metrics_kind(session->host->metrics->frames_out, frame.body_case);
        session_update_flow(session);
        return size;
}

static size_t take_reply(Session *session, uint8_t *buffer)
{
        Reply *reply = session->replies;
        size_t size = reply->size;

        memcpy(buffer, reply->bytes, size);
        session->replies = reply->next;
        if (!session->replies)
                session->replies_last = &session->replies;
        session->replies_count--;
        session->replies_bytes -= size;
        free(reply);
        session_update_flow(session);
        return size;
}

static size_t encode_goodbye(Session *session, uint8_t *buffer)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Goodbye goodbye = WIRE__GOODBYE__INIT;
        ssize_t size;

        goodbye.reason = session->goodbye;
        goodbye.retry_after_ms = session->retry_after_ms;
        frame.body_case = WIRE__SERVER_FRAME__BODY_GOODBYE;
        frame.goodbye = &goodbye;
        size = frame_size_server(&frame);
        frame_encode_server(&frame, buffer);
        metrics_kind(session->host->metrics->frames_out, frame.body_case);
        session_set_state(session, SESSION_ENDED);
        return (size_t)size;
}

bool session_has_output(const Session *session)
{
        return session->state < SESSION_ENDED &&
               (session->replies || session->results || session->queue || session->ephemeral ||
                session->gets_ready || session_presence_is_untold(session) || session->state == SESSION_ENDING);
}

/* Messages come before pieces of blobs, but do not keep them away. */
static size_t encode_in_turn(Session *session, uint8_t *buffer, bool delivery)
{
        session->blob_turn = delivery;
        return delivery ? session_encode_delivery(session, buffer) : session_encode_blob(session, buffer);
}

size_t session_next_frame(Session *session, uint8_t *buffer)
{
        size_t size = 0;

        if (session->state >= SESSION_ENDED)
                return 0;
        if (session->replies)
                size = take_reply(session, buffer);
        else if (session->results)
                size = encode_results(session, buffer);
        else if (session->state == SESSION_ENDING)
                size = encode_goodbye(session, buffer);
        else if (session_presence_is_untold(session))
                size = session_encode_presence(session, buffer);
        else if ((session->queue || session->ephemeral) && !(session->blob_turn && session->gets_ready))
                size = encode_in_turn(session, buffer, true);
        else if (session->gets_ready)
                size = encode_in_turn(session, buffer, false);
        else if (session->gets_waiting) /* they were given back */
                session_blobs_read_on(session);
        metrics_add(session->host->metrics, METRIC_BYTES_OUT, size);
        return size;
}
