/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/invitation.h"
#include "server/session-private.h"
#include "wire/frame.h"
#include "wire/username.h"

/*
 * RegisterAccount and Login: find the account, hash or verify the auth key in the password pool, change the
 * store. One job goes through the three stages; the frame, with the keys of the device, stays with it to the
 * end.
 */
typedef struct IdentifyJob {
        StoreFindAccount find;
        PasswordJob password;
        StoreSetDevice set;
        Session *session;
        Wire__ClientFrame *frame;
        bool login;
        Try try; /* of a login */
} IdentifyJob;

#define JOB_OF(member_pointer, member) \
        ((IdentifyJob *)((char *)(member_pointer)-offsetof(IdentifyJob, member)))

static void job_free(IdentifyJob *job)
{
        frame_free_client(job->frame);
        session_unref(job->session);
        sodium_memzero(job, sizeof(*job));
        free(job);
}

/* Ends the job, with an error; the client may try again on the same connection. */
static void refuse(IdentifyJob *job, Wire__ErrorCode code, uint32_t retry_after_ms)
{
        if (job->session->state == SESSION_IDENTIFYING) {
                session_set_state(job->session, SESSION_GREETED);
                session_reply_error(job->session, job->frame->request, code, retry_after_ms, "");
        }
        job_free(job);
}

static void fail(IdentifyJob *job, int error)
{
        refuse(job, session_code_of_failure(error), 0);
}

static void settle_try(const IdentifyJob *job, TryResult result)
{
        if (job->login)
                session_settle_try(job->session, &job->try, result);
}

static void submit(IdentifyJob *job, StoreRequest *request)
{
        SessionHost *host = job->session->host;
        int r;

        r = store_submit(host->server->store, request);
        if (r < 0) {
                if (request == &job->find.base)
                        settle_try(job, TRY_NOT_LOOKED_AT);
                fail(job, r);
                return;
        }
        metrics_add(host->metrics, METRIC_STORE_SUBMITTED, 1);
}

static void set_done(StoreRequest *request)
{
        IdentifyJob *job = JOB_OF(request, set);
        Session *session = job->session;
        SessionHost *host = session->host;
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Registered registered = WIRE__REGISTERED__INIT;
        int r = request->result;

        if (r == 0)
                metrics_add(host->metrics, job->login ? METRIC_LOGINS : METRIC_REGISTERED, 1);
        /* Whether or not the new device is still there: the old one is not the account's any more. */
        if (r == 0 && job->set.replaced_mailbox != 0)
                router_end(host->server->router, job->set.replaced_mailbox,
                           WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED);
        if (r == STORE_NAME_TAKEN) {
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_NAME_TAKEN, 0);
                return;
        }
        if (r == STORE_INVITATION_USED) {
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_BAD_INVITATION, 0);
                return;
        }
        if (r == STORE_UNKNOWN_ACCOUNT) {
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD, 0);
                return;
        }
        if (r == 0 && session->state == SESSION_IDENTIFYING)
                r = session_attach(session, job->set.name, job->set.device_id, job->set.mailbox);
        if (r < 0) {
                fail(job, r);
                return;
        }
        if (session->state == SESSION_AUTHENTICATED) {
                registered.device_id = job->set.device_id;
                frame.request = job->frame->request;
                frame.body_case = WIRE__SERVER_FRAME__BODY_REGISTERED;
                frame.registered = &registered;
                session_reply(session, &frame);
                session_start_delivery(session);
        }
        job_free(job);
}

static void change_store(IdentifyJob *job)
{
        StoreSetDevice *set = &job->set;

        set->base = (StoreRequest){.operation = job->login ? STORE_LOGIN : STORE_REGISTER,
                                   .inbox = job->session->host->inbox,
                                   .done = set_done};
        memcpy(set->name, job->find.name, sizeof(set->name));
        if (job->login) {
                set->device = job->frame->login->device;
                memcpy(set->verified_hash, job->password.hash, sizeof(set->verified_hash));
                memcpy(set->auth_hash, job->password.new_hash, sizeof(set->auth_hash));
        } else {
                const Wire__RegisterAccount *account = job->frame->register_account;

                set->device = account->device;
                memcpy(set->password.salt, account->password->salt.data, sizeof(set->password.salt));
                set->password.passes = account->password->passes;
                set->password.memory_kib = account->password->memory_kib;
                memcpy(set->auth_hash, job->password.hash, sizeof(set->auth_hash));
        }
        submit(job, &set->base);
}

static void password_done(PasswordJob *password)
{
        IdentifyJob *job = JOB_OF(password, password);

        settle_try(job, password->result == PASSWORD_WRONG ? TRY_WRONG
                        : password->result < 0             ? TRY_NOT_LOOKED_AT
                                                           : TRY_RIGHT);
        if (job->session->state != SESSION_IDENTIFYING)
                job_free(job); /* the client has gone: nothing changes */
        else if (password->result == PASSWORD_WRONG)
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD, 0);
        else if (password->result < 0)
                fail(job, password->result);
        else
                change_store(job);
}

