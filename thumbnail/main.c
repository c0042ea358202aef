/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smd-thumbnail: a picture in descriptor 0, a JPEG or PNG, becomes a small JPEG on descriptor 1. What comes out are its
 * width and height, 4 bytes each, big-endian, and the JPEG, of 32 KiB at most. Where nothing comes of it the process
 * ends with another status than 0, or is killed: smd then goes without.
 *
 * It reads what others have made, by libraries with a long history, so it does that with nothing at hand.
 */
#include <unistd.h>

#include "thumbnail/jpeg-write.h"
#include "thumbnail/picture-read.h"
#include "thumbnail/sandbox.h"

enum { JPEG_MAX = 32 * 1024, HEAD_SIZE = 8 };

/* Without what exit() runs: the sandbox has no room for it. */
static _Noreturn void give_up(void)
{
        _exit(1);
}

static void put_number(uint8_t *out, uint32_t value)
{
        for (unsigned i = 0; i < 4; i++)
                out[i] = (uint8_t)(value >> 8 * (3 - i));
}

static void put(const uint8_t *data, size_t size)
{
        while (size > 0) {
                ssize_t n = write(STDOUT_FILENO, data, size);

                if (n <= 0)
                        give_up();
                data += n;
                size -= (size_t)n;
        }
}

int main(void)
{
        static Picture picture;
        PictureSize picture_size;
        uint8_t head[HEAD_SIZE];
        uint8_t *jpeg;
        size_t size;

        if (!sandbox_enter() || !picture_read(STDIN_FILENO, &picture, &picture_size))
                give_up();
        if (!jpeg_write(&picture, JPEG_MAX, &jpeg, &size))
                give_up();
        put_number(head, picture_size.width);
        put_number(head + 4, picture_size.height);
        put(head, sizeof(head));
        put(jpeg, size);
        _exit(0);
}
