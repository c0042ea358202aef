/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <png.h>
#include <setjmp.h>
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

typedef struct PngReader {
        png_structp png;
        png_infop info;
        int fd;
        off_t offset;
        uint8_t *pixels; /* a row; or all of an interlaced picture */
        Scale scale;
        jmp_buf back; /* to png_read() */
} PngReader;

static _Noreturn void give_up(PngReader *reader)
{
        longjmp(reader->back, 1);
}

static _Noreturn void on_error(png_structp png, png_const_charp text)
{
        give_up(png_get_error_ptr(png));
}

static void on_warning(png_structp png, png_const_charp text)
{
}

static void fill(png_structp png, png_bytep out, size_t size)
{
        PngReader *reader = png_get_io_ptr(png);

        while (size > 0) {
                ssize_t n = pread(reader->fd, out, size, reader->offset);

                if (n <= 0)
                        give_up(reader);
                reader->offset += n;
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

static uint8_t *allocate(PngReader *reader, size_t size)
{
        reader->pixels = malloc(size);
        if (!reader->pixels)
                give_up(reader);
        return reader->pixels;
}

static void read_rows(PngReader *reader, uint32_t width, uint32_t height)
{
        uint8_t *row = allocate(reader, (size_t)width * CHANNELS_IN);

        for (uint32_t y = 0; y < height; y++) {
                png_read_row(reader->png, row, NULL);
                flatten(row, width);
                scale_add_row(&reader->scale, row);
        }
}

static void read_interlaced(PngReader *reader, uint32_t width, uint32_t height, int passes)
{
        const size_t stride = (size_t)width * CHANNELS_IN;
        uint8_t *all;

        if (stride * height > INTERLACED_BYTES_MAX)
                give_up(reader);
        all = allocate(reader, stride * height);
        for (int pass = 0; pass < passes; pass++)
                for (uint32_t y = 0; y < height; y++)
                        png_read_row(reader->png, all + y * stride, NULL);
        for (uint32_t y = 0; y < height; y++) {
                flatten(all + y * stride, width);
                scale_add_row(&reader->scale, all + y * stride);
        }
}

static void read_all(PngReader *reader, Picture *out, PictureSize *size_out)
{
        png_structp png = reader->png;
        uint32_t width, height;
        int passes;

        png_set_user_limits(png, SIDE_MAX, SIDE_MAX);
        png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
        png_set_chunk_cache_max(png, CHUNKS_MAX);
        png_set_read_fn(png, reader, fill);
        png_read_info(png, reader->info);
        png_set_expand(png);
        png_set_scale_16(png);
        png_set_gray_to_rgb(png);
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
        passes = png_set_interlace_handling(png);
        png_read_update_info(png, reader->info);
        width = png_get_image_width(png, reader->info);
        height = png_get_image_height(png, reader->info);
        if (png_get_rowbytes(png, reader->info) != (size_t)width * CHANNELS_IN ||
            !scale_begin(&reader->scale, width, height, out))
                give_up(reader);
        if (passes > 1)
                read_interlaced(reader, width, height, passes);
        else
                read_rows(reader, width, height);
        *size_out = (PictureSize){width, height};
}

bool png_read(int fd, Picture *out, PictureSize *size_out)
{
        PngReader *reader = calloc(1, sizeof(*reader));
        volatile bool ended_well = false;

        if (!reader)
                return false;
        reader->fd = fd;
        if (setjmp(reader->back) == 0) {
                reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
                reader->info = reader->png ? png_create_info_struct(reader->png) : NULL;
                if (!reader->info)
                        give_up(reader);
                read_all(reader, out, size_out);
                ended_well = true;
        }
        png_destroy_read_struct(&reader->png, &reader->info, NULL);
        free(reader->pixels);
        free(reader);
        return ended_well;
}
