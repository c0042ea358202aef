/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of an encrypted store as somebody else left them: the first byte picks the role, the rest is the file. A log
 * ends where it stops being authentic; no file hands up a byte that is not; and each can be written on.
 */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "storage/cipher-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 1 << 20 };

typedef struct MemoryFile {
        sqlite3_file base;
        size_t size;
        uint8_t bytes[FILE_MAX];
} MemoryFile;

static MemoryFile *memory(sqlite3_file *file)
{
        return (MemoryFile *)(void *)file;
}

static int memory_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
        MemoryFile *m = memory(file);
        size_t there = (size_t)offset < m->size ? m->size - (size_t)offset : 0;

        if (there >= (size_t)size) {
                memcpy(out, m->bytes + offset, (size_t)size);
                return SQLITE_OK;
        }
        memcpy(out, m->bytes + offset, there);
        memset((uint8_t *)out + there, 0, (size_t)size - there);
        return SQLITE_IOERR_SHORT_READ;
}

static int memory_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
        MemoryFile *m = memory(file);

        if ((size_t)offset + (size_t)size > sizeof(m->bytes))
                return SQLITE_FULL;
        if ((size_t)offset > m->size)
                memset(m->bytes + m->size, 0, (size_t)offset - m->size);
        memcpy(m->bytes + offset, data, (size_t)size);
        if ((size_t)offset + (size_t)size > m->size)
                m->size = (size_t)offset + (size_t)size;
        return SQLITE_OK;
}

static int memory_truncate(sqlite3_file *file, sqlite3_int64 size)
{
        if ((size_t)size < memory(file)->size)
                memory(file)->size = (size_t)size;
        return SQLITE_OK;
}

static int memory_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
        *out = (sqlite3_int64)memory(file)->size;
        return SQLITE_OK;
}

static const sqlite3_io_methods memory_methods = {
        .iVersion = 1,
        .xRead = memory_read,
        .xWrite = memory_write,
        .xTruncate = memory_truncate,
        .xFileSize = memory_file_size,
};

static void read_all(CipherFile *file)
{
        uint8_t out[1000];

        for (sqlite3_int64 at = 0; at < cipher_file_size(file); at += (sqlite3_int64)sizeof(out)) {
                int r = cipher_file_read(file, out, sizeof(out), at);

                assert(r == SQLITE_OK || r == SQLITE_IOERR_SHORT_READ ||
                       (r == SQLITE_IOERR_DATA && file->role == CIPHER_MAIN));
        }
}

static void write_on(CipherFile *file)
{
        static const uint8_t text[] = "and more";
        sqlite3_int64 end = cipher_file_size(file);
        uint8_t back[sizeof(text)];
        int r;

        r = cipher_file_write(file, text, sizeof(text), end);
        assert(r == SQLITE_OK || r == SQLITE_IOERR_DATA || r == SQLITE_FULL);
        if (r != SQLITE_OK || cipher_file_flush(file) != SQLITE_OK)
                return;
        r = cipher_file_refresh(file);
        assert(r == SQLITE_OK && cipher_file_size(file) == end + (sqlite3_int64)sizeof(text));
        r = cipher_file_read(file, back, sizeof(back), end);
        assert(r == SQLITE_OK && memcmp(back, text, sizeof(text)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const DatabaseKey key = { .bytes = "thirty-two bytes of corpus' key!" };
        static const CipherRole roles[] = { CIPHER_MAIN, CIPHER_WAL, CIPHER_JOURNAL, CIPHER_SUPER_JOURNAL };
        static MemoryFile lower;
        CipherId id = { .bytes = "a database's ID" };
        CipherFile file = { 0 };
        CipherRole role;
        CipherKeys keys;

        if (sodium_init() < 0 || size == 0 || size > FILE_MAX / 2)
                return 0;
        role = roles[data[0] % (sizeof(roles) / sizeof(roles[0]))];
        lower.base.pMethods = &memory_methods;
        lower.size = size - 1;
        memcpy(lower.bytes, data + 1, size - 1);

        cipher_keys_derive(&keys, &key);
        if (role == CIPHER_MAIN && cipher_header_decode(&keys, lower.bytes, lower.size, &id) != 0)
                return 0;
        if (cipher_file_init(&file, &keys, &id, role, &lower.base) == SQLITE_OK) {
                read_all(&file);
                write_on(&file);
        }
        cipher_file_deinit(&file);
        return 0;
}
