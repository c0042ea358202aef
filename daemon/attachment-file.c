/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/attachment-reader.h"
#include "daemon/cleanup.h"

/* How long a reader of a pipe can keep a thread from seeing that nobody wants the rest. */
enum { LOOK_MS = 200 };

/* What one chunk needs; wiped, as it holds what is in the file. */
typedef struct Buffers {
        uint8_t clear[BLOB_CHUNK_SIZE];
        uint8_t sealed[BLOB_SEALED_CHUNK_SIZE];
        BlobStream stream;
} Buffers;

static void buffers_freep(Buffers **buffers)
{
        if (!*buffers)
                return;
        sodium_memzero(*buffers, sizeof(**buffers));
        free(*buffers);
}

/* Bytes that were there: fewer than size only at the end. */
static ssize_t read_at(int fd, uint8_t *out, size_t size, uint64_t offset)
{
        size_t done = 0;

        while (done < size) {
                ssize_t n = pread(fd, out + done, size - done, (off_t)(offset + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                done += (size_t)n;
        }
        return (ssize_t)done;
}

/* Where a write can wait for a reader: in parts that poll() has said there is room for, so it never does. */
static int wait_writable(int fd, const atomic_bool *cancelled)
{
        struct pollfd p = {.fd = fd, .events = POLLOUT};

        while (!atomic_load(cancelled)) {
                int n = poll(&p, 1, LOOK_MS);

                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0)
                        return p.revents & POLLOUT ? 0 : p.revents & POLLNVAL ? -EBADF : -EPIPE;
        }
        return -ECANCELED;
}

static int write_all(int fd, const uint8_t *data, size_t size, const atomic_bool *cancelled)
{
        struct stat st;
        bool waits;

        if (fstat(fd, &st) < 0)
                return -errno;
        waits = !S_ISREG(st.st_mode);
        while (size > 0) {
                size_t part = waits && size > PIPE_BUF ? PIPE_BUF : size;
                ssize_t n;

                if (waits) {
                        int r = wait_writable(fd, cancelled);

                        if (r < 0)
                                return r;
                }
                n = write(fd, data, part);
                if (n < 0 && errno != EINTR && errno != EAGAIN)
                        return -errno;
                if (n > 0) {
                        data += n;
                        size -= (size_t)n;
                }
        }
        return 0;
}

/* ---- Sealing ---- */

static int seal_chunks(Buffers *b, int source, int target, uint64_t size, const atomic_bool *cancelled)
{
        uint64_t offset = 0;
        uint8_t more;
        int r;

        while (!blob_at_end(&b->stream)) {
                const size_t takes = blob_seal_takes(&b->stream);
                size_t sealed;

                if (atomic_load(cancelled))
                        return -ECANCELED;
                if (read_at(source, b->clear, takes, offset) != (ssize_t)takes)
                        return PROBLEM_ATTACHMENT_UNREADABLE;
                offset += takes;
                sealed = blob_seal(&b->stream, b->clear, b->sealed);
                r = write_all(target, b->sealed, sealed, cancelled);
                if (r < 0)
                        return r;
        }
        return read_at(source, &more, 1, size) == 0 ? 0 : PROBLEM_ATTACHMENT_UNREADABLE;
}

int attachment_file_seal(int source, int target, const BlobKey *key, uint64_t size, const atomic_bool *cancelled,
                         BlobHash *hash_out)
{
        _cleanup_(buffers_freep) Buffers *b = malloc(sizeof(*b));
        uint8_t header[BLOB_HEADER_SIZE];
        int r;

        if (!b)
                return -ENOMEM;
        randombytes_buf(header, sizeof(header));
        if (blob_seal_begin(&b->stream, key, size, header) != 0)
                return PROBLEM_ATTACHMENT_TOO_LARGE;
        r = write_all(target, header, sizeof(header), cancelled);
        if (r < 0)
                return r;
        r = seal_chunks(b, source, target, size, cancelled);
        if (r != 0)
                return r;
        blob_seal_end(&b->stream, hash_out);
        return fdatasync(target) < 0 ? -errno : 0;
}

/* ---- Opening ---- */

int attachment_file_open(int blob, const ContentAttachment *attachment, int target,
                         const atomic_bool *cancelled)
{
        _cleanup_(attachment_reader_freep) AttachmentReader *reader = NULL;
        int r, fd = fcntl(blob, F_DUPFD_CLOEXEC, 3);

        if (fd < 0)
                return -errno;
        r = attachment_reader_new(fd, attachment, &reader);
        while (r == 0) {
                const uint8_t *data;
                size_t size;

                if (atomic_load(cancelled))
                        return -ECANCELED;
                r = attachment_reader_next(reader, &data, &size);
                if (r == 0 && size == 0)
                        return 0;
                if (r == 0 && target >= 0)
                        r = write_all(target, data, size, cancelled);
        }
        return r;
}
