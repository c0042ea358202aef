/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "server/store-groups.h"

enum { FETCH_BYTES_MAX = 512 * 1024 }; /* of commits in one answer, and one more: it fits a frame, with the list */

_Static_assert((int)FETCH_BYTES_MAX + (int)WIRE_GROUP_COMMIT_MAX +
                               (int)WIRE_GROUP_MEMBERS_MAX * ((int)WIRE_USER_NAME_MAX + 2) +
                               (int)WIRE_BATCH_MAX * 128 <
                       (int)WIRE_FRAME_MAX,
               "an answer to FetchGroup fits a frame");

typedef struct GroupJob {
        StoreGroup group;
        Session *session;
        uint64_t request;
} GroupJob;

typedef struct FetchJob {
        StoreFetchGroup fetch;
        Session *session;
        uint64_t request;
} FetchJob;

static void reply_refusal(Session *session, uint64_t request, int result)
{
        switch (result) {
        case STORE_NO_GROUP:
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP, 0, "");
                break;
        case STORE_GROUP_EXISTS:
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_GROUP_EXISTS, 0, "");
                break;
        case STORE_GROUP_FULL:
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_GROUP_FULL, 0,
                                    "in too many groups");
                break;
        case STORE_UNKNOWN_ACCOUNT: /* deleted a moment ago */
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE, 0, "");
                break;
        default:
                session_reply_failure(session, request, result);
        }
}

static void group_done(StoreRequest *request)
{
        GroupJob *job = (GroupJob *)request;

        if (!session_is_open(job->session)) {
                /* nobody to answer */
        } else if (request->result == 0) {
                session_reply_done(job->session, job->request);
        } else {
                reply_refusal(job->session, job->request, request->result);
        }
        session_unref(job->session);
        free(job);
}

static void submit(Session *session, uint64_t request, StoreOperation operation, const uint8_t *group)
{
        Server *server = session->host->server;
        GroupJob *job;
        int r;

        if (session_is_limited(session, &server->limiters.group_changes, session->name_key, request))
                return;
        job = calloc(1, sizeof(GroupJob));
        if (!job) {
                session_reply_failure(session, request, -ENOMEM);
                return;
        }
        job->session = session_ref(session);
        job->request = request;
        job->group.base = (StoreRequest){.operation = operation, .inbox = session->host->inbox, .done = group_done};
        memcpy(job->group.name, session->name, sizeof(job->group.name));
        memcpy(job->group.group, group, sizeof(job->group.group));
        r = store_submit(server->store, &job->group.base);
        if (r < 0) {
                session_reply_failure(session, request, r);
                session_unref(session);
                free(job);
                return;
        }
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
}

void session_create_group(Session *session, uint64_t request, const Wire__CreateGroup *create)
{
        submit(session, request, STORE_CREATE_GROUP, create->group.data);
}

void session_leave_group(Session *session, uint64_t request, const Wire__LeaveGroup *leave)
{
        submit(session, request, STORE_LEAVE_GROUP, leave->group.data);
}

static void reply_commits(FetchJob *job)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__GroupCommits answer = WIRE__GROUP_COMMITS__INIT;
        Wire__StoredCommit commits[WIRE_BATCH_MAX], *pointers[WIRE_BATCH_MAX];
        char *members[WIRE_GROUP_MEMBERS_MAX];
        StoreFetchGroup *fetch = &job->fetch;

        for (size_t i = 0; i < fetch->members_count; i++)
                members[i] = fetch->members[i];
        for (size_t i = 0; i < fetch->commits_count; i++) {
                StoreFetchedCommit *from = &fetch->commits[i];

                commits[i] = (Wire__StoredCommit)WIRE__STORED_COMMIT__INIT;
                commits[i].epoch = from->epoch;
                commits[i].id = (ProtobufCBinaryData){sizeof(from->id), from->id};
                commits[i].sender = from->sender;
                commits[i].payload = (ProtobufCBinaryData){from->payload.size, from->payload.data};
                pointers[i] = &commits[i];
        }
        answer.epoch = fetch->epoch;
        answer.members = members;
        answer.n_members = fetch->members_count;
        answer.commits = pointers;
        answer.n_commits = fetch->commits_count;
        answer.more = fetch->more;
        frame.request = job->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_GROUP_COMMITS;
        frame.group_commits = &answer;
        session_reply(job->session, &frame);
}

static void fetch_done(StoreRequest *request)
{
        FetchJob *job = (FetchJob *)request;

        job->session->fetching = false;
        if (!session_is_open(job->session)) {
                /* nobody to answer */
        } else if (request->result == 0) {
                reply_commits(job);
        } else {
                reply_refusal(job->session, job->request, request->result);
        }
        store_group_deinit(&job->fetch);
        session_unref(job->session);
        free(job);
}

void session_fetch_group(Session *session, uint64_t request, const Wire__FetchGroup *wire)
{
        Server *server = session->host->server;
        FetchJob *job;
        int r;

        if (session->fetching) { /* an answer may be nearly a megabyte: one at a time */
                session_reply_failure(session, request, -EBUSY);
                return;
        }
        if (session_is_limited(session, &server->limiters.group_fetches, session->name_key, request))
                return;
        job = calloc(1, sizeof(FetchJob));
        if (!job) {
                session_reply_failure(session, request, -ENOMEM);
                return;
        }
        job->session = session_ref(session);
        job->request = request;
        job->fetch.base = (StoreRequest){
                        .operation = STORE_FETCH_GROUP, .inbox = session->host->inbox, .done = fetch_done};
        job->fetch.from_epoch = wire->from_epoch;
        job->fetch.bytes_max = FETCH_BYTES_MAX;
        job->fetch.has_after = wire->after.len > 0;
        if (job->fetch.has_after)
                memcpy(job->fetch.after, wire->after.data, sizeof(job->fetch.after));
        memcpy(job->fetch.group, wire->group.data, sizeof(job->fetch.group));
        memcpy(job->fetch.name, session->name, sizeof(job->fetch.name));
        r = store_submit(server->store, &job->fetch.base);
        if (r < 0) {
                session_reply_failure(session, request, r);
                session_unref(session);
                free(job);
                return;
        }
        session->fetching = true;
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
}
