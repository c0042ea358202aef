/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/frame.h"

/*
 * PutBlob, GetBlob, DeleteBlob. What is to be put stays in memory until it is durable, and the connection is not read from
 * while too much of it is: session_update_flow(). What is to be got waits as a request of a few bytes; data is read for two of
 * them at a time, and only as fast as the connection takes it. A connection that takes nothing gives it back.
 */
enum {
        PUTS_MAX = 8,  /* of one connection, before no more are read */
        GETS_MAX = 16,
        GETS_AT_ONCE = 2,
        READS_MAX = 1024, /* pieces that all connections together have in memory */
};

typedef struct PutJob {
        BlobRequest blob;
        Session *session;
        Wire__ClientFrame *frame;
} PutJob;

struct BlobGet {
        BlobRequest blob;
        BlobGet *next;
        Session *session; /* while it is being read */
        uint64_t request;
};

static Wire__ErrorCode code_of(int result)
{
        switch (result) {
        case BLOB_NOT_FOUND:
                return WIRE__ERROR_CODE__ERROR_CODE_NOT_FOUND;
        case BLOB_OVER_QUOTA:
                return WIRE__ERROR_CODE__ERROR_CODE_BLOB_QUOTA;
        case BLOB_IN_CONFLICT:
                return WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT;
        default:
                return session_code_of_failure(result);
        }
}

bool session_blobs_are_full(const Session *session)
{
        return session->puts_count >= PUTS_MAX || session->gets_count >= GETS_MAX;
}

bool session_blobs_are_easy(const Session *session)
{
        return session->puts_count <= PUTS_MAX / 2 && session->gets_count <= GETS_MAX / 2;
}

/* ---- Putting ---- */

static void put_free(PutJob *job)
{
        frame_free_client(job->frame);
        session_unref(job->session);
        free(job);
}

static void reply_state(Session *session, uint64_t request, BlobRequest *blob)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__BlobState state = WIRE__BLOB_STATE__INIT;

        state.id = (ProtobufCBinaryData){sizeof(blob->id), blob->id};
        state.stored = blob->stored;
        frame.request = request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_BLOB_STATE;
        frame.blob_state = &state;
        session_reply(session, &frame);
}

static void put_done(BlobRequest *request)
{
        PutJob *job = (PutJob *)request;
        Session *session = job->session;

        session->puts_count--;
        session->host->in_flight--;
        if (!session_is_open(session)) {
                /* nobody to answer */
        } else if (request->result != 0) {
                session_reply_error(session, job->frame->request, code_of(request->result), 0, "");
        } else if (request->operation == BLOB_PUT) {
                reply_state(session, job->frame->request, request);
        } else {
                session_reply_done(session, job->frame->request);
        }
        session_update_flow(session);
        put_free(job);
}

/* Of PutBlob and DeleteBlob. */
static void submit_put(Session *session, Wire__ClientFrame *frame, const BlobRequest *blob)
{
        SessionHost *host = session->host;
        PutJob *job;
        int r;

        job = calloc(1, sizeof(PutJob));
        if (!job) {
                session_reply_failure(session, frame->request, -ENOMEM);
                frame_free_client(frame);
                return;
        }
        job->blob = *blob;
        job->blob.inbox = host->inbox;
        job->blob.done = put_done;
        memcpy(job->blob.owner, session->name, sizeof(job->blob.owner));
        job->session = session_ref(session);
        job->frame = frame;
        /* An account that is about to go takes none any more. */
        r = session->leaving ? -EBUSY : blobs_submit(host->server->blobs, &job->blob);
        if (r < 0) {
                session_reply_failure(session, frame->request, r);
                put_free(job);
                return;
        }
        session->puts_count++;
        host->in_flight++;
        metrics_add(host->metrics, METRIC_BLOB_REQUESTS, 1);
}

void session_put_blob(Session *session, Wire__ClientFrame *frame)
{
        Server *server = session->host->server;
        const Wire__PutBlob *put = frame->put_blob;
        BlobRequest blob = {.operation = BLOB_PUT,
                            .size = put->size,
                            .offset = put->offset,
                            .data = put->data.data,
                            .data_size = put->data.len};

        if (put->size > server->config->blob_size) {
                session_reply_error(session, frame->request, WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE, 0, "");
                frame_free_client(frame);
                return;
        }
        if (session_is_limited(session, &server->limiters.blob_puts, session->name_key, frame->request)) {
                frame_free_client(frame);
                return;
        }
        memcpy(blob.id, put->id.data, sizeof(blob.id));
        submit_put(session, frame, &blob);
}

