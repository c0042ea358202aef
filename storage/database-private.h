/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "storage/cipher-vfs.h"
#include "storage/database.h"
#include "storage/statement.h"

/* What the files of libstorage share, and nobody else sees. */
enum { STATEMENT_BUCKETS = 64 };

struct Database {
        sqlite3 *sqlite;
        CipherVfs *vfs; /* NULL: plain */
        bool in_transaction;
        Statement *statements[STATEMENT_BUCKETS]; /* the cache, by the address of the SQL */
};

/* SQLite's result as errno: 0 for SQLITE_OK, SQLITE_ROW and SQLITE_DONE, else negative. */
int database_result(const Database *database, int result);

/* All of them, in use or not. */
void statements_finalize(Database *database);
