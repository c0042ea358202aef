/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "server/store-groups.h"
#include "wire/frame.h"

enum { REFILL_MARK = 20 };

typedef struct UploadJob {
        StoreAddKeyPackages add;
        Session *session;
        Wire__ClientFrame *frame;
} UploadJob;

typedef struct TakeJob {
        Session *session;
        Wire__ClientFrame *frame;
        StoreTakeKeyPackages take; /* the last: it ends with its packages */
} TakeJob;

static void reply_count(Session *session, uint64_t request, uint32_t left)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__KeyPackageCount count = WIRE__KEY_PACKAGE_COUNT__INIT;

        count.left = left;
        frame.request = request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_KEY_PACKAGE_COUNT;
        frame.key_package_count = &count;
        session_reply(session, &frame);
}

static void upload_free(UploadJob *job)
{
        frame_free_client(job->frame);
        session_unref(job->session);
        free(job);
}

static void upload_done(StoreRequest *request)
{
        UploadJob *job = (UploadJob *)request;
        uint64_t number = job->frame->request;

        job->session->uploading = false;
        if (!session_is_open(job->session)) {
                /* nobody to answer */
        } else if (request->result == 0) {
                reply_count(job->session, number, job->add.left);
        } else if (request->result == STORE_TOO_MANY_PREKEYS) {
                session_reply_error(job->session, number, WIRE__ERROR_CODE__ERROR_CODE_TOO_MANY_PREKEYS, 0, "");
        } else if (request->result == STORE_STALE_DEVICE) {
                session_reply_error(job->session, number, WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE, 0, "");
        } else {
                session_reply_failure(job->session, number, request->result);
        }
        upload_free(job);
}

/* One upload at a time, of prekeys or of these. */
void session_upload_key_packages(Session *session, Wire__ClientFrame *frame)
{
        Server *server = session->host->server;
        UploadJob *job = NULL;
        int r;

        if (!session->uploading &&
            session_is_limited(session, &server->limiters.uploads, session->name_key, frame->request)) {
                frame_free_client(frame);
                return;
        }
        r = session->uploading ? -EBUSY : 0;
        if (r == 0) {
                job = calloc(1, sizeof(UploadJob));
                r = job ? 0 : -ENOMEM;
        }
        if (r < 0) {
                session_reply_failure(session, frame->request, r);
                frame_free_client(frame);
                return;
        }
        job->session = session_ref(session);
        job->frame = frame;
        job->add = (StoreAddKeyPackages){
                        .base = {.operation = STORE_ADD_KEY_PACKAGES,
                                 .inbox = session->host->inbox,
                                 .done = upload_done},
                        .mailbox = session->mailbox,
                        .packages = frame->upload_key_packages,
        };
        r = store_submit(server->store, &job->add.base);
        if (r < 0) {
                session_reply_failure(session, frame->request, r);
                upload_free(job);
                return;
        }
        session->uploading = true;
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
}

static TakeJob *take_job_of(StoreRequest *request)
{
        return (TakeJob *)((char *)request - offsetof(TakeJob, take));
}

static void take_free(TakeJob *job)
{
        store_key_packages_deinit(&job->take);
        frame_free_client(job->frame);
        session_unref(job->session);
        free(job);
}

static void reply_packages(TakeJob *job)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__KeyPackages answer = WIRE__KEY_PACKAGES__INIT;
        Wire__UserKeyPackage packages[WIRE_KEY_PACKAGE_USERS_MAX], *pointers[WIRE_KEY_PACKAGE_USERS_MAX];
        char *missing[WIRE_KEY_PACKAGE_USERS_MAX];

        for (size_t i = 0; i < job->take.count; i++) {
                const StoreKeyPackage *from = &job->take.packages[i];
                size_t n = answer.n_packages;

                if (!from->package.data) {
                        missing[answer.n_missing++] = (char *)(uintptr_t)from->name;
                        continue;
                }
                packages[n] = (Wire__UserKeyPackage)WIRE__USER_KEY_PACKAGE__INIT;
                packages[n].user_name = (char *)(uintptr_t)from->name;
                packages[n].device_id = from->device_id;
                packages[n].package = (ProtobufCBinaryData){from->package.size, from->package.data};
                pointers[n] = &packages[n];
                answer.n_packages++;
        }
        answer.packages = pointers;
        answer.missing = missing;
        frame.request = job->frame->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_KEY_PACKAGES;
        frame.key_packages = &answer;
        session_reply(job->session, &frame);
}

/* Whoever is short of them hears it while it is connected; others ask. */
static void tell_owners(const TakeJob *job)
{
        for (size_t i = 0; i < job->take.count; i++)
                if (job->take.packages[i].is_one_time && job->take.packages[i].left < REFILL_MARK)
                        router_key_packages(job->session->host->server->router, job->take.packages[i].mailbox,
                                            job->take.packages[i].left);
}

static void take_done(StoreRequest *request)
{
        TakeJob *job = take_job_of(request);

        if (request->result == 0)
                tell_owners(job);
        if (!session_is_open(job->session)) {
                /* nobody to answer */
        } else if (request->result == 0) {
                reply_packages(job);
        } else {
                session_reply_failure(job->session, job->frame->request, request->result);
        }
        take_free(job);
}

/* Many strangers together cannot use somebody's one-time packages up: then the last resort has to do. */
static bool keeps_one_time(const Session *session, const char *name)
{
        Server *server = session->host->server;

        return limiter_take(&server->limiters.key_packages_target, server_name_key(server, name), 1,
                            session->host->now_us) > 0;
}

void session_take_key_packages(Session *session, Wire__ClientFrame *frame)
{
        const Wire__TakeKeyPackages *take = frame->take_key_packages;
        Server *server = session->host->server;
        uint32_t count = (uint32_t)take->n_user_names;
        TakeJob *job;
        int r;

        if (session_is_limited_by(session, &server->limiters.key_packages_account, session->name_key, count,
                                  frame->request) ||
            session_is_limited_by(session, &server->limiters.key_packages_address, session->address, count,
                                  frame->request)) {
                frame_free_client(frame);
                return;
        }
        job = calloc(1, sizeof(TakeJob) + count * sizeof(StoreKeyPackage));
        if (!job) {
                session_reply_failure(session, frame->request, -ENOMEM);
                frame_free_client(frame);
                return;
        }
        job->session = session_ref(session);
        job->frame = frame;
        job->take.base = (StoreRequest){
                        .operation = STORE_TAKE_KEY_PACKAGES, .inbox = session->host->inbox, .done = take_done};
        job->take.count = count;
        for (size_t i = 0; i < count; i++) {
                job->take.packages[i].name = take->user_names[i];
                job->take.packages[i].keep_one_time = keeps_one_time(session, take->user_names[i]);
        }
        r = store_submit(server->store, &job->take.base);
        if (r < 0) {
                session_reply_failure(session, frame->request, r);
                take_free(job);
                return;
        }
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
}

void session_key_packages_are_low(Session *session, uint32_t left)
{
        if (session->state == SESSION_AUTHENTICATED)
                reply_count(session, 0, left);
}
