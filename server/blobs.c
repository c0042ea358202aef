/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/blobs-private.h"
#include "server/cleanup.h"

/* "ab/abcd...": a folder has a 256th of all. */
void blob_path(const uint8_t id[static WIRE_BLOB_ID_SIZE], char out[static BLOB_PATH_SIZE])
{
        sodium_bin2hex(out, 3, id, 1);
        out[2] = '/';
        sodium_bin2hex(out + 3, 2 * WIRE_BLOB_ID_SIZE + 1, id, WIRE_BLOB_ID_SIZE);
}

void blobs_count(Blobs *blobs, int64_t count, int64_t bytes)
{
        blobs->count += (uint64_t)count;
        blobs->bytes += (uint64_t)bytes;
        metrics_set(blobs->metrics, METRIC_BLOBS, blobs->count);
        metrics_set(blobs->metrics, METRIC_BLOBS_BYTES, blobs->bytes);
}

void blobs_send_back(BlobRequest *request)
{
        if (request->inbox)
                inbox_post(request->inbox, &request->item);
        else
                request->done(request);
}

/* Puts that follow one another share their syncs and a commit. */
static void run(Blobs *blobs, InboxItem *first)
{
        BlobRequest *puts[BLOBS_BATCH_MAX];

        while (first) {
                BlobRequest *request = (BlobRequest *)first;
                size_t count = 0;

                while (first && ((BlobRequest *)first)->operation == BLOB_PUT) {
                        puts[count++] = (BlobRequest *)first;
                        first = first->next;
                }
                if (count > 0) {
                        blobs_put(blobs, puts, count);
                        for (size_t i = 0; i < count; i++)
                                blobs_send_back(puts[i]);
                } else {
                        first = first->next;
                        request->result = blobs_delete(blobs, request);
                        blobs_send_back(request);
                }
        }
}

static void *writer_run(void *data)
{
        Blobs *blobs = data;
        bool stopping = false, more = true;

        while (!stopping) {
                InboxItem *first;
                size_t count;

                first = queue_take(&blobs->to_writer, BLOBS_BATCH_MAX, more ? 1 : BLOBS_UPKEEP_MS, &count, &stopping);
                run(blobs, first);
                metrics_add(blobs->metrics, METRIC_BLOB_REQUESTS_DONE, count);
                if (!stopping)
                        more = blobs_upkeep(blobs);
        }
        return NULL;
}

static void run_done(InboxItem *item, void *owner)
{
        BlobRequest *request = (BlobRequest *)item;

        request->done(request);
}

int blobs_submit(Blobs *blobs, BlobRequest *request)
{
        request->item.run = run_done;
        return queue_put(request->operation == BLOB_GET ? &blobs->to_reader : &blobs->to_writer, &request->item,
                         blobs->limits.queue_max);
}

static void free_request(BlobRequest *request)
{
        free(request);
}

int blobs_delete_owned(Blobs *blobs, const char *owner)
{
        BlobRequest *request = calloc(1, sizeof(BlobRequest));

        if (!request)
                return -ENOMEM;
        request->operation = BLOB_DELETE_OWNED;
        request->done = free_request;
        memcpy(request->owner, owner, strlen(owner) + 1);
        return queue_put(&blobs->to_writer, &request->item, 0);
}

static int open_folders(Blobs *blobs, const char *folder)
{
        _cleanup_(freep) char *path = NULL;

        if (asprintf(&path, "%s/blobs", folder) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return -errno;
        blobs->folder = open(path, O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return blobs->folder < 0 ? -errno : 0;
}

static int open_index(Blobs *blobs, const char *folder)
{
        _cleanup_(freep) char *path = NULL;
        BlobTotal total = {};
        int r;

        if (asprintf(&path, "%s/blobs.db", folder) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        r = store_blobs_open(path, &blobs->database, &blobs->reading);
        if (r < 0)
                return r;
        r = store_blobs_total(blobs->database, &total);
        blobs_count(blobs, total.count, total.bytes);
        return r;
}

static int start_threads(Blobs *blobs)
{
        static void *(*const mains[])(void *) = {writer_run, blobs_reader_run};
        pthread_t *const threads[] = {&blobs->writer, &blobs->reader};

        for (unsigned i = 0; i < sizeof(mains) / sizeof(mains[0]); i++) {
                int r = pthread_create(threads[i], NULL, mains[i], blobs);

                if (r != 0)
                        return -r;
                blobs->threads_started++;
        }
        return 0;
}

Blobs *blobs_close(Blobs *blobs)
{
        if (!blobs)
                return NULL;
        queue_stop(&blobs->to_writer);
        queue_stop(&blobs->to_reader);
        if (blobs->threads_started > 0)
                pthread_join(blobs->writer, NULL);
        if (blobs->threads_started > 1)
                pthread_join(blobs->reader, NULL);
        database_close(blobs->reading);
        database_close(blobs->database);
        queue_deinit(&blobs->to_writer);
        queue_deinit(&blobs->to_reader);
        closep(&blobs->folder);
        free(blobs);
        return NULL;
}

static void blobs_closep(Blobs **blobs)
{
        blobs_close(*blobs);
}

int blobs_open(const char *folder, const BlobLimits *limits, Metrics *metrics, Blobs **out)
{
        _cleanup_(blobs_closep) Blobs *blobs = NULL;
        int r;

        blobs = calloc(1, sizeof(Blobs));
        if (!blobs)
                return -ENOMEM;
        blobs->limits = *limits;
        blobs->folder = -1;
        blobs->metrics = metrics_shard(metrics);
        blobs->reader_metrics = metrics_shard(metrics);
        queue_init(&blobs->to_writer);
        queue_init(&blobs->to_reader);
        r = open_folders(blobs, folder);
        if (r < 0)
                return r;
        r = open_index(blobs, folder);
        if (r < 0)
                return r;
        r = start_threads(blobs);
        if (r < 0)
                return r;
        *out = blobs;
        blobs = NULL;
        return 0;
}
