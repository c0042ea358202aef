/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-job.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/attachment-file.h"
#include "daemon/cleanup.h"
#include "daemon/thumbnail.h"

enum { OWN_THREADS = 2 };

struct AttachmentJobs {
        GThreadPool *own, *saves;
};

struct AttachmentJob {
        AttachmentJobKind kind;
        ContentAttachment attachment;
        int source, target;
        int result;
        atomic_bool cancelled;
        AttachmentJobDone done; /* NULL: cancelled. Only the main loop touches it */
        void *userdata;
};

static void job_free(AttachmentJob *job)
{
        closep(&job->source);
        closep(&job->target);
        free(job->attachment.thumbnail);
        sodium_memzero(job, sizeof(*job));
        free(job);
}

static gboolean on_finished(gpointer userdata)
{
        AttachmentJob *job = userdata;

        if (job->done)
                job->done(job->userdata, job->result, &job->attachment);
        job_free(job);
        return G_SOURCE_REMOVE;
}

static int seal(AttachmentJob *job)
{
        ContentAttachment *a = &job->attachment;
        BlobHash hash;
        BlobKey key;
        int r;

        thumbnail_make(job->source, a->media_type, &job->cancelled, a);
        memcpy(key.bytes, a->key, sizeof(key.bytes));
        r = attachment_file_seal(job->source, job->target, &key, a->size, &job->cancelled, &hash);
        sodium_memzero(&key, sizeof(key));
        memcpy(a->hash, hash.bytes, sizeof(a->hash));
        return r;
}

static int verify(AttachmentJob *job)
{
        if (fdatasync(job->source) < 0)
                return -errno;
        return attachment_file_open(job->source, &job->attachment, -1, &job->cancelled);
}

static int save(AttachmentJob *job)
{
        int r;

        r = attachment_file_open(job->source, &job->attachment, -1, &job->cancelled);
        return r != 0 ? r : attachment_file_open(job->source, &job->attachment, job->target, &job->cancelled);
}

static void run(gpointer data, gpointer userdata)
{
        AttachmentJob *job = data;

        if (atomic_load(&job->cancelled)) {
                job->result = -ECANCELED;
        } else {
                switch (job->kind) {
                case ATTACHMENT_SEAL:
                        job->result = seal(job);
                        break;
                case ATTACHMENT_VERIFY:
                        job->result = verify(job);
                        break;
                case ATTACHMENT_SAVE:
                        job->result = save(job);
                        break;
                }
        }
        g_idle_add_full(G_PRIORITY_DEFAULT, on_finished, job, NULL);
}

AttachmentJobs *attachment_jobs_new(void)
{
        AttachmentJobs *jobs = calloc(1, sizeof(*jobs));

        if (!jobs)
                return NULL;
        jobs->own = g_thread_pool_new(run, NULL, OWN_THREADS, FALSE, NULL);
        jobs->saves = g_thread_pool_new(run, NULL, ATTACHMENT_SAVES_MAX, FALSE, NULL);
        return jobs->own && jobs->saves ? jobs : attachment_jobs_free(jobs);
}

AttachmentJobs *attachment_jobs_free(AttachmentJobs *jobs)
{
        if (!jobs)
                return NULL;
        if (jobs->own)
                g_thread_pool_free(jobs->own, FALSE, FALSE);
        if (jobs->saves)
                g_thread_pool_free(jobs->saves, FALSE, FALSE);
        free(jobs);
        return NULL;
}

int attachment_job_start(AttachmentJobs *jobs, AttachmentJobKind kind, const ContentAttachment *attachment,
                         int source, int target, AttachmentJobDone done, void *userdata, AttachmentJob **out)
{
        GThreadPool *pool = kind == ATTACHMENT_SAVE ? jobs->saves : jobs->own;
        AttachmentJob *job = NULL;
        int r = 0;

        if (pool == jobs->saves && g_thread_pool_unprocessed(pool) > 0)
                r = PROBLEM_TOO_MANY_CALLS;
        if (r == 0)
                job = calloc(1, sizeof(*job));
        if (!job) {
                closep(&source);
                closep(&target);
                return r ? r : -ENOMEM;
        }
        job->kind = kind;
        job->attachment = *attachment;
        job->attachment.thumbnail = NULL;
        job->attachment.thumbnail_size = 0;
        job->source = source;
        job->target = target;
        job->done = done;
        job->userdata = userdata;
        *out = job;
        g_thread_pool_push(pool, job, NULL);
        return 0;
}

void attachment_job_cancel(AttachmentJob *job)
{
        if (!job)
                return;
        job->done = NULL;
        atomic_store(&job->cancelled, true);
}
