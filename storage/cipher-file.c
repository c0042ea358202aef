/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cipher-file.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

typedef struct CipherBuffer {
        sqlite3_int64 index; /* of the block; NO_BLOCK: empty */
        size_t from, to;     /* the bytes of it that are here */
        uint8_t bytes[CIPHER_BLOCK_SIZE];
} CipherBuffer;

struct CipherBuffers {
        CipherBuffer pending; /* the block that is being written to in part */
        CipherBuffer recent;  /* the block that was last read in part; whole */
        bool dirty;           /* pending is newer than the lower file */
        uint8_t sealed[CIPHER_SEALED_SIZE];
        uint8_t merge[CIPHER_BLOCK_SIZE];
};

#define NO_BLOCK ((sqlite3_int64)-1)

/* Only the main file has a header. */
static sqlite3_int64 header_size(const CipherFile *file)
{
        return file->role == CIPHER_MAIN ? CIPHER_HEADER_SIZE : 0;
}

static sqlite3_int64 lower_offset(const CipherFile *file, sqlite3_int64 index)
{
        return header_size(file) + index * CIPHER_SEALED_SIZE;
}

static sqlite3_int64 lower_size(const CipherFile *file, sqlite3_int64 size)
{
        sqlite3_int64 rest = size % CIPHER_BLOCK_SIZE;

        return lower_offset(file, size / CIPHER_BLOCK_SIZE) + (rest ? rest + CIPHER_OVERHEAD : 0);
}

static sqlite3_int64 plain_size(const CipherFile *file, sqlite3_int64 lower)
{
        sqlite3_int64 blocks, rest;

        if (lower <= header_size(file))
                return 0;
        blocks = (lower - header_size(file)) / CIPHER_SEALED_SIZE;
        rest = (lower - header_size(file)) % CIPHER_SEALED_SIZE;
        return blocks * CIPHER_BLOCK_SIZE + (rest > CIPHER_OVERHEAD ? rest - CIPHER_OVERHEAD : 0);
}

/* Bytes of a block, in a file of so many. */
static size_t block_size(sqlite3_int64 index, sqlite3_int64 file_size)
{
        sqlite3_int64 rest = file_size - index * CIPHER_BLOCK_SIZE;

        if (rest <= 0)
                return 0;
        return rest < CIPHER_BLOCK_SIZE ? (size_t)rest : CIPHER_BLOCK_SIZE;
}

static CipherPlace block_place(const CipherFile *file, sqlite3_int64 index)
{
        return (CipherPlace){ .id = file->id, .role = file->role, .index = (uint64_t)index };
}

static int load(CipherFile *file, sqlite3_int64 index, size_t size, uint8_t *out)
{
        CipherPlace place = block_place(file, index);
        uint8_t *sealed = file->buffers->sealed;
        int r;

        r = file->lower->pMethods->xRead(file->lower, sealed, (int)(size + CIPHER_OVERHEAD),
                                         lower_offset(file, index));
        if (r != SQLITE_OK)
                return r == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : r;
        if (cipher_block_open(file->keys, &place, sealed, size + CIPHER_OVERHEAD, out) != 0)
                return SQLITE_IOERR_DATA;
        return SQLITE_OK;
}

static int store(CipherFile *file, sqlite3_int64 index, const uint8_t *plain, size_t size)
{
        sqlite3_int64 end = index * CIPHER_BLOCK_SIZE + (sqlite3_int64)size;
        CipherPlace place = block_place(file, index);
        uint8_t *sealed = file->buffers->sealed;
        int r;

        cipher_block_seal(file->keys, &place, plain, size, sealed);
        r = file->lower->pMethods->xWrite(file->lower, sealed, (int)(size + CIPHER_OVERHEAD),
                                          lower_offset(file, index));
        if (r != SQLITE_OK)
                return r;
        if (end > file->stored)
                file->stored = end;
        return SQLITE_OK;
}

static void forget(CipherBuffer *buffer)
{
        buffer->index = NO_BLOCK;
        buffer->from = buffer->to = 0;
}

static void forget_pending(CipherFile *file)
{
        forget(&file->buffers->pending);
        file->buffers->dirty = false;
}

/* Settles where the file ends, see the header. */
static int find_end(CipherFile *file)
{
        sqlite3_int64 blocks = (file->stored + CIPHER_BLOCK_SIZE - 1) / CIPHER_BLOCK_SIZE, index = 0;
        bool log = file->role == CIPHER_WAL || file->role == CIPHER_JOURNAL || file->role == CIPHER_SUPER_JOURNAL;
        int r;

        if (!log) {
                if (file->stored % CIPHER_BLOCK_SIZE == 0)
                        return SQLITE_OK;
                index = blocks - 1;
        }
        for (; index < blocks; index++) {
                r = load(file, index, block_size(index, file->stored), file->buffers->merge);
                if (r == SQLITE_IOERR_DATA) {
                        file->stored = index * CIPHER_BLOCK_SIZE;
                        file->stale_end = true;
                        return SQLITE_OK;
                }
                if (r != SQLITE_OK)
                        return r;
        }
        return SQLITE_OK;
}

