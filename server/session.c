/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/session.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/session-private.h"
#include "wire/frame.h"

enum {
        RECEIVED_CAPACITY_MIN = 4096,
        HELLO_SIZE_MAX = 4 * 1024,
        IN_FLIGHT_BYTES_MAX = 4 * 1024 * 1024, /* of payload that the store has */
        IDENTIFY_SIZE_MAX = 448 * 1024, /* RegisterAccount and Login, with as many prekeys as there may be */
};

static const char *state_name(SessionState state)
{
        switch (state) {
        case SESSION_NEW:
                return "new";
        case SESSION_GREETED:
                return "greeted";
        case SESSION_IDENTIFYING:
                return "identifying";
        case SESSION_AUTHENTICATED:
                return "authenticated";
        case SESSION_ENDING:
                return "ending";
        case SESSION_ENDED:
                return "ended";
        case SESSION_CLOSED:
                return "closed";
        }
        return "?";
}

bool session_is_open(const Session *session)
{
        return session->state < SESSION_ENDING;
}

Session *session_ref(Session *session)
{
        session->references++;
        return session;
}

Session *session_unref(Session *session)
{
        if (--session->references > 0)
                return NULL;
        session_output_deinit(session);
        session_delivery_deinit(session);
        free(session->received);
        free(session->server_name);
        sodium_memzero(session->challenge, sizeof(session->challenge));
        free(session);
        return NULL;
}

Session *session_new(SessionHost *host, void *connection, uint64_t address)
{
        static _Atomic uint64_t tickets;
        Session *session = calloc(1, sizeof(Session));

        if (!session)
                return NULL;
        session->host = host;
        session->connection = connection;
        session->references = 1;
        session->address = address;
        session->ticket = ++tickets;
        session->opened_us = session->heard_us = host->now_us;
        session->replies_last = &session->replies;
        session->queue_last = &session->queue;
        session->ephemeral_last = &session->ephemeral;
        return session;
}

/* Leaves the router and the thread's table. */
static void detach(Session *session)
{
        SessionHost *host = session->host;

        if (session->mailbox == 0)
                return;
        router_detach(host->server->router, session->mailbox, session->ticket);
        if (map_find_pointer(host->by_mailbox, session->mailbox) == session)
                map_remove(host->by_mailbox, session->mailbox);
        session->mailbox = 0;
        metrics_add(host->metrics, METRIC_AUTHENTICATED_CLOSED, 1);
}

void session_set_state(Session *session, SessionState state)
{
        if (state == session->state)
                return;
        log_debug("connection %llu: %s -> %s", (unsigned long long)session->ticket,
                  state_name(session->state), state_name(state));
        session->state = state;
        if (state >= SESSION_ENDING) {
                session->ending_us = session->host->now_us;
                detach(session);
                session_delivery_deinit(session);
                session_presence_deinit(session);
                session_blobs_deinit(session);
        }
        if (state == SESSION_AUTHENTICATED) {
                free(session->server_name);
                session->server_name = NULL;
                sodium_memzero(session->challenge, sizeof(session->challenge));
        }
}

void session_close(Session *session)
{
        session_set_state(session, SESSION_CLOSED);
        session->connection = NULL;
        session_output_deinit(session);
        session_unref(session);
}

void session_end(Session *session, Wire__GoodbyeReason reason, uint32_t retry_after_ms)
{
        if (!session_is_open(session))
                return;
        session->goodbye = reason;
        session->retry_after_ms = retry_after_ms;
        metrics_bump(&session->host->metrics->goodbyes[reason], 1);
        session_set_state(session, SESSION_ENDING);
        if (session->paused) { /* the peer's close has to be seen */
                session->paused = false;
                session->host->pause(session->connection, false);
        }
        session->host->want_write(session->connection);
}

unsigned session_close_code(const Session *session)
{
        switch (session->goodbye) {
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_SHUTTING_DOWN:
                return WIRE_CLOSE_GOING_AWAY;
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_REPLACED:
                return WIRE_CLOSE_REPLACED;
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_TIMEOUT:
                return WIRE_CLOSE_TIMEOUT;
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_TOO_SLOW:
                return WIRE_CLOSE_TOO_SLOW;
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED:
                return WIRE_CLOSE_DEVICE_REMOVED;
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED:
        case WIRE__GOODBYE_REASON__GOODBYE_REASON_PROTOCOL_ERROR:
        case _WIRE__GOODBYE_REASON_IS_INT_SIZE:
                break;
        }
        return WIRE_CLOSE_PROTOCOL_ERROR;
}

