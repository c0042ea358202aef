/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/frame.h"

/*
 * ChangePassword and DeleteAccount: find the account, verify the password in the pool, change the store. What was verified is
 * handed to the store, which does nothing if it is not so any more. The frame stays with the job to the end.
 */
typedef struct AccountJob {
        StoreFindAccount find;
        PasswordJob password;
        StoreChangePassword change;
        StoreDeleteAccount removal;
        BlobRequest blobs;
        Try try;
        Session *session;
        Wire__ClientFrame *frame;
        uint64_t mailbox;
        char name[WIRE_USER_NAME_MAX + 1];
} AccountJob;

#define JOB_OF(member_pointer, member) ((AccountJob *)((char *)(member_pointer)-offsetof(AccountJob, member)))

static bool is_removal(const AccountJob *job)
{
        return job->frame->body_case == WIRE__CLIENT_FRAME__BODY_DELETE_ACCOUNT;
}

static void job_free(AccountJob *job)
{
        job->session->changing = false;
        frame_free_client(job->frame);
        session_unref(job->session);
        sodium_memzero(job, sizeof(*job));
        free(job);
}

static void refuse(AccountJob *job, Wire__ErrorCode code)
{
        if (session_is_open(job->session))
                session_reply_error(job->session, job->frame->request, code, 0, "");
        job_free(job);
}

static void submit(AccountJob *job, StoreRequest *request, StoreOperation operation, void (*done)(StoreRequest *))
{
        SessionHost *host = job->session->host;
        int r;

        *request = (StoreRequest){.operation = operation, .inbox = host->inbox, .done = done};
        r = store_submit(host->server->store, request);
        if (r < 0) {
                request->result = r;
                done(request);
        } else {
                metrics_add(host->metrics, METRIC_STORE_SUBMITTED, 1);
        }
}

static void change_done(StoreRequest *request)
{
        AccountJob *job = JOB_OF(request, change);

        if (request->result == 0)
                metrics_add(job->session->host->metrics, METRIC_PASSWORDS_CHANGED, 1);
        if (request->result == STORE_STALE_DEVICE) {
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD); /* it was changed meanwhile */
        } else if (request->result < 0) {
                refuse(job, session_code_of_failure(request->result));
        } else {
                if (session_is_open(job->session))
                        session_reply_done(job->session, job->frame->request);
                job_free(job);
        }
}

/* The last step: a server that is cut off before it takes it at its next start. */
static void blobs_done(BlobRequest *request)
{
        AccountJob *job = JOB_OF(request, blobs);
        Session *session = job->session;

        if (session_is_open(session))
                session_reply_done(session, job->frame->request);
        session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED, 0);
        /* A newer connection of the device, if this one has been replaced. */
        router_end(session->host->server->router, job->mailbox, WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED);
        job_free(job);
}

static void removal_done(StoreRequest *request)
{
        AccountJob *job = JOB_OF(request, removal);
        SessionHost *host = job->session->host;
        int r;

        job->session->leaving = request->result == 0;
        if (request->result == STORE_STALE_DEVICE) {
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD);
                return;
        }
        if (request->result < 0) {
                refuse(job, session_code_of_failure(request->result));
                return;
        }
        metrics_add(host->metrics, METRIC_ACCOUNTS_DELETED, 1);
        if (!host->server->blobs) { /* at the end; the next start does it */
                job_free(job);
                return;
        }
        job->blobs.operation = BLOB_DELETE_OWNED;
        job->blobs.inbox = host->inbox;
        job->blobs.done = blobs_done;
        memcpy(job->blobs.owner, job->name, sizeof(job->blobs.owner));
        r = blobs_submit(host->server->blobs, &job->blobs);
        if (r < 0) {
                (void)blobs_delete_owned(host->server->blobs, job->name); /* later, and unanswered */
                blobs_done(&job->blobs);
                return;
        }
        metrics_add(host->metrics, METRIC_BLOB_REQUESTS, 1);
}

