/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment-transfer.h"

/*
 * Brings encrypted files to the server, in order of their messages, and lets each message into the outbox once its file
 * is whole there. What was cut goes on where the server says.
 */
typedef struct Upload Upload;

/* folder: of attachments. NULL: no memory. */
Upload *upload_new(Store *store, const PeerSelf *self, ServerLink *link, int folder, const TransferHandler *handler,
                   void *userdata);
Upload *upload_free(Upload *upload);

void upload_pump(Upload *upload); /* after whatever may have made something ready, or taken something away */
void upload_link_changed(Upload *upload);
/* Bytes of the blob that are durable on the server, where this is the one that is under way. */
bool upload_has(const Upload *upload, uint64_t message, uint64_t *done_out);
