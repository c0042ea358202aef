/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/cipher-file.h"

/*
 * The files of the encrypting VFS, as SQLite sees them. All functions return SQLite's results.
 */
typedef struct CipherOpenFile CipherOpenFile;

struct CipherOpenFile {
        sqlite3_file base; /* first: SQLite's pointer is ours */
        CipherFile file;
        const char *path;     /* SQLite's, for as long as the file is open; NULL for temporary files */
        CipherOpenFile **list; /* the main files that are open, where its log and journal find their ID */
        CipherOpenFile *next;
        bool locked;
};

/* Bytes that SQLite must reserve for a file whose lower part is of that size. */
int cipher_open_file_size(const sqlite3_vfs *lower);

/* sqlite3_vfs.xOpen, with what it needs. `out` has cipher_open_file_size() bytes. */
int cipher_open(sqlite3_vfs *lower, const CipherKeys *keys, CipherOpenFile **list, const char *path,
                sqlite3_file *out, int flags, int *flags_out);
