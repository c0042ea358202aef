/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sodium.h>
#include <stdint.h>

/*
 * A file as it lies on the server and on disks: docs/protocol-e2ee.md, "Attachments". It is padded, so that
 * the size does not name it, and sealed in chunks by libsodium's secretstream under a key of its own: a
 * header, then chunks of BLOB_CHUNK_SIZE bytes with BLOB_CHUNK_OVERHEAD bytes more each, the last of them
 * shorter and marked as the last.
 *
 * Nobody needs the whole in memory: the caller reads, hands over a chunk, and writes.
 */
enum {
        BLOB_KEY_SIZE = 32,
        BLOB_HASH_SIZE = 32,
        BLOB_HEADER_SIZE = 24,
        BLOB_CHUNK_SIZE = 64 * 1024,
        BLOB_CHUNK_OVERHEAD = 17,
        BLOB_SEALED_CHUNK_SIZE = BLOB_CHUNK_SIZE + BLOB_CHUNK_OVERHEAD,
        BLOB_PADDED_MIN = 4096,
};

#define BLOB_FILE_MAX (UINT64_C(1) << 40)

enum {
        BLOB_WRONG_SIZE = 1,  /* there is less or more of it than the file's size asks for; or beyond
                                 BLOB_FILE_MAX */
        BLOB_FORGED = 2,      /* not what the key has sealed: another place, another chunk, another end */
        BLOB_BAD_PADDING = 3, /* sealed by the right key, but not as it is to be */
        BLOB_WRONG_HASH = 4,
};

typedef struct BlobKey {
        uint8_t bytes[BLOB_KEY_SIZE];
} BlobKey;

typedef struct BlobHash {
        uint8_t bytes[BLOB_HASH_SIZE]; /* BLAKE2b of all bytes of the blob */
} BlobHash;

uint64_t blob_padded_size(uint64_t file_size);  /* 0: beyond BLOB_FILE_MAX */
uint64_t blob_size(uint64_t file_size);         /* of the blob of such a file; 0: likewise */
uint64_t blob_file_size_max(uint64_t blob_max); /* the largest file whose blob has no more bytes than this */

/* Sealing and opening walk over the same chunks. What both know; to be wiped with its owner. */
typedef struct BlobStream {
        crypto_secretstream_xchacha20poly1305_state cipher;
        crypto_generichash_state hash;
        uint64_t file_left;   /* bytes of the file that have not passed yet */
        uint64_t padded_left; /* the same with padding: 0 at the end */
} BlobStream;

/*
 * header is 24 fresh random bytes of the caller's, and the beginning of the blob. BLOB_WRONG_SIZE: file_size
 * is beyond BLOB_FILE_MAX.
 */
int blob_seal_begin(BlobStream *stream, const BlobKey *key, uint64_t file_size,
                    const uint8_t header[static BLOB_HEADER_SIZE]);
/* Bytes of the file that the next chunk takes: BLOB_CHUNK_SIZE, but for the last ones, which may take none.
 */
size_t blob_seal_takes(const BlobStream *stream);
/*
 * Seals the next chunk of exactly so many bytes. chunk has room for BLOB_CHUNK_SIZE bytes, and gets the
 * padding; out for BLOB_SEALED_CHUNK_SIZE. Returns the bytes of out.
 */
size_t blob_seal(BlobStream *stream, uint8_t *chunk, uint8_t *out);
/* At the end. */
void blob_seal_end(BlobStream *stream, BlobHash *out);

/*
 * blob_bytes is the size that the blob really has. BLOB_WRONG_SIZE: it is not that of a file of file_size
 * bytes.
 */
int blob_open_begin(BlobStream *stream, const BlobKey *key, uint64_t file_size, uint64_t blob_bytes,
                    const uint8_t header[static BLOB_HEADER_SIZE]);
/* Bytes of the blob that the next call of blob_open() takes. */
size_t blob_open_takes(const BlobStream *stream);
/*
 * Opens the next chunk of exactly so many bytes; out has room for BLOB_CHUNK_SIZE. *size_out are bytes of
 * the file, without padding. 0, BLOB_FORGED, or BLOB_BAD_PADDING; after those the stream is of no more use.
 */
int blob_open(BlobStream *stream, const uint8_t *sealed, uint8_t *out, size_t *size_out);
/* At the end: 0 or BLOB_WRONG_HASH. What came out before is worth nothing then. */
int blob_open_end(BlobStream *stream, const BlobHash *expected);

/* Nothing is left to be sealed or opened. */
static inline int blob_at_end(const BlobStream *stream)
{
        return stream->padded_left == 0;
}

void blob_stream_wipe(BlobStream *stream);
