/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "storage/database-private.h"

static int file_errno(sqlite3_file *file)
{
        int error = 0;

        if (file && file->pMethods)
                (void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
        return error;
}

/* The system's reason for a write that failed. Of a COMMIT, only the file has it. */
static int write_errno(const Database *database)
{
        static const int files[] = { SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER };
        int error = 0;

        for (size_t i = 0; error == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
                sqlite3_file *file = NULL;

                if (sqlite3_file_control(database->sqlite, "main", files[i], &file) == SQLITE_OK)
                        error = file_errno(file);
        }
        return error != 0 ? error : sqlite3_system_errno(database->sqlite);
}

/* SQLite itself knows of ENOSPC alone. */
static int write_error(const Database *database)
{
        switch (write_errno(database)) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
                return -ENOSPC;
        case EROFS:
                return -EROFS;
        default:
                return -EIO;
        }
}

static int open_error(const Database *database)
{
        switch (sqlite3_system_errno(database->sqlite)) {
        case ENOENT:
        case ENOTDIR:
                return -ENOENT;
        case EACCES:
        case EPERM:
                return -EACCES;
        case EROFS:
                return -EROFS;
        case ENOSPC:
        case EDQUOT:
                return -ENOSPC;
        default:
                return -EIO;
        }
}

int database_result(const Database *database, int result)
{
        switch (result) { /* the extended codes that mean something of their own */
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
                return -EEXIST;
        case SQLITE_IOERR_DATA:
        case SQLITE_IOERR_CORRUPTFS:
                return -EBADMSG;
        case SQLITE_IOERR_NOMEM:
                return -ENOMEM;
        case SQLITE_IOERR_WRITE:
        case SQLITE_IOERR_TRUNCATE:
        case SQLITE_IOERR_FSYNC:
                return write_error(database);
        default:
                break;
        }

        switch (result & 0xff) {
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE:
                return 0;
        case SQLITE_NOMEM:
                return -ENOMEM;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
                return -EBUSY;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_CORRUPT:
                return -EBADMSG;
        case SQLITE_NOTADB:
                return -EKEYREJECTED;
        case SQLITE_FORMAT:
                return -EPROTONOSUPPORT;
        case SQLITE_READONLY:
                return -EROFS;
        case SQLITE_PERM:
        case SQLITE_AUTH:
                return -EACCES;
        case SQLITE_INTERRUPT:
                return -EINTR;
        case SQLITE_TOOBIG:
                return -EMSGSIZE;
        case SQLITE_CANTOPEN:
                return open_error(database);
        case SQLITE_IOERR:
                return -EIO;
        default: /* SQLITE_ERROR, SQLITE_MISUSE, other constraints: our SQL is wrong */
                return -ENOTRECOVERABLE;
        }
}

const char *database_error(const Database *database)
{
        return sqlite3_errmsg(database->sqlite);
}
