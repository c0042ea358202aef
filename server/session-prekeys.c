/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/frame.h"
#include "wire/username.h"

enum { REFILL_MARK = 20 };

typedef struct UploadJob {
        StoreAddPrekeys add;
        Session *session;
        Wire__ClientFrame *frame;
} UploadJob;

typedef struct FetchJob {
        StoreTakeBundles take;
        Session *session;
        uint64_t request;
} FetchJob;

static void reply_count(Session *session, uint64_t request, uint32_t left)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__PrekeyCount count = WIRE__PREKEY_COUNT__INIT;

        count.one_time_prekeys_left = left;
        frame.request = request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_PREKEY_COUNT;
        frame.prekey_count = &count;
        session_reply(session, &frame);
}

static UploadJob *upload_free(UploadJob *job)
{
        frame_free_client(job->frame);
        session_unref(job->session);
        free(job);
        return NULL;
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
                session_reply_error(job->session, number, WIRE__ERROR_CODE__ERROR_CODE_TOO_MANY_PREKEYS, 0,
                                    "");
        } else if (request->result == STORE_STALE_DEVICE) {
                session_reply_error(job->session, number, WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE, 0, "");
        } else {
                session_reply_failure(job->session, number, request->result);
        }
        upload_free(job);
}

void session_upload_prekeys(Session *session, Wire__ClientFrame *frame)
{
        Server *server = session->host->server;
        UploadJob *job;
        int r;

        /* Each holds half a megabyte, and makes a hundred rows: not many at once, and not many in a while. */
        if (session->uploading) {
                session_reply_failure(session, frame->request, -EBUSY);
                frame_free_client(frame);
                return;
        }
        if (session_is_limited(session, &server->limiters.uploads, session->name_key, frame->request)) {
                frame_free_client(frame);
                return;
        }
        job = calloc(1, sizeof(UploadJob));
        if (!job) {
                session_reply_failure(session, frame->request, -ENOMEM);
                frame_free_client(frame);
                return;
        }
        job->session = session_ref(session);
        job->frame = frame;
        job->add = (StoreAddPrekeys){
                        .base = {.operation = STORE_ADD_PREKEYS,
                                 .inbox = session->host->inbox,
                                 .done = upload_done},
                        .mailbox = session->mailbox,
                        .prekeys = frame->upload_prekeys,
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

static ProtobufCBinaryData wire_blob(const StoreBlob *blob)
{
        return (ProtobufCBinaryData){blob->size, blob->data};
}

static void reply_bundles(FetchJob *job)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Bundles bundles = WIRE__BUNDLES__INIT;
        Wire__Bundle wire[WIRE_DEVICES_MAX], *pointers[WIRE_DEVICES_MAX];
        Wire__OneTimePrekey keys[WIRE_DEVICES_MAX];

        for (size_t i = 0; i < job->take.count; i++) {
                const StoreBundle *bundle = &job->take.bundles[i];

                wire[i] = (Wire__Bundle)WIRE__BUNDLE__INIT;
                wire[i].device_id = bundle->device_id;
                wire[i].identity = wire_blob(&bundle->identity);
                wire[i].signed_prekey = wire_blob(&bundle->signed_prekey);
                if (bundle->one_time_prekey.data) {
                        keys[i] = (Wire__OneTimePrekey)WIRE__ONE_TIME_PREKEY__INIT;
                        keys[i].id = bundle->one_time_id;
                        keys[i].key = wire_blob(&bundle->one_time_prekey);
                        wire[i].one_time_prekey = &keys[i];
                } else {
                        wire[i].last_resort_prekey = wire_blob(&bundle->last_resort_prekey);
                }
                pointers[i] = &wire[i];
        }
        bundles.bundles = pointers;
        bundles.n_bundles = job->take.count;
        frame.request = job->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_BUNDLES;
        frame.bundles = &bundles;
        session_reply(job->session, &frame);
}

/* Whoever is short of prekeys hears it while it is connected; others see it in Authenticated. */
static void tell_owners(const FetchJob *job)
{
        for (size_t i = 0; i < job->take.count; i++)
                if (job->take.bundles[i].one_time_prekey.data && job->take.bundles[i].left < REFILL_MARK)
                        router_prekeys(job->session->host->server->router, job->take.bundles[i].mailbox,
                                       job->take.bundles[i].left);
}

static void fetch_done(StoreRequest *request)
{
        FetchJob *job = (FetchJob *)request;

        if (request->result == 0)
                tell_owners(job);
        if (!session_is_open(job->session)) {
                /* nobody to answer */
        } else if (request->result == 0) {
                reply_bundles(job);
        } else if (request->result == STORE_UNKNOWN_ACCOUNT) {
                session_reply_error(job->session, job->request,
                                    WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT, 0, "");
        } else {
                session_reply_failure(job->session, job->request, request->result);
        }
        store_bundles_deinit(&job->take);
        session_unref(job->session);
        free(job);
}

void session_fetch_bundles(Session *session, uint64_t request, const Wire__FetchBundles *fetch)
{
        Server *server = session->host->server;
        FetchJob *job;
        int r;

        if (!user_name_is_valid(fetch->user_name)) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME, 0, "");
                return;
        }
        if (session_is_limited(session, &server->limiters.bundles_account, session->name_key, request) ||
            session_is_limited(session, &server->limiters.bundles_address, session->address, request))
                return;
        job = calloc(1, sizeof(FetchJob));
        if (!job) {
                session_reply_failure(session, request, -ENOMEM);
                return;
        }
        job->session = session_ref(session);
        job->request = request;
        job->take.base = (StoreRequest){
                        .operation = STORE_TAKE_BUNDLES, .inbox = session->host->inbox, .done = fetch_done};
        memcpy(job->take.name, fetch->user_name, strlen(fetch->user_name) + 1);
        /*
         * Many strangers together cannot use somebody's one-time prekeys up: then the last resort has to do.
         */
        job->take.keep_one_time = limiter_take(&server->limiters.bundles_target,
                                               server_name_key(server, fetch->user_name), 1,
                                               session->host->now_us) > 0;
        r = store_submit(server->store, &job->take.base);
        if (r < 0) {
                session_reply_failure(session, request, r);
                session_unref(session);
                free(job);
                return;
        }
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
}

void session_prekeys_are_low(Session *session, uint32_t left)
{
        if (session->state == SESSION_AUTHENTICATED)
                reply_count(session, 0, left);
}