void session_update_flow(Session *session)
{
        const Config *config = session->host->server->config;
        size_t envelopes = session->in_flight + session_results_waiting(session);
        bool full = envelopes >= config->envelopes_in_flight || session->replies_count >= REPLIES_MAX ||
                    session->replies_bytes >= REPLIES_BYTES_MAX ||
                    session->in_flight_bytes >= IN_FLIGHT_BYTES_MAX || session_blobs_are_full(session);
        bool easy = envelopes <= config->envelopes_in_flight / 2 &&
                    session->replies_count <= REPLIES_MAX / 2 &&
                    session->replies_bytes <= REPLIES_BYTES_MAX / 2 &&
                    session->in_flight_bytes <= IN_FLIGHT_BYTES_MAX / 2 && session_blobs_are_easy(session);

        if (!session_is_open(session) || !(session->paused ? easy : full))
                return;
        session->paused = !session->paused;
        session->host->pause(session->connection, session->paused);
}

bool session_is_limited(Session *session, Limiter *limiter, uint64_t key, uint64_t request)
{
        return session_is_limited_by(session, limiter, key, 1, request);
}

bool session_is_limited_by(Session *session, Limiter *limiter, uint64_t key, uint32_t count, uint64_t request)
{
        uint32_t retry_ms = limiter_take(limiter, key, count, session->host->now_us);

        if (retry_ms == 0)
                return false;
        metrics_add(session->host->metrics, METRIC_RATE_LIMITED, 1);
        session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, retry_ms,
                            "too many");
        return true;
}

void session_protocol_error(Session *session, const char *why)
{
        if (!session_is_open(session))
                return;
        metrics_add(session->host->metrics, METRIC_PROTOCOL_ERRORS, 1);
        session_reply_error(session, 0, WIRE__ERROR_CODE__ERROR_CODE_MALFORMED, 0, why);
        session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_PROTOCOL_ERROR, 0);
}

static void hello(Session *session, uint64_t request, const Wire__Hello *from)
{
        Server *server = session->host->server;
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Welcome welcome = WIRE__WELCOME__INIT;
        Wire__Limits limits = WIRE__LIMITS__INIT;

        if (from->protocol_max < WIRE_PROTOCOL_MIN) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_OLD, 0, "");
                return;
        }
        if (from->protocol_min > WIRE_PROTOCOL_MAX) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_NEW, 0, "");
                return;
        }
        if (!server_has_name(server, from->server_name)) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_WRONG_SERVER_NAME, 0, "");
                return;
        }
        session->server_name = strdup(from->server_name);
        if (!session->server_name) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED, 0, "");
                return;
        }
        randombytes_buf(session->challenge, sizeof(session->challenge));
        session_set_state(session, SESSION_GREETED);

        limits.payload_max = (uint32_t)server->config->payload_max;
        limits.blob_max = server->config->blob_size;
        limits.directory = server->config->directory != 0;
        limits.group_members_max = (uint32_t)server->config->group_members;
        limits.one_time_prekeys_max = WIRE_ONE_TIME_PREKEYS_MAX;
        welcome.protocol = from->protocol_max < WIRE_PROTOCOL_MAX ? from->protocol_max : WIRE_PROTOCOL_MAX;
        welcome.challenge = (ProtobufCBinaryData){sizeof(session->challenge), session->challenge};
        welcome.time_ms = clock_wall_ms();
        welcome.limits = &limits;
        welcome.registration = (Wire__RegistrationPolicy)server->config->registration;
        frame.request = request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_WELCOME;
        frame.welcome = &welcome;
        session_reply(session, &frame);
}