int cipher_file_refresh(CipherFile *file)
{
        sqlite3_int64 size;
        int r;

        assert(!file->buffers->dirty);
        forget(&file->buffers->pending);
        forget(&file->buffers->recent);
        r = file->lower->pMethods->xFileSize(file->lower, &size);
        if (r != SQLITE_OK)
                return r;
        file->stored = plain_size(file, size);
        file->stale_end = lower_size(file, file->stored) < size;
        return find_end(file);
}

int cipher_file_init(CipherFile *file, const CipherKeys *keys, const CipherId *id, CipherRole role,
                     sqlite3_file *lower)
{
        *file = (CipherFile){ .keys = keys, .id = *id, .role = role, .lower = lower };
        file->buffers = calloc(1, sizeof(*file->buffers));
        if (!file->buffers)
                return SQLITE_IOERR_NOMEM;
        return cipher_file_refresh(file);
}

void cipher_file_deinit(CipherFile *file)
{
        if (file->buffers) {
                sodium_memzero(file->buffers, sizeof(*file->buffers));
                free(file->buffers);
        }
        *file = (CipherFile){ 0 };
}

sqlite3_int64 cipher_file_size(const CipherFile *file)
{
        const CipherBuffer *pending = &file->buffers->pending;
        sqlite3_int64 end;

        if (!file->buffers->dirty)
                return file->stored;
        end = pending->index * CIPHER_BLOCK_SIZE + (sqlite3_int64)pending->to;
        return end > file->stored ? end : file->stored;
}

/* Makes the pending block whole: what of it was not written now comes from the lower file. */
static int complete_pending(CipherFile *file)
{
        CipherBuffer *pending = &file->buffers->pending;
        size_t size = block_size(pending->index, file->stored);
        uint8_t *merge = file->buffers->merge;
        int r;

        if (pending->from == 0 && pending->to >= size)
                return SQLITE_OK;
        r = load(file, pending->index, size, merge);
        if (r != SQLITE_OK)
                return r;
        assert(pending->from <= size);
        memcpy(pending->bytes, merge, pending->from);
        pending->from = 0;
        if (size > pending->to) {
                memcpy(pending->bytes + pending->to, merge + pending->to, size - pending->to);
                pending->to = size;
        }
        return SQLITE_OK;
}

int cipher_file_flush(CipherFile *file)
{
        CipherBuffer *pending = &file->buffers->pending;
        int r;

        if (!file->buffers->dirty)
                return SQLITE_OK;
        r = complete_pending(file);
        if (r != SQLITE_OK)
                return r;
        r = store(file, pending->index, pending->bytes, pending->to);
        if (r != SQLITE_OK)
                return r;
        file->buffers->dirty = false;
        return SQLITE_OK;
}

/* The block, whole, from wherever it is. Reads into `direct` if that is given and the block is only in the file. */
static int find_block(CipherFile *file, sqlite3_int64 index, size_t size, uint8_t *direct, const uint8_t **out)
{
        CipherBuffer *pending = &file->buffers->pending, *recent = &file->buffers->recent;
        int r;

        if (pending->index == index) {
                *out = pending->bytes;
                return complete_pending(file);
        }
        if (recent->index == index && recent->to == size) {
                *out = recent->bytes;
                return SQLITE_OK;
        }
        if (direct) {
                *out = direct;
                return load(file, index, size, direct);
        }
        forget(recent);
        r = load(file, index, size, recent->bytes);
        if (r != SQLITE_OK)
                return r;
        recent->index = index;
        recent->to = size;
        *out = recent->bytes;
        return SQLITE_OK;
}

int cipher_file_read(CipherFile *file, uint8_t *out, size_t size, sqlite3_int64 offset)
{
        sqlite3_int64 end = cipher_file_size(file);

        while (size > 0) {
                sqlite3_int64 index = offset / CIPHER_BLOCK_SIZE;
                size_t within = (size_t)(offset % CIPHER_BLOCK_SIZE), available = block_size(index, end), take;
                const uint8_t *block;
                int r;

                if (available <= within) {
                        memset(out, 0, size);
                        return SQLITE_IOERR_SHORT_READ;
                }
                take = available - within < size ? available - within : size;
                r = find_block(file, index, available, within == 0 && take == available ? out : NULL, &block);
                if (r != SQLITE_OK)
                        return r;
                if (block != out)
                        memcpy(out, block + within, take);
                out += take;
                size -= take;
                offset += (sqlite3_int64)take;
        }
        return SQLITE_OK;
}

