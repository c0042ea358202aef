/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "server/blobs-private.h"
#include "server/cleanup.h"
#include "server/clock.h"
#include "server/log.h"

/* A blob that a batch has pieces for. Its row is as it will be after the batch. */
typedef struct OpenBlob {
        uint8_t id[WIRE_BLOB_ID_SIZE];
        BlobRow row;
        int fd;
        bool is_new, changed;
        int error; /* for all further pieces of the batch */
} OpenBlob;

typedef struct Batch {
        Blobs *blobs;
        uint64_t room; /* that the disk has for pieces */
        size_t count;
        OpenBlob open[BLOBS_BATCH_MAX];
        OpenBlob *of[BLOBS_BATCH_MAX]; /* each request's; NULL: it has its result already */
} Batch;

static uint64_t room_on_disk(const Blobs *blobs)
{
        struct statvfs info;
        uint64_t available;

        if (fstatvfs(blobs->folder, &info) < 0)
                return UINT64_MAX; /* the write tells */
        available = (uint64_t)info.f_bavail * info.f_frsize;
        return available > blobs->limits.reserve_bytes ? available - blobs->limits.reserve_bytes : 0;
}

static uint64_t charge(const BlobRow *row)
{
        return row->size > BLOB_CHARGE_MIN ? row->size : BLOB_CHARGE_MIN;
}

/* With what the batch adds for the same owner. */
static int check_quota(const Batch *batch, const BlobRow *row)
{
        uint64_t used = 0;
        int r;

        r = store_blobs_charged(batch->blobs->database, row->owner, &used);
        if (r < 0)
                return r;
        for (size_t i = 0; i < batch->count; i++)
                if (batch->open[i].is_new && strcmp(batch->open[i].row.owner, row->owner) == 0)
                        used += charge(&batch->open[i].row);
        return charge(row) > batch->blobs->limits.account_bytes ||
                               used > batch->blobs->limits.account_bytes - charge(row)
                       ? BLOB_OVER_QUOTA
                       : 0;
}

static int begin_new(Batch *batch, const BlobRequest *request, OpenBlob *blob)
{
        int r;

        r = store_blobs_is_gone(batch->blobs->database, request->id);
        if (r != 0)
                return r < 0 ? r : BLOB_IN_CONFLICT;
        if (request->offset != 0)
                return BLOB_IN_CONFLICT;
        *blob = (OpenBlob){.fd = -1, .is_new = true};
        memcpy(blob->row.owner, request->owner, sizeof(blob->row.owner));
        blob->row.size = request->size;
        return check_quota(batch, &blob->row);
}

/* Its place in the batch; *out NULL: there is no such blob, and a request without data makes none. */
static int find_blob(Batch *batch, const BlobRequest *request, OpenBlob **out)
{
        OpenBlob *blob = &batch->open[batch->count];
        int r;

        for (size_t i = 0; i < batch->count; i++)
                if (memcmp(batch->open[i].id, request->id, sizeof(request->id)) == 0) {
                        *out = &batch->open[i];
                        return 0;
                }
        *out = NULL;
        *blob = (OpenBlob){.fd = -1};
        r = store_blobs_find(batch->blobs->database, request->id, &blob->row);
        if (r < 0)
                return r;
        if (r == 0 && request->data_size == 0)
                return 0;
        if (r == 0) {
                r = begin_new(batch, request, blob);
                if (r != 0)
                        return r;
        }
        memcpy(blob->id, request->id, sizeof(blob->id));
        *out = blob;
        batch->count++;
        return 0;
}

/* The folder of a path. */
static int make_folder(const Blobs *blobs, const char *path)
{
        const char name[] = {path[0], path[1], '\0'};

        return mkdirat(blobs->folder, name, 0700) < 0 || fsync(blobs->folder) < 0 ? -errno : 0;
}

static int open_file(const Batch *batch, OpenBlob *blob)
{
        const int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW;
        int folder = batch->blobs->folder, r;
        char path[BLOB_PATH_SIZE];

        if (blob->fd >= 0)
                return 0;
        blob_path(blob->id, path);
        /* What is left of a file that has no row is overwritten. */
        blob->fd = openat(folder, path, flags | (blob->is_new ? O_CREAT | O_TRUNC : 0), 0600);
        if (blob->fd < 0 && errno == ENOENT && blob->is_new) {
                r = make_folder(batch->blobs, path);
                if (r < 0)
                        return r;
                blob->fd = openat(folder, path, flags | O_CREAT | O_TRUNC, 0600);
        }
        return blob->fd < 0 ? -errno : 0;
}

static int write_piece(Batch *batch, OpenBlob *blob, const BlobRequest *request)
{
        size_t written = 0;
        int r;

        if (batch->room < request->data_size)
                return -ENOSPC;
        r = open_file(batch, blob);
        if (r < 0)
                return r;
        while (written < request->data_size) {
                ssize_t n = pwrite(blob->fd, request->data + written, request->data_size - written,
                                   (off_t)(request->offset + written));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                written += (size_t)n;
        }
        batch->room -= request->data_size;
        blob->row.stored += request->data_size;
        blob->changed = true;
        metrics_add(batch->blobs->metrics, METRIC_BLOB_BYTES_IN, request->data_size);
        return 0;
}

