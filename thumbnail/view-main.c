/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * secure-messenger-picture: a picture in descriptor 0, a JPEG or PNG, becomes pixels on descriptor 1, of at most 2048 on a side: width and
 * height, 4 bytes each, big-endian, then rows of red, green and blue. So the window sees nothing of what others have made but
 * numbers. Where nothing comes of it the process ends with another status than 0, or is killed.
 */
#include <unistd.h>

#include "thumbnail/output.h"
#include "thumbnail/picture-read.h"
#include "thumbnail/sandbox.h"

int main(void)
{
        static Picture picture;
        PictureSize whole;

        if (!sandbox_enter() || !picture_read(STDIN_FILENO, &picture, &whole))
                output_end(1);
        output_size(picture.width, picture.height);
        output_bytes(picture.pixels, (size_t)picture.width * picture.height * SCALE_CHANNELS);
        output_end(0);
}
