/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "storage/database-private.h"

/* An I/O error that the system gave a reason for. SQLite itself knows of ENOSPC alone. */
static int system_error(const Database *database)
{
        switch (database->sqlite ? sqlite3_system_errno(database->sqlite) : 0) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
                return -ENOSPC;
        case ENOENT:
        case ENOTDIR:
                return -ENOENT;
        case EACCES:
        case EPERM:
                return -EACCES;
        case EROFS:
                return -EROFS;
        case ENOMEM:
                return -ENOMEM;
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
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
                return system_error(database);
        default: /* SQLITE_ERROR, SQLITE_MISUSE, other constraints: our SQL is wrong */
                return -ENOTRECOVERABLE;
        }
}

const char *database_error(const Database *database)
{
        return sqlite3_errmsg(database->sqlite);
}