static void find_done(StoreRequest *request)
{
        IdentifyJob *job = JOB_OF(request, find);
        SessionHost *host = job->session->host;
        const ProtobufCBinaryData *key;
        int r;

        if (job->session->state != SESSION_IDENTIFYING) { /* gone; and at the end, so are the passwords' threads */
                settle_try(job, TRY_NOT_LOOKED_AT);
                job_free(job);
                return;
        }
        if (request->result < 0) {
                settle_try(job, TRY_NOT_LOOKED_AT);
                fail(job, request->result);
                return;
        }
        if (!job->login && request->result == 0) {
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_NAME_TAKEN, 0);
                return;
        }
        key = job->login ? &job->frame->login->auth_key : &job->frame->register_account->auth_key;
        job->password.inbox = host->inbox;
        job->password.done = password_done;
        job->password.verify = job->login;
        job->password.unknown = request->result == STORE_UNKNOWN_ACCOUNT;
        memcpy(job->password.auth_key, key->data, sizeof(job->password.auth_key));
        memcpy(job->password.hash, job->find.auth_hash, sizeof(job->password.hash));
        r = password_pool_submit(host->server->passwords, &job->password);
        if (r < 0) {
                settle_try(job, TRY_NOT_LOOKED_AT);
                fail(job, r);
                return;
        }
        metrics_add(host->metrics, METRIC_PASSWORD_SUBMITTED, 1);
}

/* try: of a login. */
static void start(Session *session, Wire__ClientFrame *frame, const char *name, const Try *try,
                  const uint8_t *invitation_hash)
{
        IdentifyJob *job = calloc(1, sizeof(IdentifyJob));

        if (!job) {
                if (try)
                        session_settle_try(session, try, TRY_NOT_LOOKED_AT);
                session_reply_failure(session, frame->request, -ENOMEM);
                frame_free_client(frame);
                return;
        }
        job->session = session_ref(session);
        job->frame = frame;
        if (try) {
                job->login = true;
                job->try = *try;
        }
        if (invitation_hash) {
                job->set.has_invitation = true;
                memcpy(job->set.invitation_hash, invitation_hash, sizeof(job->set.invitation_hash));
        }
        job->find.base = (StoreRequest){
                        .operation = STORE_FIND_ACCOUNT, .inbox = session->host->inbox, .done = find_done};
        memcpy(job->find.name, name, strlen(name) + 1);
        session_set_state(session, SESSION_IDENTIFYING);
        submit(job, &job->find.base);
}

static void turn_away(Session *session, Wire__ClientFrame *frame, Wire__ErrorCode code)
{
        session_reply_error(session, frame->request, code, 0, "");
        frame_free_client(frame);
}

void session_register(Session *session, Wire__ClientFrame *frame)
{
        Server *server = session->host->server;
        const Wire__RegisterAccount *account = frame->register_account;
        uint8_t hash[INVITATION_HASH_SIZE];
        bool invited = server->config->registration ==
                       WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_INVITATION;
        int r;

        if (!user_name_is_valid(account->user_name)) {
                turn_away(session, frame, WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME);
                return;
        }
        if (server->config->registration == WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_CLOSED) {
                turn_away(session, frame, WIRE__ERROR_CODE__ERROR_CODE_REGISTRATION_CLOSED);
                return;
        }
        if (session_is_limited(session, &server->limiters.registrations, session->address, frame->request)) {
                frame_free_client(frame);
                return;
        }
        if (invited) {
                r = invitation_check(server->config->invitation_file, account->invitation_token, hash);
                if (r != 0) {
                        turn_away(session, frame,
                                  r > 0 ? WIRE__ERROR_CODE__ERROR_CODE_BAD_INVITATION
                                        : WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED);
                        return;
                }
        }
        start(session, frame, account->user_name, NULL, invited ? hash : NULL);
}

void session_login(Session *session, Wire__ClientFrame *frame)
{
        SessionHost *host = session->host;
        const char *name = frame->login->user_name;
        uint32_t retry_ms;
        Try try;

        if (!user_name_is_valid(name)) {
                turn_away(session, frame, WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME);
                return;
        }
        /* A right one is not free either: it hashes, and replaces a device with its prekeys. */
        if (session_is_limited(session, &host->server->limiters.logins, session->address, frame->request)) {
                frame_free_client(frame);
                return;
        }
        retry_ms = session_charge_try(session, name, &try);
        if (retry_ms > 0) {
                session_reply_error(session, frame->request, WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED,
                                    retry_ms, "");
                frame_free_client(frame);
                return;
        }
        start(session, frame, name, &try, NULL);
}
