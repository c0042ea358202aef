/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments as blobs: sizes, what comes out again, and everything that is refused. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "e2ee/blob.h"

static const BlobKey key = {{"a key of exactly thirty-two byte"}};
static const uint8_t header[BLOB_HEADER_SIZE + 1] = "twenty-four header bytes";

static void fill(uint8_t *data, size_t size)
{
        for (size_t i = 0; i < size; i++)
                data[i] = (uint8_t)(i * 31 + (i >> 8) * 7 + 1);
}

static uint8_t *seal(uint64_t size, size_t *blob_bytes, BlobHash *hash)
{
        g_autofree uint8_t *chunk = g_malloc(BLOB_CHUNK_SIZE), *file = g_malloc(size + 1);
        uint8_t *blob = g_malloc(blob_size(size));
        size_t done = BLOB_HEADER_SIZE, taken = 0;
        BlobStream stream;

        fill(file, size);
        memcpy(blob, header, BLOB_HEADER_SIZE);
        g_assert_cmpint(blob_seal_begin(&stream, &key, size, header), ==, 0);
        while (!blob_at_end(&stream)) {
                const size_t takes = blob_seal_takes(&stream);

                memset(chunk, 0xaa, BLOB_CHUNK_SIZE);
                memcpy(chunk, file + taken, takes);
                taken += takes;
                done += blob_seal(&stream, chunk, blob + done);
        }
        blob_seal_end(&stream, hash);
        g_assert_cmpuint(taken, ==, size);
        g_assert_cmpuint(done, ==, blob_size(size));
        *blob_bytes = done;
        return blob;
}

/* What opening a blob comes to, and the file where that is 0. */
static int open_blob(const uint8_t *blob, size_t blob_bytes, uint64_t size, const BlobHash *hash)
{
        g_autofree uint8_t *expected = NULL, *out = g_malloc(BLOB_CHUNK_SIZE);
        size_t done = BLOB_HEADER_SIZE, given = 0;
        BlobStream stream;
        int r;

        r = blob_open_begin(&stream, &key, size, blob_bytes, blob);
        if (r != 0)
                return r;
        expected = g_malloc(size + 1);
        fill(expected, size);
        while (!blob_at_end(&stream)) {
                const size_t takes = blob_open_takes(&stream);
                size_t part = 0;

                g_assert_cmpuint(done + takes, <=, blob_bytes);
                r = blob_open(&stream, blob + done, out, &part);
                if (r != 0)
                        return r;
                g_assert_true(memcmp(out, expected + given, part) == 0);
                given += part;
                done += takes;
        }
        g_assert_cmpuint(done, ==, blob_bytes);
        g_assert_cmpuint(given, ==, size);
        return blob_open_end(&stream, hash);
}

static const uint64_t sizes[] = {
                0,
                1,
                4095,
                4096,
                4097,
                BLOB_CHUNK_SIZE - 1,
                BLOB_CHUNK_SIZE,
                BLOB_CHUNK_SIZE + 1,
                2 * 65536,
                131073,
                200000,
                3 * 1048576,
                3 * 1048576 + 1,
};

static void test_round(void)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
                BlobHash hash;
                size_t blob_bytes;
                g_autofree uint8_t *blob = seal(sizes[i], &blob_bytes, &hash);

                g_assert_cmpint(open_blob(blob, blob_bytes, sizes[i], &hash), ==, 0);
        }
}

static void test_sizes(void)
{
        uint64_t last = 0;

        g_assert_cmpuint(blob_padded_size(0), ==, 4096);
        g_assert_cmpuint(blob_padded_size(4096), ==, 4096);
        g_assert_cmpuint(blob_padded_size(4097), ==, 4608);
        g_assert_cmpuint(blob_padded_size(8191), ==, 8192);
        g_assert_cmpuint(blob_padded_size(8193), ==, 9216);
        g_assert_cmpuint(blob_padded_size(100 * 1024 * 1024), ==, 104 * 1024 * 1024);
        g_assert_cmpuint(blob_padded_size(BLOB_FILE_MAX), ==, BLOB_FILE_MAX);
        g_assert_cmpuint(blob_padded_size(BLOB_FILE_MAX + 1), ==, 0);
        g_assert_cmpuint(blob_padded_size(UINT64_MAX), ==, 0);
        g_assert_cmpuint(blob_size(UINT64_MAX), ==, 0);
        g_assert_cmpuint(blob_size(1), ==, 24 + 4096 + 17);
        g_assert_cmpuint(blob_size(65537), ==, 24 + 73728 + 2 * 17);

        for (uint64_t size = 1; size <= BLOB_FILE_MAX / 3; size = size * 3 / 2 + 1) {
                const uint64_t padded = blob_padded_size(size);

                g_assert_cmpuint(padded, >=, size);
                g_assert_cmpuint(padded, >=, last);
                g_assert_true(size <= 4096 || padded - size < size / 8 + 1);
                g_assert_cmpuint(blob_padded_size(padded), ==, padded);
                last = padded;
        }
}

static void test_largest_file(void)
{
        g_assert_cmpuint(blob_file_size_max(0), ==, 0);
        g_assert_cmpuint(blob_file_size_max(4096), ==, 0);
        g_assert_cmpuint(blob_file_size_max(UINT64_MAX), ==, BLOB_FILE_MAX);
        for (uint64_t limit = blob_size(1); limit < UINT64_C(1) << 32; limit = limit * 5 / 4 + 3) {
                const uint64_t size = blob_file_size_max(limit);

                g_assert_cmpuint(blob_size(size), <=, limit);
                g_assert_cmpuint(blob_size(size + 1), >, limit);
        }
}