static bool is_allowed(SessionState state, Wire__ClientFrame__BodyCase body)
{
        switch (body) {
        case WIRE__CLIENT_FRAME__BODY_HELLO:
                return state == SESSION_NEW;
        case WIRE__CLIENT_FRAME__BODY_SALT_QUERY:
        case WIRE__CLIENT_FRAME__BODY_REGISTER_ACCOUNT:
        case WIRE__CLIENT_FRAME__BODY_LOGIN:
        case WIRE__CLIENT_FRAME__BODY_AUTHENTICATE:
                return state == SESSION_GREETED;
        case WIRE__CLIENT_FRAME__BODY_UPLOAD_PREKEYS:
        case WIRE__CLIENT_FRAME__BODY_FETCH_BUNDLES:
        case WIRE__CLIENT_FRAME__BODY_SEND:
        case WIRE__CLIENT_FRAME__BODY_ACK:
        case WIRE__CLIENT_FRAME__BODY_CHANGE_PASSWORD:
        case WIRE__CLIENT_FRAME__BODY_DELETE_ACCOUNT:
        case WIRE__CLIENT_FRAME__BODY_SET_PRESENCE:
        case WIRE__CLIENT_FRAME__BODY_FIND_USERS:
        case WIRE__CLIENT_FRAME__BODY_PUT_BLOB:
        case WIRE__CLIENT_FRAME__BODY_GET_BLOB:
        case WIRE__CLIENT_FRAME__BODY_DELETE_BLOB:
        case WIRE__CLIENT_FRAME__BODY_UPLOAD_KEY_PACKAGES:
        case WIRE__CLIENT_FRAME__BODY_TAKE_KEY_PACKAGES:
        case WIRE__CLIENT_FRAME__BODY_CREATE_GROUP:
        case WIRE__CLIENT_FRAME__BODY_GROUP_SEND:
        case WIRE__CLIENT_FRAME__BODY_FETCH_GROUP:
        case WIRE__CLIENT_FRAME__BODY_LEAVE_GROUP:
                return state == SESSION_AUTHENTICATED;
        case WIRE__CLIENT_FRAME__BODY__NOT_SET:
        case _WIRE__CLIENT_FRAME__BODY__CASE_IS_INT_SIZE:
                break;
        }
        return false;
}

/* Sets *frame to NULL where somebody else owns it from here. */
static void dispatch_group(Session *session, Wire__ClientFrame **owned)
{
        Wire__ClientFrame *frame = *owned;

        if (session->host->server->config->group_members == 0) {
                session_reply_error(session, frame->request, WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED, 0, "");
                return;
        }
        if (frame->body_case == WIRE__CLIENT_FRAME__BODY_CREATE_GROUP) {
                session_create_group(session, frame->request, frame->create_group);
        } else if (frame->body_case == WIRE__CLIENT_FRAME__BODY_LEAVE_GROUP) {
                session_leave_group(session, frame->request, frame->leave_group);
        } else if (frame->body_case == WIRE__CLIENT_FRAME__BODY_FETCH_GROUP) {
                session_fetch_group(session, frame->request, frame->fetch_group);
        } else {
                *owned = NULL;
                if (frame->body_case == WIRE__CLIENT_FRAME__BODY_GROUP_SEND)
                        session_group_send(session, frame);
                else if (frame->body_case == WIRE__CLIENT_FRAME__BODY_TAKE_KEY_PACKAGES)
                        session_take_key_packages(session, frame);
                else
                        session_upload_key_packages(session, frame);
        }
}

/* Likewise. */
static void dispatch(Session *session, Wire__ClientFrame **owned)
{
        Wire__ClientFrame *frame = *owned;

        metrics_kind(session->host->metrics->frames_in, frame->body_case);
        if (!is_allowed(session->state, frame->body_case)) {
                session_reply_error(session, frame->request, WIRE__ERROR_CODE__ERROR_CODE_OUT_OF_ORDER, 0,
                                    state_name(session->state));
                return;
        }
        switch (frame->body_case) {
        case WIRE__CLIENT_FRAME__BODY_HELLO:
                hello(session, frame->request, frame->hello);
                break;
        case WIRE__CLIENT_FRAME__BODY_SALT_QUERY:
                session_salt_query(session, frame->request, frame->salt_query);
                break;
        case WIRE__CLIENT_FRAME__BODY_REGISTER_ACCOUNT:
                *owned = NULL;
                session_register(session, frame);
                break;
        case WIRE__CLIENT_FRAME__BODY_LOGIN:
                *owned = NULL;
                session_login(session, frame);
                break;
        case WIRE__CLIENT_FRAME__BODY_AUTHENTICATE:
                session_authenticate(session, frame->request, frame->authenticate);
                break;
        case WIRE__CLIENT_FRAME__BODY_UPLOAD_PREKEYS:
                *owned = NULL;
                session_upload_prekeys(session, frame);
                break;
        case WIRE__CLIENT_FRAME__BODY_FETCH_BUNDLES:
                session_fetch_bundles(session, frame->request, frame->fetch_bundles);
                break;
        case WIRE__CLIENT_FRAME__BODY_SEND:
                session_send(session, frame->request, frame->send);
                break;
        case WIRE__CLIENT_FRAME__BODY_ACK:
                session_ack(session, frame->ack->sequence);
                break;
        case WIRE__CLIENT_FRAME__BODY_SET_PRESENCE:
                session_set_presence(session, frame->request, frame->set_presence);
                break;
        case WIRE__CLIENT_FRAME__BODY_CHANGE_PASSWORD:
        case WIRE__CLIENT_FRAME__BODY_DELETE_ACCOUNT:
                *owned = NULL;
                session_change_account(session, frame);
                break;
        case WIRE__CLIENT_FRAME__BODY_FIND_USERS:
                session_find_users(session, frame->request, frame->find_users);
                break;
        case WIRE__CLIENT_FRAME__BODY_PUT_BLOB:
                *owned = NULL;
                session_put_blob(session, frame);
                break;
        case WIRE__CLIENT_FRAME__BODY_GET_BLOB:
                session_get_blob(session, frame->request, frame->get_blob);
                break;
        case WIRE__CLIENT_FRAME__BODY_DELETE_BLOB:
                *owned = NULL;
                session_delete_blob(session, frame);
                break;
        case WIRE__CLIENT_FRAME__BODY_UPLOAD_KEY_PACKAGES:
        case WIRE__CLIENT_FRAME__BODY_TAKE_KEY_PACKAGES:
        case WIRE__CLIENT_FRAME__BODY_CREATE_GROUP:
        case WIRE__CLIENT_FRAME__BODY_GROUP_SEND:
        case WIRE__CLIENT_FRAME__BODY_FETCH_GROUP:
        case WIRE__CLIENT_FRAME__BODY_LEAVE_GROUP:
                dispatch_group(session, owned);
                break;
        case WIRE__CLIENT_FRAME__BODY__NOT_SET:
        case _WIRE__CLIENT_FRAME__BODY__CASE_IS_INT_SIZE:
                break;
        }
}

