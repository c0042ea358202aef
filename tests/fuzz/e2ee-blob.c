/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A blob that a server hands out: the size that the sender stated, 8 bytes, and any bytes. What opens is
 * what sealing its content again gives, byte for byte: there is one blob for each file, key and header.
 */
#include <stdlib.h>
#include <string.h>

#include "e2ee/blob.h"
#include "e2ee/bytes.h"
#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const BlobKey key = {{"a key of exactly thirty-two byte"}};

static void seal_again(BlobStream *stream, uint8_t *chunk, size_t part, const uint8_t *expected)
{
        static uint8_t sealed[BLOB_SEALED_CHUNK_SIZE];
        size_t size;

        fuzz_expect(blob_seal_takes(stream) == part);
        size = blob_seal(stream, chunk, sealed);
        fuzz_expect(memcmp(sealed, expected, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static uint8_t out[BLOB_CHUNK_SIZE];
        ByteReader reader = byte_reader(data, size);
        uint64_t file_size = read_u64(&reader), given = 0;
        const uint64_t blob_bytes = reader.left;
        const uint8_t *header = read_view(&reader, BLOB_HEADER_SIZE);
        BlobStream stream, again;
        BlobHash hash;

        if (!header || blob_open_begin(&stream, &key, file_size, blob_bytes, header) != 0)
                return 0;
        fuzz_expect(blob_seal_begin(&again, &key, file_size, header) == 0);
        while (!blob_at_end(&stream)) {
                const uint8_t *sealed = read_view(&reader, blob_open_takes(&stream));
                size_t part = 0;

                fuzz_expect(sealed != NULL); /* the size was right, so there is enough */
                if (blob_open(&stream, sealed, out, &part) != 0)
                        return 0;
                seal_again(&again, out, part, sealed);
                given += part;
        }
        fuzz_expect(reader_done(&reader) && given == file_size);
        blob_seal_end(&again, &hash);
        fuzz_expect(blob_open_end(&stream, &hash) == 0);
        return 0;
}
