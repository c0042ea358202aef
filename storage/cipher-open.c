/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cipher-open.h"

#include <string.h>

#include "storage/cipher-io.h"

/* The lower file lies behind ours, in the memory that SQLite reserved. */
enum { LOWER_AT = (sizeof(CipherOpenFile) + 15) / 16 * 16 };

int cipher_open_file_size(const sqlite3_vfs *lower)
{
        return LOWER_AT + lower->szOsFile;
}

static bool ends_with(const char *text, const char *suffix)
{
        size_t size = strlen(text), suffix_size = strlen(suffix);

        return size >= suffix_size && strcmp(text + size - suffix_size, suffix) == 0;
}

/* SQLite calls another database's journal, which it looks into on recovery, a super-journal; the name tells. */
static CipherRole role_of(const char *path, int flags)
{
        if (flags & SQLITE_OPEN_MAIN_DB)
                return CIPHER_MAIN;
        if (flags & SQLITE_OPEN_WAL)
                return CIPHER_WAL;
        if (flags & SQLITE_OPEN_MAIN_JOURNAL)
                return CIPHER_JOURNAL;
        if (flags & SQLITE_OPEN_SUPER_JOURNAL)
                return ends_with(path, "-journal") ? CIPHER_JOURNAL : CIPHER_SUPER_JOURNAL;
        return CIPHER_TEMPORARY;
}

static bool all_zero(const uint8_t *data, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if (data[i] != 0)
                        return false;
        return true;
}

/* *empty_out: there is no header yet. */
static int load_header(sqlite3_file *lower, const CipherKeys *keys, CipherId *out, bool *empty_out)
{
        uint8_t header[CIPHER_HEADER_SIZE];
        sqlite3_int64 file_size;
        size_t size;
        int r;

        *empty_out = false;
        r = lower->pMethods->xFileSize(lower, &file_size);
        if (r != SQLITE_OK)
                return r;
        size = file_size < CIPHER_HEADER_SIZE ? (size_t)file_size : CIPHER_HEADER_SIZE;
        r = size > 0 ? lower->pMethods->xRead(lower, header, (int)size, 0) : SQLITE_OK;
        if (r != SQLITE_OK)
                return r;
        /* No more than zeros: the power failed before the header was on the disk, and nothing was ever committed. */
        if (file_size <= CIPHER_HEADER_SIZE && all_zero(header, size)) {
                *empty_out = true;
                return SQLITE_OK;
        }

        switch (cipher_header_decode(keys, header, size, out)) {
        case 0:
                return SQLITE_OK;
        case CIPHER_DAMAGED:
                return SQLITE_IOERR_DATA;
        case CIPHER_TOO_NEW:
                return SQLITE_FORMAT;
        default:
                return SQLITE_NOTADB;
        }
}

/* Under SQLite's own lock, so that of two processes that find an empty file, one gives it its ID. */
static int create_header(sqlite3_file *lower, const CipherKeys *keys, CipherId *out)
{
        const sqlite3_io_methods *methods = lower->pMethods;
        uint8_t header[CIPHER_HEADER_SIZE];
        bool empty = false;
        int r;

        r = methods->xLock(lower, SQLITE_LOCK_SHARED);
        if (r != SQLITE_OK)
                return r;
        r = methods->xLock(lower, SQLITE_LOCK_EXCLUSIVE);
        if (r == SQLITE_OK)
                r = load_header(lower, keys, out, &empty);
        if (r == SQLITE_OK && empty) {
                cipher_id_generate(out);
                cipher_header_encode(keys, out, header);
                r = methods->xWrite(lower, header, sizeof(header), 0);
                if (r == SQLITE_OK)
                        r = methods->xSync(lower, SQLITE_SYNC_NORMAL);
        }
        methods->xUnlock(lower, SQLITE_LOCK_NONE);
        return r;
}

static int identify_main(sqlite3_file *lower, const CipherKeys *keys, int flags, CipherId *out)
{
        bool empty;
        int r;

        r = load_header(lower, keys, out, &empty);
        if (r != SQLITE_OK || !empty)
                return r;
        return (flags & SQLITE_OPEN_CREATE) ? create_header(lower, keys, out) : SQLITE_IOERR_DATA;
}

/* The ID of the database that a log or a journal belongs to: SQLite has opened that one first. */
static int identify_companion(const CipherOpenFile *mains, const char *path, const char *suffix, CipherId *out)
{
        size_t size;

        if (!ends_with(path, suffix))
                return SQLITE_CANTOPEN;
        size = strlen(path) - strlen(suffix);
        for (const CipherOpenFile *main = mains; main; main = main->next)
                if (strlen(main->path) == size && memcmp(main->path, path, size) == 0) {
                        *out = main->file.id;
                        return SQLITE_OK;
                }
        return SQLITE_CANTOPEN;
}

static int identify(CipherOpenFile *const *list, const CipherKeys *keys, CipherRole role, const char *path,
                    sqlite3_file *lower, int flags, CipherId *out)
{
        switch (role) {
        case CIPHER_MAIN:
                return identify_main(lower, keys, flags, out);
        case CIPHER_WAL:
                return identify_companion(*list, path, "-wal", out);
        case CIPHER_JOURNAL:
                return identify_companion(*list, path, "-journal", out);
        case CIPHER_SUPER_JOURNAL: /* of several databases: it names their journals */
                *out = (CipherId){ 0 };
                return SQLITE_OK;
        case CIPHER_TEMPORARY:
                cipher_id_generate(out);
                return SQLITE_OK;
        }
        return SQLITE_CANTOPEN;
}

int cipher_open(sqlite3_vfs *lower, const CipherKeys *keys, CipherOpenFile **list, const char *path,
                sqlite3_file *out, int flags, int *flags_out)
{
        sqlite3_file *lower_file = (sqlite3_file *)(void *)((char *)out + LOWER_AT);
        CipherOpenFile *open = (CipherOpenFile *)(void *)out;
        CipherRole role = role_of(path, flags);
        int r, opened = flags;
        CipherId id;

        *open = (CipherOpenFile){ 0 }; /* base.pMethods NULL: SQLite does not close what was not opened */
        memset(lower_file, 0, (size_t)lower->szOsFile);
        r = lower->xOpen(lower, path, lower_file, flags, &opened);
        if (r != SQLITE_OK)
                goto fail;
        r = identify(list, keys, role, path, lower_file, flags, &id);
        if (r != SQLITE_OK)
                goto fail;
        r = cipher_file_init(&open->file, keys, &id, role, lower_file);
        /* A database that was to be there already, and has no block, lost everything. */
        if (r == SQLITE_OK && role == CIPHER_MAIN && !(flags & SQLITE_OPEN_CREATE) &&
            cipher_file_size(&open->file) == 0)
                r = SQLITE_IOERR_DATA;
        if (r != SQLITE_OK)
                goto fail;

        if (role == CIPHER_MAIN) {
                open->path = path;
                open->list = list;
                open->next = *list;
                *list = open;
        }
        if (flags_out)
                *flags_out = opened;
        open->base.pMethods = &cipher_io_methods;
        return SQLITE_OK;

fail:
        cipher_file_deinit(&open->file);
        if (lower_file->pMethods)
                lower_file->pMethods->xClose(lower_file);
        return r;
}
