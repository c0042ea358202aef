/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <png.h>
#include <stdlib.h>
#include <unistd.h>

#include "thumbnail/picture-read.h"

enum {
        SIDE_MAX = 65535,
        INTERLACED_BYTES_MAX = 128 * 1024 * 1024, /* an interlaced picture is there only when all of it is */
        CHUNK_BYTES_MAX = 1024 * 1024,
        CHUNKS_MAX = 64,
        CHANNELS_IN = 4,
};

static off_t offset;

static void on_error(png_structp png, png_const_charp text)
{
        give_up();
}

static void on_warning(png_structp png, png_const_charp text)
{
}

static void fill(png_structp png, png_bytep out, size_t size)
{
        while (size > 0) {
                ssize_t n = pread(STDIN_FILENO, out, size, offset);

                if (n <= 0)
                        give_up();
                offset += n;
                out += n;
                size -= (size_t)n;
        }
}

/* RGBA on white, in place. */
static void flatten(uint8_t *row, uint32_t width)
{
        for (uint32_t x = 0; x < width; x++) {
                const uint8_t *from = row + (size_t)x * CHANNELS_IN;
                uint8_t *to = row + (size_t)x * SCALE_CHANNELS;
                const unsigned alpha = from[3];

                for (unsigned c = 0; c < SCALE_CHANNELS; c++)
                        to[c] = (uint8_t)((from[c] * alpha + 255 * (255 - alpha)) / 255);
        }
}

static void *all_of(size_t size)
{
        void *memory = malloc(size);

        if (!memory)
                give_up();
        return memory;
}

static void read_rows(png_structp png, Scale *scale, uint32_t width, uint32_t height)
{
        uint8_t *row = all_of((size_t)width * CHANNELS_IN);

        for (uint32_t y = 0; y < height; y++) {
                png_read_row(png, row, NULL);
                flatten(row, width);
                scale_add_row(scale, row);
        }
        free(row);
}

static void read_interlaced(png_structp png, Scale *scale, uint32_t width, uint32_t height, int passes)
{
        const size_t stride = (size_t)width * CHANNELS_IN;
        uint8_t *all;

        if (stride * height > INTERLACED_BYTES_MAX)
                give_up();
        all = all_of(stride * height);
        for (int pass = 0; pass < passes; pass++)
                for (uint32_t y = 0; y < height; y++)
                        png_read_row(png, all + y * stride, NULL);
        for (uint32_t y = 0; y < height; y++) {
                flatten(all + y * stride, width);
                scale_add_row(scale, all + y * stride);
        }
        free(all);
}

void png_read(Picture *out, PictureSize *size_out)
{
        static Scale scale;
        png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
        png_infop info = png ? png_create_info_struct(png) : NULL;
        uint32_t width, height;
        int passes;

        if (!info)
                give_up();
        png_set_user_limits(png, SIDE_MAX, SIDE_MAX);
        png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
        png_set_chunk_cache_max(png, CHUNKS_MAX);
        png_set_read_fn(png, NULL, fill);
        png_read_info(png, info);
        png_set_expand(png);
        png_set_scale_16(png);
        png_set_gray_to_rgb(png);
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
        passes = png_set_interlace_handling(png);
        png_read_update_info(png, info);
        width = png_get_image_width(png, info);
        height = png_get_image_height(png, info);
        if (png_get_rowbytes(png, info) != (size_t)width * CHANNELS_IN || !scale_begin(&scale, width, height, out))
                give_up();
        if (passes > 1)
                read_interlaced(png, &scale, width, height, passes);
        else
                read_rows(png, &scale, width, height);
        size_out->width = width;
        size_out->height = height;
        png_destroy_read_struct(&png, &info, NULL);
}