/* A stranger gets one try: decoding costs more than sending what cannot be understood. */
static void unsupported(Session *session, uint64_t request)
{
        session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED, 0, "");
        if (session->state < SESSION_AUTHENTICATED)
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_PROTOCOL_ERROR, 0);
}

static void receive_frame(Session *session, const uint8_t *data, size_t size)
{
        _cleanup_(frame_free_clientp) Wire__ClientFrame *frame = NULL;
        uint64_t request = 0;
        int r;

        metrics_add(session->host->metrics, METRIC_BYTES_IN, size);
        r = frame_decode_client(data, size, &frame, &request);
        if (r == 0)
                dispatch(session, &frame);
        else if (r == FRAME_UNSUPPORTED)
                unsupported(session, request);
        else if (r == FRAME_MALFORMED)
                session_protocol_error(session, "malformed frame");
        else
                session_reply_failure(session, request, r);
        session_update_flow(session);
}

/* What there is memory for depends on who it is. */
static size_t message_size_max(const Session *session)
{
        if (session->state == SESSION_NEW)
                return HELLO_SIZE_MAX;
        return session->state < SESSION_AUTHENTICATED ? IDENTIFY_SIZE_MAX : WIRE_FRAME_MAX;
}

/* -1: too large, or no memory; the session is ending. */
static int keep_part(Session *session, const uint8_t *data, size_t size)
{
        size_t needed = session->received_size + size, capacity;
        uint8_t *larger;

        if (session->received_size == 0)
                session->receiving_us = session->host->now_us;
        if (needed > message_size_max(session)) {
                session_protocol_error(session, "frame too large");
                return -1;
        }
        if (needed > session->received_capacity) {
                capacity = session->received_capacity ? session->received_capacity : RECEIVED_CAPACITY_MIN;
                while (capacity < needed)
                        capacity *= 2;
                larger = malloc(capacity);
                if (!larger) {
                        session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED, 0);
                        return -1;
                }
                if (session->received_size > 0)
                        memcpy(larger, session->received, session->received_size);
                if (session->received) /* it may hold an auth key */
                        sodium_memzero(session->received, session->received_size);
                free(session->received);
                session->received = larger;
                session->received_capacity = capacity;
        }
        memcpy(session->received + session->received_size, data, size);
        session->received_size = needed;
        return 0;
}

void session_receive(Session *session, const uint8_t *data, size_t size, bool final)
{
        session->heard_us = session->host->now_us;
        if (!session_is_open(session) || session->host->draining)
                return;
        if (final && session->received_size == 0) {
                receive_frame(session, data, size);
                return;
        }
        if (keep_part(session, data, size) < 0 || !final)
                return;
        receive_frame(session, session->received, session->received_size);
        sodium_memzero(session->received, session->received_size);
        free(session->received);
        session->received = NULL;
        session->received_size = session->received_capacity = 0;
        session->receiving_us = 0;
}
