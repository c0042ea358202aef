/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"

/* FindUsers, where the administrator has switched it on. */
typedef struct DirectoryJob {
        StoreFindUsers find;
        Session *session;
        uint64_t request;
} DirectoryJob;

static void reply_users(DirectoryJob *job)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Users users = WIRE__USERS__INIT;
        char *names[WIRE_USERS_MAX];

        for (size_t i = 0; i < job->find.count; i++)
                names[i] = job->find.names[i];
        users.user_names = names;
        users.n_user_names = job->find.count;
        frame.request = job->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_USERS;
        frame.users = &users;
        session_reply(job->session, &frame);
}

static void job_free(DirectoryJob *job)
{
        session_unref(job->session);
        free(job);
}

static void find_done(StoreRequest *request)
{
        DirectoryJob *job = (DirectoryJob *)request;

        if (!session_is_open(job->session)) {
                /* nobody to answer */
        } else if (request->result == 0) {
                reply_users(job);
        } else {
                session_reply_failure(job->session, job->request, request->result);
        }
        job_free(job);
}

void session_find_users(Session *session, uint64_t request, const Wire__FindUsers *find)
{
        Server *server = session->host->server;
        DirectoryJob *job;
        int r;

        if (!server->config->directory) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_DIRECTORY_OFF, 0, "");
                return;
        }
        if (session_is_limited(session, &server->limiters.directory, session->name_key, request))
                return;
        job = calloc(1, sizeof(DirectoryJob));
        if (!job) {
                session_reply_failure(session, request, -ENOMEM);
                return;
        }
        job->session = session_ref(session);
        job->request = request;
        job->find.base = (StoreRequest){
                        .operation = STORE_FIND_USERS, .inbox = session->host->inbox, .done = find_done};
        memcpy(job->find.prefix, find->prefix, strlen(find->prefix) + 1);
        memcpy(job->find.after, find->after, strlen(find->after) + 1);
        job->find.limit = find->limit;
        r = store_submit(server->store, &job->find.base);
        if (r < 0) {
                session_reply_failure(session, request, r);
                job_free(job);
                return;
        }
        metrics_add(session->host->metrics, METRIC_STORE_SUBMITTED, 1);
}
