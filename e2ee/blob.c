/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/blob.h"

#include <string.h>

_Static_assert(BLOB_KEY_SIZE == crypto_secretstream_xchacha20poly1305_KEYBYTES, "key");
_Static_assert(BLOB_HEADER_SIZE == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "header");
_Static_assert(BLOB_CHUNK_OVERHEAD == crypto_secretstream_xchacha20poly1305_ABYTES, "overhead");
_Static_assert(BLOB_HASH_SIZE == crypto_generichash_BYTES, "hash");

/* Eight buckets between a power of two and the next: never more than an eighth is padding, beyond the first
 * bucket. */
enum { BUCKETS_LOG2 = 3 };

uint64_t blob_padded_size(uint64_t file_size)
{
        uint64_t power = BLOB_PADDED_MIN, step;

        if (file_size > BLOB_FILE_MAX)
                return 0;
        if (file_size <= BLOB_PADDED_MIN)
                return BLOB_PADDED_MIN;
        while (power * 2 <= file_size)
                power *= 2;
        step = power >> BUCKETS_LOG2;
        return (file_size + step - 1) / step * step;
}

static uint64_t sealed_size(uint64_t padded)
{
        const uint64_t chunks = (padded + BLOB_CHUNK_SIZE - 1) / BLOB_CHUNK_SIZE;

        return BLOB_HEADER_SIZE + padded + chunks * BLOB_CHUNK_OVERHEAD;
}

uint64_t blob_size(uint64_t file_size)
{
        const uint64_t padded = blob_padded_size(file_size);

        return padded ? sealed_size(padded) : 0;
}

uint64_t blob_file_size_max(uint64_t blob_max)
{
        uint64_t power = BLOB_PADDED_MIN, step;

        if (sealed_size(power) > blob_max)
                return 0;
        while (power < BLOB_FILE_MAX && sealed_size(power * 2) <= blob_max)
                power *= 2;
        if (power >= BLOB_FILE_MAX)
                return BLOB_FILE_MAX;
        step = power >> BUCKETS_LOG2;
        while (sealed_size(power + step) <= blob_max)
                power += step;
        return power;
}

static size_t chunk_size(const BlobStream *stream)
{
        return stream->padded_left < BLOB_CHUNK_SIZE ? (size_t)stream->padded_left : BLOB_CHUNK_SIZE;
}

static size_t file_part(const BlobStream *stream)
{
        const size_t chunk = chunk_size(stream);

        return stream->file_left < chunk ? (size_t)stream->file_left : chunk;
}

static unsigned char tag_of(const BlobStream *stream)
{
        return stream->padded_left <= BLOB_CHUNK_SIZE ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                      : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

/* Both directions begin in the same state; init_push() would draw the header itself, here it is handed in.
 */
static int begin(BlobStream *stream, const BlobKey *key, uint64_t file_size, const uint8_t *header)
{
        const uint64_t padded = blob_padded_size(file_size);

        *stream = (BlobStream){.file_left = file_size, .padded_left = padded};
        if (padded == 0)
                return BLOB_WRONG_SIZE;
        crypto_secretstream_xchacha20poly1305_init_pull(&stream->cipher, header, key->bytes);
        crypto_generichash_init(&stream->hash, NULL, 0, BLOB_HASH_SIZE);
        crypto_generichash_update(&stream->hash, header, BLOB_HEADER_SIZE);
        return 0;
}

/* ---- Sealing ---- */

int blob_seal_begin(BlobStream *stream, const BlobKey *key, uint64_t file_size,
                    const uint8_t header[static BLOB_HEADER_SIZE])
{
        return begin(stream, key, file_size, header);
}

size_t blob_seal_takes(const BlobStream *stream)
{
        return file_part(stream);
}

size_t blob_seal(BlobStream *stream, uint8_t *chunk, uint8_t *out)
{
        const size_t size = chunk_size(stream), part = file_part(stream);

        memset(chunk + part, 0, size - part);
        crypto_secretstream_xchacha20poly1305_push(&stream->cipher, out, NULL, chunk, size, NULL, 0,
                                                   tag_of(stream));
        crypto_generichash_update(&stream->hash, out, size + BLOB_CHUNK_OVERHEAD);
        stream->file_left -= part;
        stream->padded_left -= size;
        return size + BLOB_CHUNK_OVERHEAD;
}

void blob_seal_end(BlobStream *stream, BlobHash *out)
{
        crypto_generichash_final(&stream->hash, out->bytes, sizeof(out->bytes));
        blob_stream_wipe(stream);
}

/* ---- Opening ---- */

int blob_open_begin(BlobStream *stream, const BlobKey *key, uint64_t file_size, uint64_t blob_bytes,
                    const uint8_t header[static BLOB_HEADER_SIZE])
{
        if (blob_size(file_size) != blob_bytes) {
                *stream = (BlobStream){0};
                return BLOB_WRONG_SIZE;
        }
        return begin(stream, key, file_size, header);
}

size_t blob_open_takes(const BlobStream *stream)
{
        return blob_at_end(stream) ? 0 : chunk_size(stream) + BLOB_CHUNK_OVERHEAD;
}

int blob_open(BlobStream *stream, const uint8_t *sealed, uint8_t *out, size_t *size_out)
{
        const size_t size = chunk_size(stream), part = file_part(stream);
        unsigned char tag;

        crypto_generichash_update(&stream->hash, sealed, size + BLOB_CHUNK_OVERHEAD);
        if (crypto_secretstream_xchacha20poly1305_pull(&stream->cipher, out, NULL, &tag, sealed,
                                                       size + BLOB_CHUNK_OVERHEAD, NULL, 0) != 0 ||
            tag != tag_of(stream))
                return BLOB_FORGED;
        if (!sodium_is_zero(out + part, size - part))
                return BLOB_BAD_PADDING;
        stream->file_left -= part;
        stream->padded_left -= size;
        *size_out = part;
        return 0;
}

int blob_open_end(BlobStream *stream, const BlobHash *expected)
{
        BlobHash hash;

        crypto_generichash_final(&stream->hash, hash.bytes, sizeof(hash.bytes));
        blob_stream_wipe(stream);
        return sodium_memcmp(hash.bytes, expected->bytes, sizeof(hash.bytes)) == 0 ? 0 : BLOB_WRONG_HASH;
}

void blob_stream_wipe(BlobStream *stream)
{
        sodium_memzero(stream, sizeof(*stream));
}
