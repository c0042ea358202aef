/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/blobs-private.h"
#include "server/cleanup.h"
#include "server/log.h"

static int read_all(int fd, uint8_t *buffer, size_t size, uint64_t offset)
{
        size_t got = 0;

        while (got < size) {
                ssize_t n = pread(fd, buffer + got, size - got, (off_t)(offset + got));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return -EBADMSG; /* it has less than its row says */
                got += (size_t)n;
        }
        return 0;
}

static int read_piece(Blobs *blobs, BlobRequest *request)
{
        _cleanup_(closep) int fd = -1;
        _cleanup_(freep) uint8_t *buffer = NULL;
        char path[BLOB_PATH_SIZE];
        size_t size = 0;
        BlobRow row;
        int r;

        r = store_blobs_find(blobs->reading, request->id, &row);
        if (r < 0)
                return r;
        if (r == 0 || row.stored < row.size)
                return BLOB_NOT_FOUND;
        if (request->offset < row.size)
                size = row.size - request->offset < request->length ? row.size - request->offset : request->length;
        if (size > 0) {
                blob_path(request->id, path);
                fd = openat(blobs->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (fd < 0)
                        return errno == ENOENT ? BLOB_NOT_FOUND : -errno; /* deleted a moment ago */
                buffer = malloc(size);
                if (!buffer)
                        return -ENOMEM;
                r = read_all(fd, buffer, size, request->offset);
                if (r < 0)
                        return r;
        }
        metrics_add(blobs->reader_metrics, METRIC_BLOB_BYTES_OUT, size);
        request->size = row.size;
        request->data_size = size;
        request->read = buffer;
        buffer = NULL;
        return 0;
}

void *blobs_reader_run(void *data)
{
        Blobs *blobs = data;
        bool stopping = false;

        while (!stopping) {
                InboxItem *item;
                size_t count;

                item = queue_take(&blobs->to_reader, BLOBS_BATCH_MAX, 0, &count, &stopping);
                metrics_add(blobs->reader_metrics, METRIC_BLOB_REQUESTS_DONE, count);
                while (item) {
                        BlobRequest *request = (BlobRequest *)item;

                        item = item->next;
                        request->result = read_piece(blobs, request);
                        blobs_send_back(request);
                }
        }
        return NULL;
}
