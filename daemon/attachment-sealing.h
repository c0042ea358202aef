/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachments.h"

/* From a program's file to an encrypted one that can be uploaded, with the message that it belongs to. */
typedef struct AttachmentSealing AttachmentSealing;

/* changed: one is ready to be uploaded, or has failed. NULL: no memory. */
AttachmentSealing *attachment_sealing_new(Store *store, const PeerSelf *self, AttachmentJobs *jobs, int folder,
                                          void (*changed)(void *userdata), void *userdata);
AttachmentSealing *attachment_sealing_free(AttachmentSealing *sealing);

/* As attachments_send(); blob_max: what the server takes. */
int attachment_sealing_queue(AttachmentSealing *sealing, const AttachmentToSend *file, uint64_t blob_max, Message *out);

/* At the beginning: whose encryption a process before did not finish. The descriptor is gone with it, so they fail. */
int attachment_sealing_fail_interrupted(Store *store);
