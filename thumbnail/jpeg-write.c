/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail/jpeg-write.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jpeglib.h>

/* What can go wrong with pixels of our own is that memory has an end; and the process has nothing else to do. */
static _Noreturn void on_error(j_common_ptr common)
{
        _exit(1);
}

static void write_at(const Picture *picture, int quality, uint8_t **out, size_t *size_out)
{
        struct jpeg_compress_struct jpeg;
        struct jpeg_error_mgr errors;
        unsigned long size = 0;

        jpeg.err = jpeg_std_error(&errors);
        errors.error_exit = on_error;
        jpeg_create_compress(&jpeg);
        jpeg_mem_dest(&jpeg, out, &size);
        jpeg.image_width = picture->width;
        jpeg.image_height = picture->height;
        jpeg.input_components = SCALE_CHANNELS;
        jpeg.in_color_space = JCS_RGB;
        jpeg_set_defaults(&jpeg);
        jpeg_set_quality(&jpeg, quality, TRUE);
        jpeg_start_compress(&jpeg, TRUE);
        while (jpeg.next_scanline < jpeg.image_height) {
                JSAMPROW row = (JSAMPROW)picture->pixels +
                               (size_t)jpeg.next_scanline * picture->width * SCALE_CHANNELS;

                jpeg_write_scanlines(&jpeg, &row, 1);
        }
        jpeg_finish_compress(&jpeg);
        jpeg_destroy_compress(&jpeg);
        *size_out = size;
}

bool jpeg_write(const Picture *picture, size_t max, uint8_t **out, size_t *size_out)
{
        for (int quality = 80; quality >= 20; quality -= 20) {
                *out = NULL;
                write_at(picture, quality, out, size_out);
                if (*size_out <= max)
                        return true;
                free(*out);
        }
        return false;
}
