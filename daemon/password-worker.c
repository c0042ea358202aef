/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/password-worker.h"

#include <errno.h>
#include <glib.h>
#include <malloc.h>
#include <sodium.h>

#include "daemon/cleanup.h"

struct PasswordWorker {
        GThreadPool *pool;
};

struct PasswordJob { /* in guarded memory */
        Password *password;
        PasswordParameters parameters;
        PasswordKeys keys;
        int result;
        PasswordJobDone done; /* NULL: cancelled. Only the main loop touches it */
        void *userdata;
};

static void job_free(PasswordJob *job)
{
        password_free(job->password);
        sodium_free(job);
}

static gboolean on_finished(gpointer userdata)
{
        PasswordJob *job = userdata;

        if (job->done)
                job->done(job->userdata, job->result, &job->keys);
        job_free(job);
        malloc_trim(0);
        return G_SOURCE_REMOVE;
}

static void run(gpointer data, gpointer userdata)
{
        PasswordJob *job = data;

        job->result = password_derive(job->password, &job->parameters, &job->keys);
        g_idle_add_full(G_PRIORITY_DEFAULT, on_finished, job, NULL);
}

PasswordWorker *password_worker_new(void)
{
        _cleanup_(password_worker_freep) PasswordWorker *worker = calloc(1, sizeof(*worker));

        if (!worker)
                return NULL;
        worker->pool = g_thread_pool_new(run, NULL, 1, FALSE, NULL);
        return worker->pool ? g_steal_pointer(&worker) : NULL;
}

PasswordWorker *password_worker_free(PasswordWorker *worker)
{
        if (!worker)
                return NULL;
        if (worker->pool)
                g_thread_pool_free(worker->pool, FALSE, TRUE);
        free(worker);
        /* What has finished waits in the main loop: its owners have cancelled it by now. */
        while (g_main_context_iteration(NULL, FALSE))
                ;
        return NULL;
}

void password_worker_freep(PasswordWorker **worker)
{
        *worker = password_worker_free(*worker);
}

int password_worker_start(PasswordWorker *worker, Password *password, const PasswordParameters *parameters,
                          PasswordJobDone done, void *userdata, PasswordJob **out)
{
        _cleanup_(password_freep) Password *owned = password;
        PasswordJob *job;

        if (g_thread_pool_unprocessed(worker->pool) >= PASSWORD_JOBS_MAX)
                return PROBLEM_TOO_MANY_CALLS;
        job = sodium_malloc(sizeof(*job));
        if (!job)
                return -ENOMEM;
        *job = (PasswordJob){.password = g_steal_pointer(&owned),
                             .parameters = *parameters,
                             .done = done,
                             .userdata = userdata};
        g_thread_pool_push(worker->pool, job, NULL);
        *out = job;
        return 0;
}

void password_job_cancel(PasswordJob *job)
{
        if (job)
                job->done = NULL;
}
