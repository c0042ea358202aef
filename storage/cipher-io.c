/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cipher-io.h"

#include <string.h>

#include "storage/cipher-open.h"

static CipherOpenFile *opened(sqlite3_file *file)
{
        return (CipherOpenFile *)(void *)file;
}

static sqlite3_file *lower_of(sqlite3_file *file)
{
        return opened(file)->file.lower;
}

static int io_close(sqlite3_file *file)
{
        CipherOpenFile *open = opened(file);
        sqlite3_file *lower = open->file.lower;
        int r, closed;

        r = cipher_file_flush(&open->file);
        if (open->list)
                for (CipherOpenFile **at = open->list; *at; at = &(*at)->next)
                        if (*at == open) {
                                *at = open->next;
                                break;
                        }
        cipher_file_deinit(&open->file);
        closed = lower->pMethods->xClose(lower);
        return r != SQLITE_OK ? r : closed;
}

/*
 * SQLite looks at two parts of the main file's first page before it has looked at the log, which may hold a newer
 * version of that page: the file header, for the page size, and the bytes that tell a change. If the power failed
 * while a checkpoint wrote that page, the log mends it. So these looks find nothing, rather than an error; the page
 * itself, which SQLite goes by, is read whole, and strictly.
 */
static bool is_look_ahead(const CipherOpenFile *open, int size, sqlite3_int64 offset)
{
        return open->file.role == CIPHER_MAIN && ((offset == 0 && size == 100) || (offset == 24 && size == 16));
}

static int io_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
        CipherOpenFile *open = opened(file);
        int r;

        r = cipher_file_read(&open->file, out, (size_t)size, offset);
        if (r == SQLITE_IOERR_DATA && is_look_ahead(open, size, offset)) {
                memset(out, 0, (size_t)size);
                return SQLITE_IOERR_SHORT_READ;
        }
        return r;
}

static int io_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
        return cipher_file_write(&opened(file)->file, data, (size_t)size, offset);
}

static int io_truncate(sqlite3_file *file, sqlite3_int64 size)
{
        return cipher_file_truncate(&opened(file)->file, size);
}

static int io_sync(sqlite3_file *file, int flags)
{
        int r;

        r = cipher_file_flush(&opened(file)->file);
        if (r != SQLITE_OK)
                return r;
        return lower_of(file)->pMethods->xSync(lower_of(file), flags);
}

static int io_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
        *out = cipher_file_size(&opened(file)->file);
        return SQLITE_OK;
}

static int io_lock(sqlite3_file *file, int level)
{
        CipherOpenFile *open = opened(file);
        int r;

        r = lower_of(file)->pMethods->xLock(lower_of(file), level);
        if (r != SQLITE_OK || open->locked)
                return r;
        r = cipher_file_refresh(&open->file);
        if (r != SQLITE_OK) {
                lower_of(file)->pMethods->xUnlock(lower_of(file), SQLITE_LOCK_NONE);
                return r;
        }
        open->locked = true;
        return SQLITE_OK;
}

static int io_unlock(sqlite3_file *file, int level)
{
        CipherOpenFile *open = opened(file);
        int r, flushed;

        flushed = cipher_file_flush(&open->file);
        r = lower_of(file)->pMethods->xUnlock(lower_of(file), level);
        if (level == SQLITE_LOCK_NONE)
                open->locked = false;
        return flushed != SQLITE_OK ? flushed : r;
}

static int io_check_reserved_lock(sqlite3_file *file, int *out)
{
        return lower_of(file)->pMethods->xCheckReservedLock(lower_of(file), out);
}

static int io_file_control(sqlite3_file *file, int operation, void *argument)
{
        switch (operation) {
        case SQLITE_FCNTL_LOCKSTATE:
        case SQLITE_FCNTL_LAST_ERRNO:
        case SQLITE_FCNTL_PERSIST_WAL:
        case SQLITE_FCNTL_HAS_MOVED:
        case SQLITE_FCNTL_TEMPFILENAME:
                return lower_of(file)->pMethods->xFileControl(lower_of(file), operation, argument);
        default:
                /* Above all not SIZE_HINT and CHUNK_SIZE: the lower file would grow by bytes that nobody sealed. */
                return SQLITE_NOTFOUND;
        }
}

static int io_sector_size(sqlite3_file *file)
{
        return CIPHER_BLOCK_SIZE;
}

/*
 * None: above all no POWERSAFE_OVERWRITE. A torn write loses the whole block, so SQLite must not put anything that is
 * committed in one block with something that is still to be written.
 */
static int io_device_characteristics(sqlite3_file *file)
{
        return 0;
}

const sqlite3_io_methods cipher_io_methods = {
        .iVersion = 1, /* no shared memory, whose index would hold checksums of plaintext, and no memory mapping */
        .xClose = io_close,
        .xRead = io_read,
        .xWrite = io_write,
        .xTruncate = io_truncate,
        .xSync = io_sync,
        .xFileSize = io_file_size,
        .xLock = io_lock,
        .xUnlock = io_unlock,
        .xCheckReservedLock = io_check_reserved_lock,
        .xFileControl = io_file_control,
        .xSectorSize = io_sector_size,
        .xDeviceCharacteristics = io_device_characteristics,
};
