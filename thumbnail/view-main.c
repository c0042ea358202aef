/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * secure-messenger-picture: a picture in descriptor 0, a JPEG or PNG, becomes pixels on descriptor 1, of at most 2048 on a side: width and
 * height, 4 bytes each, big-endian, then rows of red, green and blue. So the window sees nothing of what others have made but
 * numbers. Where nothing comes of it the process ends with another status than 0, or is killed.
 */
#include <unistd.h>

#include "thumbnail/picture-read.h"
#include "thumbnail/sandbox.h"

enum { HEAD_SIZE = 8 };

/* Without what exit() runs: the sandbox has no room for it. */
static _Noreturn void end(int status)
{
        _exit(status);
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
                        end(1);
                data += n;
                size -= (size_t)n;
        }
}

int main(void)
{
        static Picture picture;
        PictureSize whole;
        uint8_t head[HEAD_SIZE];

        if (!sandbox_enter() || !picture_read(STDIN_FILENO, &picture, &whole))
                end(1);
        put_number(head, picture.width);
        put_number(head + 4, picture.height);
        put(head, sizeof(head));
        put(picture.pixels, (size_t)picture.width * picture.height * SCALE_CHANNELS);
        end(0);
}
