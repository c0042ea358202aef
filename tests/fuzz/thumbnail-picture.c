/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "thumbnail/jpeg-write.h"
#include "thumbnail/picture-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { JPEG_MAX = 32 * 1024 };

/* A picture that can be read is small, has a size, and can be written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static Picture picture;
        PictureSize whole = {0};
        uint8_t *jpeg = NULL;
        size_t jpeg_size;
        int fd = memfd_create("picture", MFD_CLOEXEC);

        if (fd < 0 || write(fd, data, size) != (ssize_t)size)
                abort();
        if (picture_read(fd, &picture, &whole)) {
                if (picture.width == 0 || picture.width > SCALE_SIDE_MAX || picture.height == 0 ||
                    picture.height > SCALE_SIDE_MAX || whole.width < picture.width || whole.height < picture.height)
                        abort();
                if (jpeg_write(&picture, JPEG_MAX, &jpeg, &jpeg_size))
                        free(jpeg);
        }
        close(fd);
        return 0;
}
