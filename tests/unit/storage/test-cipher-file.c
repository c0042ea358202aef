/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An encrypted file behaves as a plain one would: random operations on both, and all bytes compared. */
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "storage/cipher-file.h"
#include "storage/wiping-memory.h"
#include "tests/unit/storage/folder.h"

enum {
        OPERATIONS = 3000,
        FILE_SIZE_MAX = 20 * CIPHER_BLOCK_SIZE,
        SPAN_MAX = 3 * CIPHER_BLOCK_SIZE,
};

typedef struct Fixture {
        Folder folder;
        CipherKeys keys;
        CipherId id;
        CipherRole role;
        sqlite3_file *lower;
        CipherFile file;
        GByteArray *model;
} Fixture;

static void open_file(Fixture *f)
{
        int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
        sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

        f->lower = g_malloc0((gsize)vfs->szOsFile);
        g_assert_cmpint(vfs->xOpen(vfs, f->folder.store, f->lower, flags, &flags), ==, SQLITE_OK);
        g_assert_cmpint(cipher_file_init(&f->file, &f->keys, &f->id, f->role, f->lower), ==, SQLITE_OK);
}

static void close_file(Fixture *f)
{
        g_assert_cmpint(cipher_file_flush(&f->file), ==, SQLITE_OK);
        cipher_file_deinit(&f->file);
        f->lower->pMethods->xClose(f->lower);
        g_clear_pointer(&f->lower, g_free);
}

static void set_up(Fixture *f, gconstpointer data)
{
        static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };

        g_assert_cmpint(wiping_memory_install(), ==, 0);
        g_assert_cmpint(sqlite3_initialize(), ==, SQLITE_OK);
        folder_init(&f->folder);
        f->role = (CipherRole)GPOINTER_TO_INT(data);
        cipher_keys_derive(&f->keys, &key);
        cipher_id_generate(&f->id);
        f->model = g_byte_array_new();
        open_file(f);
        if (f->role == CIPHER_MAIN) { /* the header's place is kept free */
                uint8_t header[CIPHER_HEADER_SIZE];

                cipher_header_encode(&f->keys, &f->id, header);
                g_assert_cmpint(f->lower->pMethods->xWrite(f->lower, header, sizeof(header), 0), ==, SQLITE_OK);
        }
}

static void tear_down(Fixture *f, gconstpointer data)
{
        close_file(f);
        g_byte_array_unref(f->model);
        folder_deinit(&f->folder);
}

static void model_resize(Fixture *f, guint size)
{
        guint before = f->model->len;

        g_byte_array_set_size(f->model, size);
        if (size > before)
                memset(f->model->data + before, 0, size - before);
}

static guint random_offset(void)
{
        /* Often at, or next to, a block's edge. */
        guint offset = (guint)g_test_rand_int_range(0, FILE_SIZE_MAX);

        switch (g_test_rand_int_range(0, 4)) {
        case 0:
                return offset - offset % CIPHER_BLOCK_SIZE;
        case 1:
                return offset - offset % CIPHER_BLOCK_SIZE + 24;
        default:
                return offset;
        }
}

static guint random_size(void)
{
        static const guint sizes[] = { 1, 24, CIPHER_BLOCK_SIZE, CIPHER_BLOCK_SIZE + 24, 2 * CIPHER_BLOCK_SIZE };

        if (g_test_rand_bit())
                return sizes[g_test_rand_int_range(0, G_N_ELEMENTS(sizes))];
        return (guint)g_test_rand_int_range(1, SPAN_MAX);
}

static void random_write(Fixture *f, guint offset)
{
        guint size = random_size();
        uint8_t data[SPAN_MAX];

        memset(data, g_test_rand_int_range(1, 256), size);
        data[size / 2] = (uint8_t)g_test_rand_int();
        g_assert_cmpint(cipher_file_write(&f->file, data, size, offset), ==, SQLITE_OK);
        if (f->model->len < offset + size)
                model_resize(f, offset + size);
        memcpy(f->model->data + offset, data, size);
}

