/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "storage/cipher-block.h"

/*
 * A file of plaintext bytes, kept as sealed blocks in a lower file. This is SQLite's side of the house: results are
 * SQLite's (SQLITE_OK, SQLITE_IOERR_DATA for a block that fails authentication, whatever the lower file says), sizes
 * and offsets are sqlite3_int64 and count plaintext.
 *
 * No byte that was not authenticated is ever handed up, not even zeros in its place. What a crash may leave at the
 * end of a file is settled on opening: a write-ahead log or a journal ends before its first block that does not
 * open, and every file ends before a last, partial block that does not open.
 *
 * Writes that fill a part of a block wait in memory for their neighbours, and reach the lower file when another
 * block is written to in part, on flush, sync and close. So bytes that were written and not synced may be lost with
 * the process, not only with the machine. SQLite's commits sync (synchronous=FULL).
 */
typedef struct CipherBuffers CipherBuffers;

typedef struct CipherFile {
        const CipherKeys *keys;
        CipherId id;
        CipherRole role;
        sqlite3_file *lower;
        sqlite3_int64 stored; /* bytes of plaintext in the lower file */
        bool stale_end;       /* the lower file goes on behind them; cut it off before writing */
        CipherBuffers *buffers;
} CipherFile;

/* lower is open; it is closed by the caller, after cipher_file_deinit(). keys are borrowed. */
int cipher_file_init(CipherFile *file, const CipherKeys *keys, const CipherId *id, CipherRole role,
                     sqlite3_file *lower);
/* Wipes; drops what was not flushed. Accepts a zeroed or half-initialised file. */
void cipher_file_deinit(CipherFile *file);

/* Somebody else may have written to the lower file. */
int cipher_file_refresh(CipherFile *file);

/* Past the end: zeros, and SQLITE_IOERR_SHORT_READ. */
int cipher_file_read(CipherFile *file, uint8_t *out, size_t size, sqlite3_int64 offset);
/* A gap between the end and offset is filled with (sealed) zeros. */
int cipher_file_write(CipherFile *file, const uint8_t *data, size_t size, sqlite3_int64 offset);
int cipher_file_truncate(CipherFile *file, sqlite3_int64 size);
int cipher_file_flush(CipherFile *file);
sqlite3_int64 cipher_file_size(const CipherFile *file);
