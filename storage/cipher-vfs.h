/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/database.h"

/*
 * An SQLite VFS that encrypts and authenticates everything that SQLite writes: database, write-ahead log, journals and
 * temporary files. It stands on the default VFS, which does the I/O. docs/decisions/0001-encrypting-vfs.md says why it
 * is made this way and what it does not protect.
 *
 * One VFS is made per open database and holds its key, so a key never passes through a URI or a pragma. Files opened
 * through it must be used by this process alone (locking_mode=EXCLUSIVE where there is a write-ahead log: it has no
 * shared memory) and with a page size that is a multiple of 4096 and synchronous=FULL. Transactions over several
 * attached databases are not recovered after a crash as SQLite promises it.
 *
 * What its files' methods return beside the lower VFS's results:
 *   SQLITE_NOTADB      the main file was sealed with another key, or is something else
 *   SQLITE_IOERR_DATA  a block, or one of the header's copies, fails authentication
 *   SQLITE_FORMAT      the main file's format is newer than this code
 */
typedef struct CipherVfs CipherVfs;

/* Registered under cipher_vfs_name() until freed, after the last of its files was closed. -ENOMEM, -ENOTSUP, -EIO. */
int cipher_vfs_new(const DatabaseKey *key, CipherVfs **out);
CipherVfs *cipher_vfs_free(CipherVfs *vfs);
void cipher_vfs_freep(CipherVfs **vfs);

const char *cipher_vfs_name(const CipherVfs *vfs);
