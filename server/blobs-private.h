/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/blobs.h"
#include "server/queue.h"
#include "server/store-blobs.h"

/*
 * The backend for one machine: a file for each blob, `blobs/ab/ID`, and a row for each in `blobs.db`. The row is what
 * counts: a file may have more than its row says, and never less. Private to the files blobs*.c.
 *
 * The **writer** takes the pieces that have come, writes them, syncs each file once, and then commits the rows together. The
 * **reader** answers from rows and files. A blob that is deleted is a row of `gone` first; its file follows.
 */
enum {
        BLOBS_BATCH_MAX = 64, /* requests that share syncs and a commit */
        BLOBS_UPKEEP_MS = 1000,
        BLOBS_UPKEEP_MAX = 64, /* of what there is to do, before requests get their turn */
        BLOB_PATH_SIZE = 3 + 2 * WIRE_BLOB_ID_SIZE + 1,
};

struct Blobs {
        BlobLimits limits;
        int folder; /* `blobs` */
        Queue to_writer, to_reader;
        pthread_t writer, reader;
        unsigned threads_started;

        /* The writer's alone. */
        Database *database;
        MetricsShard *metrics;
        uint64_t count, bytes; /* of all blobs, for the metrics */
        uint64_t expired_ms;   /* monotonic: when the last walk began; 0: none has */
        bool expiring;
        int next_folder; /* to be looked through for files without a row; 256: all have been */

        /* The reader's alone. */
        Database *reading;
        MetricsShard *reader_metrics;
};

void blob_path(const uint8_t id[static WIRE_BLOB_ID_SIZE], char out[static BLOB_PATH_SIZE]);
void blobs_count(Blobs *blobs, int64_t count, int64_t bytes); /* so many more */

/* blobs-write.c. Sets their results; of one transaction. */
void blobs_put(Blobs *blobs, BlobRequest *const *requests, size_t count);
int blobs_delete(Blobs *blobs, const BlobRequest *request);

/* blobs-read.c */
void *blobs_reader_run(void *data); /* the Blobs */
void blobs_send_back(BlobRequest *request);

/* blobs-upkeep.c. True: there is more to do. */
bool blobs_upkeep(Blobs *blobs);