static int write_part(CipherFile *file, sqlite3_int64 index, size_t within, const uint8_t *data, size_t size)
{
        CipherBuffer *pending = &file->buffers->pending;
        int r;

        if (pending->index != index) {
                r = cipher_file_flush(file);
                if (r != SQLITE_OK)
                        return r;
                pending->index = index;
                pending->from = pending->to = within;
        } else if (within > pending->to || within + size < pending->from) {
                r = complete_pending(file);
                if (r != SQLITE_OK)
                        return r;
        }
        assert(within <= pending->to);
        memcpy(pending->bytes + within, data, size);
        if (within < pending->from)
                pending->from = within;
        if (within + size > pending->to)
                pending->to = within + size;
        file->buffers->dirty = true;
        return SQLITE_OK;
}

/* In place of whatever is there. The pending block goes first: its length in the lower file follows from the next. */
static int write_whole(CipherFile *file, sqlite3_int64 index, const uint8_t *data)
{
        int r;

        if (file->buffers->pending.index == index) {
                forget_pending(file);
        } else {
                r = cipher_file_flush(file);
                if (r != SQLITE_OK)
                        return r;
        }
        return store(file, index, data, CIPHER_BLOCK_SIZE);
}

/* offset is not past the end. */
static int write_span(CipherFile *file, const uint8_t *data, size_t size, sqlite3_int64 offset)
{
        while (size > 0) {
                sqlite3_int64 index = offset / CIPHER_BLOCK_SIZE;
                size_t within = (size_t)(offset % CIPHER_BLOCK_SIZE), room = CIPHER_BLOCK_SIZE - within, take;
                int r;

                take = size < room ? size : room;
                if (file->buffers->recent.index == index)
                        forget(&file->buffers->recent);
                r = take == CIPHER_BLOCK_SIZE ? write_whole(file, index, data) :
                                                write_part(file, index, within, data, take);
                if (r != SQLITE_OK)
                        return r;
                data += take;
                size -= take;
                offset += (sqlite3_int64)take;
        }
        return SQLITE_OK;
}

static int cut_stale_end(CipherFile *file)
{
        int r;

        if (!file->stale_end)
                return SQLITE_OK;
        r = file->lower->pMethods->xTruncate(file->lower, lower_size(file, file->stored));
        if (r != SQLITE_OK)
                return r;
        file->stale_end = false;
        return SQLITE_OK;
}

static int extend(CipherFile *file, sqlite3_int64 size)
{
        static const uint8_t zeros[CIPHER_BLOCK_SIZE];
        sqlite3_int64 end;
        int r;

        while ((end = cipher_file_size(file)) < size) {
                size_t room = CIPHER_BLOCK_SIZE - (size_t)(end % CIPHER_BLOCK_SIZE);

                if (size - end < (sqlite3_int64)room)
                        room = (size_t)(size - end);
                r = write_span(file, zeros, room, end);
                if (r != SQLITE_OK)
                        return r;
        }
        return SQLITE_OK;
}

int cipher_file_write(CipherFile *file, const uint8_t *data, size_t size, sqlite3_int64 offset)
{
        int r;

        r = cut_stale_end(file);
        if (r != SQLITE_OK)
                return r;
        r = extend(file, offset);
        if (r != SQLITE_OK)
                return r;
        return write_span(file, data, size, offset);
}

/* Leaves so much of a block as the pending one, to be sealed anew at its new length. */
static int shorten_block(CipherFile *file, sqlite3_int64 index, size_t size)
{
        CipherBuffer *pending = &file->buffers->pending;
        int r;

        if (pending->index != index) {
                r = cipher_file_flush(file);
                if (r != SQLITE_OK)
                        return r;
                forget(pending);
                r = load(file, index, block_size(index, file->stored), pending->bytes);
                if (r != SQLITE_OK)
                        return r;
                pending->index = index;
        } else {
                r = complete_pending(file);
                if (r != SQLITE_OK)
                        return r;
        }
        pending->from = 0;
        pending->to = size;
        file->buffers->dirty = true;
        return SQLITE_OK;
}

int cipher_file_truncate(CipherFile *file, sqlite3_int64 size)
{
        sqlite3_int64 index = size / CIPHER_BLOCK_SIZE, whole = index * CIPHER_BLOCK_SIZE;
        int r;

        r = cut_stale_end(file);
        if (r != SQLITE_OK)
                return r;
        if (size >= cipher_file_size(file))
                return extend(file, size);

        forget(&file->buffers->recent);
        if (size > whole) {
                r = shorten_block(file, index, (size_t)(size - whole));
                if (r != SQLITE_OK)
                        return r;
        } else if (file->buffers->pending.index >= index) {
                forget_pending(file);
        }
        r = file->lower->pMethods->xTruncate(file->lower, lower_size(file, whole));
        if (r != SQLITE_OK)
                return r;
        if (whole < file->stored)
                file->stored = whole;
        return cipher_file_flush(file);
}
