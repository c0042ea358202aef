/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-reader.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/cleanup.h"
#include "e2ee/blob.h"

struct AttachmentReader {
        uint8_t clear[BLOB_CHUNK_SIZE];
        uint8_t sealed[BLOB_SEALED_CHUNK_SIZE];
        BlobStream stream;
        BlobHash hash; /* as it is to be */
        uint64_t offset;
        int blob;
};

/* size bytes: 0, PROBLEM_ATTACHMENT_DAMAGED where there are fewer, or a negative errno. */
static int read_exactly(AttachmentReader *reader, uint8_t *out, size_t size)
{
        size_t done = 0;

        while (done < size) {
                ssize_t n = pread(reader->blob, out + done, size - done, (off_t)(reader->offset + done));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return PROBLEM_ATTACHMENT_DAMAGED;
                done += (size_t)n;
        }
        reader->offset += size;
        return 0;
}

static int begin(AttachmentReader *reader, const ContentAttachment *attachment)
{
        uint8_t header[BLOB_HEADER_SIZE];
        struct stat st;
        BlobKey key;
        int r;

        if (fstat(reader->blob, &st) < 0)
                return -errno;
        r = read_exactly(reader, header, sizeof(header));
        if (r != 0)
                return r;
        memcpy(key.bytes, attachment->key, sizeof(key.bytes));
        memcpy(reader->hash.bytes, attachment->hash, sizeof(reader->hash.bytes));
        r = blob_open_begin(&reader->stream, &key, attachment->size, (uint64_t)st.st_size, header);
        sodium_memzero(&key, sizeof(key));
        return r == 0 ? 0 : (int)PROBLEM_ATTACHMENT_DAMAGED;
}

int attachment_reader_new(int blob, const ContentAttachment *attachment, AttachmentReader **out)
{
        _cleanup_(attachment_reader_freep) AttachmentReader *reader = malloc(sizeof(*reader));
        int r;

        if (!reader) {
                closep(&blob);
                return -ENOMEM;
        }
        reader->blob = blob;
        reader->offset = 0;
        r = begin(reader, attachment);
        if (r != 0)
                return r;
        *out = reader;
        reader = NULL;
        return 0;
}

AttachmentReader *attachment_reader_free(AttachmentReader *reader)
{
        if (!reader)
                return NULL;
        closep(&reader->blob);
        sodium_memzero(reader, sizeof(*reader));
        free(reader);
        return NULL;
}

int attachment_reader_next(AttachmentReader *reader, const uint8_t **data_out, size_t *size_out)
{
        int r;

        *data_out = reader->clear;
        *size_out = 0;
        while (*size_out == 0) { /* a chunk may be all padding */
                const size_t takes = blob_open_takes(&reader->stream);

                if (blob_at_end(&reader->stream))
                        return blob_open_end(&reader->stream, &reader->hash) == 0 ? 0
                                                                                 : (int)PROBLEM_ATTACHMENT_DAMAGED;
                r = read_exactly(reader, reader->sealed, takes);
                if (r != 0)
                        return r;
                if (blob_open(&reader->stream, reader->sealed, reader->clear, size_out) != 0)
                        return PROBLEM_ATTACHMENT_DAMAGED;
        }
        return 0;
}
