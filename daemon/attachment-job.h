/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment.h"

/*
 * What takes long with an attachment, beside the main loop: encrypting a file and making its thumbnail, looking whether a
 * blob is what its sender said, writing a file out. Two threads for our own work, and some more for writing to others, who may
 * be slow to read.
 */
typedef struct AttachmentJobs AttachmentJobs;
typedef struct AttachmentJob AttachmentJob;

enum { ATTACHMENT_SAVES_MAX = 8 };

/* Called once, from the main loop. result: 0, a Problem, or a negative errno. sealed has hash, thumbnail and size of a picture. */
typedef void (*AttachmentJobDone)(void *userdata, int result, const ContentAttachment *sealed);

AttachmentJobs *attachment_jobs_new(void); /* NULL: no memory */
/* Every job must have been cancelled; what runs ends by itself. */
AttachmentJobs *attachment_jobs_free(AttachmentJobs *jobs);

typedef enum AttachmentJobKind {
        ATTACHMENT_SEAL,   /* source: the file; target: the blob */
        ATTACHMENT_VERIFY, /* source: the blob, which is made durable */
        ATTACHMENT_SAVE,   /* source: the blob; target: the file. Verifies all of it first */
} AttachmentJobKind;

/* Takes the descriptors, in any case. PROBLEM_TOO_MANY_CALLS: ATTACHMENT_SAVES_MAX are under way. -ENOMEM. */
int attachment_job_start(AttachmentJobs *jobs, AttachmentJobKind kind, const ContentAttachment *attachment,
                         int source, int target, AttachmentJobDone done, void *userdata, AttachmentJob **out);
void attachment_job_cancel(AttachmentJob *job); /* done is not called; accepts NULL */
