/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a file descriptor that somebody handed over, from where it stands up to its end, without ever
 * blocking the main loop and without changing the flags that its other holders share. What is read may be a
 * secret: it lives in guarded memory and is wiped.
 */
typedef struct FdReader FdReader;

enum {
        FD_READER_TOO_LONG = 1,   /* it goes on beyond the limit */
        FD_READER_NEVER_ENDS = 2, /* its end did not come in time */
        FD_READER_NOT_A_FILE = 3, /* a folder, say: nothing that can be read */

        FD_READER_SECONDS = 30,
};

/*
 * Called once, from the main loop, after which the reader is freed. result: 0, a code from above, or a
 * negative errno; data is good until the return.
 */
typedef void (*FdReaderDone)(void *userdata, int result, const uint8_t *data, size_t size);

/* fd stays the caller's: it is duplicated. -ENOMEM, or what dup() says. */
int fd_reader_new(int fd, size_t limit, FdReaderDone done, void *userdata, FdReader **out);
FdReader *fd_reader_free(FdReader *reader); /* before its end: done is not called */
void fd_reader_freep(FdReader **reader);