static void read_and_compare(Fixture *f, guint offset, guint size)
{
        guint there = offset < f->model->len ? MIN(size, f->model->len - offset) : 0;
        g_autofree uint8_t *data = g_malloc(size + 1);
        int r;

        memset(data, 0xee, size + 1);
        r = cipher_file_read(&f->file, data, size, offset);
        g_assert_cmpint(r, ==, there == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ);
        if (there > 0)
                g_assert_cmpint(memcmp(data, f->model->data + offset, there), ==, 0);
        g_assert_true(sodium_is_zero(data + there, size - there));
        g_assert_cmpint(data[size], ==, 0xee);
}

static void test_as_plain(Fixture *f, gconstpointer data)
{
        for (unsigned i = 0; i < OPERATIONS; i++) {
                switch (g_test_rand_int_range(0, 12)) {
                case 0:
                        g_assert_cmpint(cipher_file_flush(&f->file), ==, SQLITE_OK);
                        break;
                case 1:
                        close_file(f);
                        open_file(f);
                        break;
                case 2: {
                        guint size = random_offset();

                        if (size > f->model->len && g_test_rand_bit())
                                break;
                        g_assert_cmpint(cipher_file_truncate(&f->file, size), ==, SQLITE_OK);
                        model_resize(f, size);
                        break;
                }
                case 3:
                case 4:
                case 5: /* appends, as a log does */
                        if (f->model->len < FILE_SIZE_MAX)
                                random_write(f, f->model->len);
                        break;
                case 6:
                case 7:
                        random_write(f, random_offset());
                        break;
                default:
                        read_and_compare(f, random_offset(), random_size());
                        break;
                }
                g_assert_cmpint(cipher_file_size(&f->file), ==, f->model->len);
        }
        read_and_compare(f, 0, f->model->len + 10);
        close_file(f);
        open_file(f);
        read_and_compare(f, 0, f->model->len + 10);
}

/* A log that was damaged in its middle ends there, and is written on from there. */
static void test_damaged_end(Fixture *f, gconstpointer data)
{
        g_autoptr(GByteArray) sealed = NULL;
        uint8_t block[CIPHER_BLOCK_SIZE];

        for (unsigned i = 0; i < 10; i++) {
                memset(block, 'a' + (int)i, sizeof(block));
                g_assert_cmpint(cipher_file_write(&f->file, block, sizeof(block), f->model->len), ==, SQLITE_OK);
                g_byte_array_append(f->model, block, sizeof(block));
        }
        close_file(f);
        sealed = file_read(f->folder.store);
        sealed->data[6 * CIPHER_SEALED_SIZE + 1234] ^= 1;
        file_write(f->folder.store, sealed);

        open_file(f);
        model_resize(f, 6 * CIPHER_BLOCK_SIZE);
        g_assert_cmpint(cipher_file_size(&f->file), ==, f->model->len);
        read_and_compare(f, 5 * CIPHER_BLOCK_SIZE, 2 * CIPHER_BLOCK_SIZE);
        g_assert_cmpint(cipher_file_write(&f->file, block, 100, f->model->len), ==, SQLITE_OK);
        g_byte_array_append(f->model, block, 100);
        close_file(f);
        open_file(f);
        g_assert_cmpint(cipher_file_size(&f->file), ==, f->model->len);
        read_and_compare(f, 0, f->model->len);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add("/cipher-file/main", Fixture, GINT_TO_POINTER(CIPHER_MAIN), set_up, test_as_plain, tear_down);
        g_test_add("/cipher-file/wal", Fixture, GINT_TO_POINTER(CIPHER_WAL), set_up, test_as_plain, tear_down);
        g_test_add("/cipher-file/journal", Fixture, GINT_TO_POINTER(CIPHER_JOURNAL), set_up, test_as_plain,
                   tear_down);
        g_test_add("/cipher-file/damaged-end", Fixture, GINT_TO_POINTER(CIPHER_WAL), set_up, test_damaged_end, tear_down);
        return g_test_run();
}