/* Sets the request's result, or what it will be if the batch succeeds. */
static void put_piece(Batch *batch, BlobRequest *request, OpenBlob **of)
{
        OpenBlob *blob;

        *of = NULL;
        request->stored = 0;
        request->result = find_blob(batch, request, &blob);
        if (request->result != 0 || !blob)
                return;
        if (strcmp(blob->row.owner, request->owner) != 0 || blob->row.size != request->size) {
                request->result = BLOB_IN_CONFLICT;
                return;
        }
        if (blob->error != 0) {
                request->result = blob->error;
                return;
        }
        if (request->data_size > 0 && request->offset + request->data_size > blob->row.stored) {
                request->result = BLOB_IN_CONFLICT;
                if (request->offset == blob->row.stored)
                        request->result = blob->error = write_piece(batch, blob, request);
                if (request->result != 0)
                        return;
        } /* a piece that is there already is answered as the first */
        request->stored = blob->row.stored;
        *of = blob;
}

/* The name of a new file is in its folder, which has to be on the disk as well. */
static int sync_folder(const Batch *batch, const OpenBlob *blob)
{
        char path[BLOB_PATH_SIZE];
        _cleanup_(closep) int fd = -1;

        blob_path(blob->id, path);
        path[2] = '\0';
        fd = openat(batch->blobs->folder, path, O_DIRECTORY | O_CLOEXEC);
        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int sync_blob(const Batch *batch, const OpenBlob *blob)
{
        if (fdatasync(blob->fd) < 0)
                return -errno;
        return blob->is_new ? sync_folder(batch, blob) : 0;
}

static int commit(Batch *batch)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        Database *database = batch->blobs->database;
        uint64_t now_ms = clock_wall_ms();
        int64_t count = 0, bytes = 0;
        int r;

        r = transaction_begin(database, &transaction);
        if (r < 0)
                return r;
        for (size_t i = 0; i < batch->count; i++) {
                OpenBlob *blob = &batch->open[i];

                if (!blob->changed)
                        continue;
                r = store_blobs_put(database, blob->id, &blob->row, now_ms);
                if (r < 0)
                        return r;
                if (blob->is_new) {
                        count++;
                        bytes += (int64_t)blob->row.size;
                }
        }
        r = transaction_commit(&transaction);
        if (r >= 0)
                blobs_count(batch->blobs, count, bytes);
        return r;
}

/* The rows say more only when the files have it. One that cannot be synced takes no part. */
static int make_durable(Batch *batch)
{
        bool any = false;

        for (size_t i = 0; i < batch->count; i++) {
                OpenBlob *blob = &batch->open[i];
                int r;

                if (!blob->changed)
                        continue;
                r = sync_blob(batch, blob);
                if (r < 0) {
                        blob->changed = false;
                        blob->error = r;
                }
                any = any || blob->changed;
        }
        return any ? commit(batch) : 0;
}

/* Of a new one of which nothing could be stored, no file stays. */
static void close_files(Batch *batch, bool committed)
{
        for (size_t i = 0; i < batch->count; i++) {
                OpenBlob *blob = &batch->open[i];
                char path[BLOB_PATH_SIZE];

                if (blob->fd >= 0 && blob->is_new && !(blob->changed && committed)) {
                        blob_path(blob->id, path);
                        (void)unlinkat(batch->blobs->folder, path, 0);
                }
                closep(&blob->fd);
        }
}

void blobs_put(Blobs *blobs, BlobRequest *const *requests, size_t count)
{
        Batch batch = {.blobs = blobs, .room = room_on_disk(blobs)};
        int r;

        for (size_t i = 0; i < count; i++)
                put_piece(&batch, requests[i], &batch.of[i]);
        r = make_durable(&batch);
        if (r < 0)
                log_error("blobs could not be stored: %s", strerror(-r));
        for (size_t i = 0; i < count; i++) {
                OpenBlob *blob = batch.of[i];

                if (blob && r < 0)
                        requests[i]->result = r;
                else if (blob && blob->fd >= 0 && !blob->changed)
                        requests[i]->result = blob->error;
        }
        close_files(&batch, r >= 0);
        metrics_add(blobs->metrics, METRIC_BLOB_PIECES, count);
}

int blobs_delete(Blobs *blobs, const BlobRequest *request)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        BlobTotal total = {};
        int r;

        r = transaction_begin(blobs->database, &transaction);
        if (r < 0)
                return r;
        if (request->operation == BLOB_DELETE)
                r = store_blobs_remove(blobs->database, request->id, request->owner, &total);
        else
                r = store_blobs_remove_owned(blobs->database, request->owner, &total);
        if (r < 0)
                return r;
        r = transaction_commit(&transaction);
        if (r < 0)
                return r;
        blobs_count(blobs, -total.count, -total.bytes);
        metrics_add(blobs->metrics, METRIC_BLOBS_DELETED, (uint64_t)total.count);
        return 0;
}
