/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment-job.h"
#include "daemon/attachment-transfer.h"

/*
 * Fetches what is to be fetched, in order of the messages, into the folder of attachments, as it is on the server. It counts as
 * complete once all of it is verified. What was cut goes on with what is there.
 */
typedef struct Download Download;

/* NULL: no memory. */
Download *download_new(Store *store, ServerLink *link, AttachmentJobs *jobs, int folder,
                       const TransferHandler *handler, void *userdata);
Download *download_free(Download *download);

void download_pump(Download *download);
void download_link_changed(Download *download);
bool download_has(const Download *download, uint64_t message, uint64_t *done_out);