/* Each byte of a short blob, and some of a long one. */
static void test_changed(void)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
                BlobHash hash;
                size_t blob_bytes;
                g_autofree uint8_t *blob = seal(sizes[i], &blob_bytes, &hash);
                const size_t step = blob_bytes / 40 + 1;

                for (size_t at = 0; at < blob_bytes; at += step) {
                        blob[at] ^= 1;
                        g_assert_cmpint(open_blob(blob, blob_bytes, sizes[i], &hash), ==, BLOB_FORGED);
                        blob[at] ^= 1;
                }
                hash.bytes[31] ^= 1;
                g_assert_cmpint(open_blob(blob, blob_bytes, sizes[i], &hash), ==, BLOB_WRONG_HASH);
        }
}

static void test_other_size(void)
{
        const uint64_t size = 200000;
        BlobHash hash;
        size_t blob_bytes;
        g_autofree uint8_t *blob = seal(size, &blob_bytes, &hash);

        g_assert_cmpint(open_blob(blob, blob_bytes - 1, size, &hash), ==, BLOB_WRONG_SIZE);
        g_assert_cmpint(open_blob(blob, blob_bytes + 1, size, &hash), ==, BLOB_WRONG_SIZE);
        g_assert_cmpint(open_blob(blob, BLOB_HEADER_SIZE, size, &hash), ==, BLOB_WRONG_SIZE);
        g_assert_cmpint(open_blob(blob, 0, size, &hash), ==, BLOB_WRONG_SIZE);
        g_assert_cmpint(open_blob(blob, blob_bytes, UINT64_MAX, &hash), ==, BLOB_WRONG_SIZE);
        /* A size that would cut the file within the same bucket: what is behind it is no padding. */
        g_assert_cmpuint(blob_size(size - 1000), ==, blob_bytes);
        g_assert_cmpint(open_blob(blob, blob_bytes, size - 1000, &hash), ==, BLOB_BAD_PADDING);
}

static void test_order(void)
{
        enum { SIZE = 4 * BLOB_CHUNK_SIZE };
        BlobHash hash;
        size_t blob_bytes;
        g_autofree uint8_t *blob = seal(SIZE, &blob_bytes, &hash);
        g_autofree uint8_t *first = g_malloc(BLOB_SEALED_CHUNK_SIZE);
        uint8_t *chunk = blob + BLOB_HEADER_SIZE;

        memcpy(first, chunk, BLOB_SEALED_CHUNK_SIZE);
        memmove(chunk, chunk + BLOB_SEALED_CHUNK_SIZE, BLOB_SEALED_CHUNK_SIZE);
        memcpy(chunk + BLOB_SEALED_CHUNK_SIZE, first, BLOB_SEALED_CHUNK_SIZE);
        g_assert_cmpint(open_blob(blob, blob_bytes, SIZE, &hash), ==, BLOB_FORGED);
        /* The same chunk twice. */
        memcpy(chunk, first, BLOB_SEALED_CHUNK_SIZE);
        g_assert_cmpint(open_blob(blob, blob_bytes, SIZE, &hash), ==, BLOB_FORGED);
}

/* A whole shorter blob of the same key: the end is marked, and must stand where the size puts it. */
static void test_truncated_with_size(void)
{
        enum { SIZE = 4 * BLOB_CHUNK_SIZE };
        BlobHash hash;
        size_t blob_bytes;
        g_autofree uint8_t *blob = seal(SIZE, &blob_bytes, &hash);
        const size_t cut = blob_bytes - BLOB_SEALED_CHUNK_SIZE;

        g_assert_cmpint(open_blob(blob, cut, SIZE - BLOB_CHUNK_SIZE, &hash), ==, BLOB_FORGED);
        /* And longer: a final chunk in the middle. */
        blob = g_realloc(blob, blob_bytes + BLOB_SEALED_CHUNK_SIZE);
        memset(blob + blob_bytes, 0, BLOB_SEALED_CHUNK_SIZE);
        g_assert_cmpint(open_blob(blob, blob_bytes + BLOB_SEALED_CHUNK_SIZE, SIZE + BLOB_CHUNK_SIZE, &hash),
                        ==, BLOB_FORGED);
}

/* Computed by another program with secretstream and BLAKE2b of PyNaCl, from docs/protocol-e2ee.md alone. */
static void test_vector(void)
{
        static const struct {
                uint64_t size;
                const char *hash;
        } vectors[] = {
                        {0, "7ba142f92e8077e996c43dd1451eafa9038bb0146b010eb8677f8b3d5b19bfbb"},
                        {1, "a51a4a04a4844407929dbec2f7d26eb34e931384ca5127a54ddac8d5eb6eeda3"},
                        {200000, "82b6ea9c1b35ba154d56632b94bdb0115adfdf68176bc17e383bc7d8c1290d85"},
        };

        for (unsigned i = 0; i < G_N_ELEMENTS(vectors); i++) {
                char hex[2 * BLOB_HASH_SIZE + 1];
                BlobHash hash;
                size_t blob_bytes;
                g_autofree uint8_t *blob = seal(vectors[i].size, &blob_bytes, &hash);

                sodium_bin2hex(hex, sizeof(hex), hash.bytes, sizeof(hash.bytes));
                g_assert_cmpstr(hex, ==, vectors[i].hash);
        }
}

int main(int argc, char **argv)
{
        if (sodium_init() < 0)
                return EXIT_FAILURE;
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/blob/round", test_round);
        g_test_add_func("/blob/sizes", test_sizes);
        g_test_add_func("/blob/largest-file", test_largest_file);
        g_test_add_func("/blob/changed", test_changed);
        g_test_add_func("/blob/other-size", test_other_size);
        g_test_add_func("/blob/order", test_order);
        g_test_add_func("/blob/truncated-with-size", test_truncated_with_size);
        g_test_add_func("/blob/vector", test_vector);
        return g_test_run();
}
