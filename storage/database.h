/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An SQLite database, plain or encrypted, opened the one way that this project opens databases: WAL, foreign keys on,
 * trusted_schema off, synchronous=FULL, secure_delete on, temporary data in memory. Knows no tables.
 *
 * One Database belongs to one thread at a time. Errors are negative errno:
 *   -ENOENT    no such file (without DATABASE_CREATE)
 *   -EKEYREJECTED  encrypted with another key, or not a database of this kind at all
 *   -EBADMSG   damaged: a block fails authentication, or SQLite finds the structure corrupt
 *   -ENOSPC    disk full (or quota); the transaction was rolled back, nothing is lost that was committed
 *   -EBUSY     another process has it
 *   -EEXIST    a UNIQUE or PRIMARY KEY constraint
 *   -EPROTONOSUPPORT  encrypted in a format newer than this code
 *   -EALREADY  somebody started SQLite before storage/wiping-memory.h could give it its memory
 *   -EIO, -ENOMEM, -EROFS, -EACCES, -EMSGSIZE as usual; -ENOTRECOVERABLE for a bug in our SQL, and for a value that a
 *                     constraint other than uniqueness refuses
 */
typedef struct Database Database;

enum { DATABASE_KEY_SIZE = 32 };

typedef struct DatabaseKey {
        uint8_t bytes[DATABASE_KEY_SIZE];
} DatabaseKey;

enum {
        DATABASE_CREATE = 1 << 0,    /* create it if it is not there, mode 0600 */
        DATABASE_EXCLUSIVE = 1 << 1, /* locking_mode=EXCLUSIVE: only this process; the WAL index stays in memory */
        DATABASE_READ_ONLY = 1 << 2, /* together with the one above, the file must be writable all the same: to lock */
};

/*
 * key NULL: plain. Otherwise every file of it (database, WAL, journal) is encrypted and authenticated block by block,
 * see storage/cipher-vfs.h; the key is copied to guarded memory and wiped by database_close(). An encrypted database
 * is always DATABASE_EXCLUSIVE.
 */
int database_open(const char *path, const DatabaseKey *key, unsigned flags, Database **out);
Database *database_close(Database *database);
void database_closep(Database **database);

/* Runs literal SQL without parameters: one or more statements. */
int database_exec(Database *database, const char *sql);

/*
 * BEGIN IMMEDIATE ... COMMIT. Meant as
 *
 *     __attribute__((cleanup(transaction_rollbackp))) Database *transaction = NULL;
 *     r = transaction_begin(database, &transaction);
 *     ...
 *     return transaction_commit(&transaction);
 *
 * so every early return rolls back. Not nested: -EALREADY.
 */
int transaction_begin(Database *database, Database **transaction_out);
int transaction_commit(Database **transaction);
void transaction_rollbackp(Database **transaction);

/* PRAGMA wal_checkpoint(TRUNCATE): after it the main file holds everything. */
int database_checkpoint(Database *database);

/*
 * Copies the log to the main file, so that the next transaction begins it anew. Waits for readers that still need it for
 * wait_ms at most, and then for none: -EBUSY, and what could be copied has been.
 */
int database_restart_log(Database *database, unsigned wait_ms);

/* PRAGMA quick_check; -EBADMSG if it finds anything. */
int database_check(Database *database);

int64_t database_last_insert_id(const Database *database);
int64_t database_changes(const Database *database);
/* SQLite's own last message, for a log line. Never contains bound values. */
const char *database_error(const Database *database);
