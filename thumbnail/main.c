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
#include "thumbnail/output.h"
#include "thumbnail/picture-read.h"
#include "thumbnail/sandbox.h"

enum { JPEG_MAX = 32 * 1024 };

int main(void)
{
        static Picture picture;
        PictureSize picture_size;
        uint8_t *jpeg;
        size_t size;

        if (!sandbox_enter() || !picture_read(STDIN_FILENO, &picture, &picture_size))
                output_end(1);
        if (!jpeg_write(&picture, JPEG_MAX, &jpeg, &size))
                output_end(1);
        output_size(picture_size.width, picture_size.height);
        output_bytes(jpeg, size);
        output_end(0);
}