static void change_store(AccountJob *job)
{
        if (is_removal(job)) {
                StoreDeleteAccount *removal = &job->removal;

                memcpy(removal->name, job->name, sizeof(removal->name));
                removal->mailbox = job->mailbox;
                memcpy(removal->verified_hash, job->password.hash, sizeof(removal->verified_hash));
                job->session->leaving = true;
                submit(job, &removal->base, STORE_DELETE_ACCOUNT, removal_done);
        } else {
                const Wire__PasswordParameters *password = job->frame->change_password->password;
                StoreChangePassword *change = &job->change;

                memcpy(change->name, job->name, sizeof(change->name));
                change->mailbox = job->mailbox;
                memcpy(change->verified_hash, job->password.hash, sizeof(change->verified_hash));
                memcpy(change->auth_hash, job->password.new_hash, sizeof(change->auth_hash));
                memcpy(change->password.salt, password->salt.data, sizeof(change->password.salt));
                change->password.passes = password->passes;
                change->password.memory_kib = password->memory_kib;
                submit(job, &change->base, STORE_CHANGE_PASSWORD, change_done);
        }
}

static void password_done(PasswordJob *password)
{
        AccountJob *job = JOB_OF(password, password);

        session_settle_try(job->session, &job->try,
                           password->result == PASSWORD_WRONG ? TRY_WRONG
                           : password->result < 0             ? TRY_NOT_LOOKED_AT
                                                              : TRY_RIGHT);
        if (!session_is_open(job->session))
                job_free(job); /* the client has gone: nothing changes */
        else if (password->result == PASSWORD_WRONG)
                refuse(job, WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD);
        else if (password->result < 0)
                refuse(job, session_code_of_failure(password->result));
        else
                change_store(job);
}

static void find_done(StoreRequest *request)
{
        AccountJob *job = JOB_OF(request, find);
        SessionHost *host = job->session->host;
        const Wire__ClientFrame *frame = job->frame;
        const ProtobufCBinaryData *key;
        int r = request->result;

        if (r != 0 || !session_is_open(job->session)) {
                session_settle_try(job->session, &job->try, TRY_NOT_LOOKED_AT);
                refuse(job, r < 0 ? session_code_of_failure(r) : WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD);
                return;
        }
        key = is_removal(job) ? &frame->delete_account->auth_key : &frame->change_password->old_auth_key;
        memcpy(job->password.auth_key, key->data, sizeof(job->password.auth_key));
        memcpy(job->password.hash, job->find.auth_hash, sizeof(job->password.hash));
        job->password.inbox = host->inbox;
        job->password.done = password_done;
        job->password.verify = true;
        if (!is_removal(job)) {
                job->password.replace = true;
                memcpy(job->password.new_key, frame->change_password->new_auth_key.data,
                       sizeof(job->password.new_key));
        }
        r = password_pool_submit(host->server->passwords, &job->password);
        if (r < 0) {
                session_settle_try(job->session, &job->try, TRY_NOT_LOOKED_AT);
                refuse(job, session_code_of_failure(r));
                return;
        }
        metrics_add(host->metrics, METRIC_PASSWORD_SUBMITTED, 1);
}

void session_change_account(Session *session, Wire__ClientFrame *frame)
{
        Server *server = session->host->server;
        uint32_t wait_ms;
        AccountJob *job;
        Try try;

        if (session->changing) {
                session_reply_failure(session, frame->request, -EBUSY);
                frame_free_client(frame);
                return;
        }
        /* A right password is not free either: it hashes twice. */
        if (session_is_limited(session, &server->limiters.password_changes, session->name_key, frame->request)) {
                frame_free_client(frame);
                return;
        }
        wait_ms = session_charge_try(session, session->name, &try);
        if (wait_ms > 0) {
                session_reply_error(session, frame->request, WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED, wait_ms, "");
                frame_free_client(frame);
                return;
        }
        job = calloc(1, sizeof(AccountJob));
        if (!job) {
                session_settle_try(session, &try, TRY_NOT_LOOKED_AT);
                session_reply_failure(session, frame->request, -ENOMEM);
                frame_free_client(frame);
                return;
        }
        job->try = try;
        job->session = session_ref(session);
        job->frame = frame;
        job->mailbox = session->mailbox;
        memcpy(job->name, session->name, sizeof(job->name));
        memcpy(job->find.name, session->name, sizeof(job->find.name));
        session->changing = true;
        submit(job, &job->find.base, STORE_FIND_ACCOUNT, find_done);
}
