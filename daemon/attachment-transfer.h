/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment.h"
#include "daemon/server-link.h"
#include "daemon/store.h"
#include "e2ee/peer.h"

/*
 * What uploading and downloading share. One attachment at a time goes each way, a few pieces ahead of the answers: the
 * link is filled, and a text that is written meanwhile has half a second of data before it on a slow one, not the whole
 * file.
 */
enum {
        TRANSFER_WINDOW = 4, /* pieces under way */
        TRANSFER_PIECE = WIRE_BLOB_PIECE_MAX,
};

typedef struct TransferHandler {
        void (*progress)(void *userdata, uint64_t message, uint64_t done); /* bytes of the blob */
        void (*changed)(void *userdata); /* the store has changed; there may be something to send */
} TransferHandler;

/* The contact of a message is told of in the same transaction: the transfer is another now. */
int transfer_set(Store *store, uint64_t message, AttachmentTransfer transfer, Problem problem);
/* In the caller's transaction: the message will not leave, and nothing of its file is kept. */
int transfer_fail_message(Store *store, uint64_t message, Problem reason);
/* The contact of a message: 0 or STORE_CONTACT_NONE. */
int transfer_contact(Store *store, uint64_t message, int64_t *out);

/* How long to wait for a server that says this. */
uint32_t transfer_pause_ms(const Wire__ServerFrame *frame);
/* PROBLEM_NONE where it is worth trying again. */
Problem transfer_problem(const Wire__ServerFrame *frame);