void session_delete_blob(Session *session, Wire__ClientFrame *frame)
{
        BlobRequest blob = {.operation = BLOB_DELETE};

        if (session_is_limited(session, &session->host->server->limiters.blob_puts, session->name_key,
                               frame->request)) {
                frame_free_client(frame);
                return;
        }
        memcpy(blob.id, frame->delete_blob->id.data, sizeof(blob.id));
        submit_put(session, frame, &blob);
}

/* ---- Getting ---- */

static void get_free(Session *session, BlobGet *get)
{
        free(get->blob.read);
        free(get);
        session->gets_count--;
}

static void forget_data(Session *session, BlobGet *get)
{
        free(get->blob.read);
        get->blob.read = NULL;
        session->gets_in_memory--;
        atomic_fetch_sub(&session->host->server->blob_reads, 1);
}

static void append(BlobGet **list, BlobGet *get)
{
        while (*list) /* GETS_MAX and a few at most */
                list = &(*list)->next;
        get->next = NULL;
        *list = get;
}

static void refuse_get(Session *session, BlobGet *get, int result)
{
        session_reply_error(session, get->request, code_of(result), 0, "");
        get_free(session, get);
}

static void get_done(BlobRequest *request)
{
        BlobGet *get = (BlobGet *)request;
        Session *session = get->session;

        if (!session_is_open(session)) {
                forget_data(session, get);
                get_free(session, get);
        } else if (request->result != 0) {
                forget_data(session, get);
                refuse_get(session, get, request->result);
                session_blobs_read_on(session);
        } else {
                append(&session->gets_ready, get);
                session->host->want_write(session->connection);
        }
        session_update_flow(session);
        session_unref(session);
}

/* As many as may be in memory. */
void session_blobs_read_on(Session *session)
{
        Server *server = session->host->server;

        while (session->gets_waiting && session->gets_in_memory < GETS_AT_ONCE && session_is_open(session)) {
                BlobGet *get = session->gets_waiting;
                int r = -EBUSY;

                session->gets_waiting = get->next;
                session->gets_in_memory++;
                if (atomic_fetch_add(&server->blob_reads, 1) < READS_MAX)
                        r = blobs_submit(server->blobs, &get->blob);
                if (r < 0) {
                        forget_data(session, get);
                        refuse_get(session, get, r);
                        continue;
                }
                get->session = session_ref(session);
                metrics_add(session->host->metrics, METRIC_BLOB_REQUESTS, 1);
        }
}

void session_get_blob(Session *session, uint64_t request, const Wire__GetBlob *wire)
{
        SessionHost *host = session->host;
        BlobGet *get;

        if (session_is_limited(session, &host->server->limiters.blob_gets, session->name_key, request))
                return;
        get = calloc(1, sizeof(BlobGet));
        if (!get) {
                session_reply_failure(session, request, -ENOMEM);
                return;
        }
        get->request = request;
        get->blob = (BlobRequest){.operation = BLOB_GET,
                                  .inbox = host->inbox,
                                  .done = get_done,
                                  .offset = wire->offset,
                                  .length = wire->length};
        memcpy(get->blob.id, wire->id.data, sizeof(get->blob.id));
        append(&session->gets_waiting, get);
        session->gets_count++;
        session_blobs_read_on(session);
}

size_t session_encode_blob(Session *session, uint8_t *buffer)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__BlobData data = WIRE__BLOB_DATA__INIT;
        BlobGet *get = session->gets_ready;
        size_t size;

        data.id = (ProtobufCBinaryData){sizeof(get->blob.id), get->blob.id};
        data.size = get->blob.size;
        data.offset = get->blob.offset;
        data.data = (ProtobufCBinaryData){get->blob.data_size, get->blob.read};
        frame.request = get->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_BLOB_DATA;
        frame.blob_data = &data;
        size = (size_t)frame_size_server(&frame);
        frame_encode_server(&frame, buffer);
        metrics_kind(session->host->metrics->frames_out, frame.body_case);

        session->gets_ready = get->next;
        forget_data(session, get);
        get_free(session, get);
        session_blobs_read_on(session);
        session_update_flow(session);
        return size;
}

/* In front of those that wait; they are read again when the connection takes something. */
void session_blobs_give_back(Session *session)
{
        BlobGet **last = &session->gets_ready;

        if (!session->gets_ready)
                return;
        for (BlobGet *i = session->gets_ready; i; i = i->next) {
                forget_data(session, i);
                last = &i->next;
        }
        *last = session->gets_waiting;
        session->gets_waiting = session->gets_ready;
        session->gets_ready = NULL;
}

/* Those that are being read come back by themselves. */
void session_blobs_deinit(Session *session)
{
        session_blobs_give_back(session);
        while (session->gets_waiting) {
                BlobGet *next = session->gets_waiting->next;

                get_free(session, session->gets_waiting);
                session->gets_waiting = next;
        }
}
