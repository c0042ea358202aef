/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "server/inbox.h"
#include "server/metrics.h"
#include "wire/limits.h"

/*
 * The ciphertexts that are too large for an envelope: docs/protocol.md, "Blobs". An asynchronous interface, as that of
 * the store: a request is handed over by blobs_submit(), and comes back through the inbox of the thread that asked.
 * docs/decisions/0004-blobs.md says what another backend has to keep to.
 */
typedef struct Blobs Blobs;
typedef struct BlobRequest BlobRequest;

/* Results of a request: 0, one of these, or a negative errno (-ENOSPC: the disk is full, or as good as). */
typedef enum BlobResult {
        BLOB_NOT_FOUND = 1,
        BLOB_OVER_QUOTA,
        BLOB_IN_CONFLICT, /* another account's, of another size, or the offset does not go on from what is stored */
} BlobResult;

typedef enum BlobOperation {
        BLOB_PUT,         /* data at offset; comes back when `stored` is durable. No data: asks for `stored` */
        BLOB_GET,         /* BLOB_NOT_FOUND also while it is incomplete */
        BLOB_DELETE,      /* if it is the owner's */
        BLOB_DELETE_OWNED, /* all that are the owner's; done also tells where there is none */
} BlobOperation;

struct BlobRequest {
        InboxItem item;
        BlobOperation operation;
        int result;
        Inbox *inbox;                       /* where it comes back; NULL: nowhere, done is called on any thread */
        void (*done)(BlobRequest *request); /* on the inbox's thread; owns the request */

        char owner[WIRE_USER_NAME_MAX + 1]; /* but for BLOB_GET */
        uint8_t id[WIRE_BLOB_ID_SIZE];
        uint64_t size; /* of the whole: the same in each put; out for a get */
        uint64_t offset;
        const uint8_t *data; /* to put: the caller's, until it is done */
        size_t data_size;    /* to put; out for a get: fewer than asked for only at the end */
        size_t length;       /* to get: at most */
        uint8_t *read;       /* out, the caller's to free */
        uint64_t stored;     /* out */
};

typedef struct BlobLimits {
        uint64_t account_bytes; /* of all blobs of one owner; a small one counts as a block of a disk */
        uint64_t retention_ms;  /* since the first piece */
        uint64_t reserve_bytes; /* of the disk, which blobs leave free */
        size_t queue_max;       /* requests that wait, of each thread */
} BlobLimits;

/*
 * folder: the state folder, in which it makes what it needs. Negative errno as database_open() and
 * database_migrate() have it, or of the file system.
 */
int blobs_open(const char *folder, const BlobLimits *limits, Metrics *metrics, Blobs **out);
/* Whatever was submitted is done first. */
Blobs *blobs_close(Blobs *blobs);

/*
 * 0: it comes back by done(), whatever happens. -EBUSY: too many wait, and the request is still the caller's. Puts and
 * deletions of one thread take effect in the order in which they were submitted.
 */
int blobs_submit(Blobs *blobs, BlobRequest *request);
/* Without an answer, and without a limit on what waits. -ENOMEM. */
int blobs_delete_owned(Blobs *blobs, const char *owner);
