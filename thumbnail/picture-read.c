/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail/picture-read.h"

#include <string.h>
#include <unistd.h>

enum { BEGINNING = 8 };

bool picture_read(int fd, Picture *out, PictureSize *size_out)
{
        uint8_t beginning[BEGINNING];

        if (pread(fd, beginning, sizeof(beginning), 0) != sizeof(beginning))
                return false;
        if (memcmp(beginning, "\xff\xd8\xff", 3) == 0)
                return jpeg_read(fd, out, size_out);
        if (memcmp(beginning, "\x89PNG\r\n\x1a\n", 8) == 0)
                return png_read(fd, out, size_out);
        return false;
}
