/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "thumbnail/orientation.h"
#include "thumbnail/picture-read.h"

enum { BUFFER_SIZE = 64 * 1024, EXIF_MAX = 65533 };

typedef struct Source {
        struct jpeg_source_mgr manager;
        off_t offset;
        uint8_t buffer[BUFFER_SIZE];
} Source;

static void on_error(j_common_ptr common)
{
        give_up();
}

/* A warning is no reason to stop; nobody reads it. */
static void on_message(j_common_ptr common, int level)
{
}

static void nothing(j_decompress_ptr jpeg)
{
}

static boolean fill(j_decompress_ptr jpeg)
{
        Source *source = (Source *)jpeg->src;
        ssize_t n = pread(STDIN_FILENO, source->buffer, sizeof(source->buffer), source->offset);

        if (n <= 0) /* a file that ends early has no thumbnail */
                give_up();
        source->offset += n;
        source->manager.next_input_byte = source->buffer;
        source->manager.bytes_in_buffer = (size_t)n;
        return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count)
{
        Source *source = (Source *)jpeg->src;

        if (count <= 0)
                return;
        if ((size_t)count <= source->manager.bytes_in_buffer) {
                source->manager.next_input_byte += count;
                source->manager.bytes_in_buffer -= (size_t)count;
                return;
        }
        source->offset += count - (long)source->manager.bytes_in_buffer;
        source->manager.bytes_in_buffer = 0;
}

static unsigned orientation_of(const struct jpeg_decompress_struct *jpeg)
{
        for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next)
                if (m->marker == JPEG_APP0 + 1 && m->data_length >= 6 && memcmp(m->data, "Exif\0\0", 6) == 0)
                        return orientation_read(m->data, m->data_length);
        return 1;
}

/* The library makes it smaller by powers of two while it reads, which is most of the work saved. */
static unsigned denominator(const struct jpeg_decompress_struct *jpeg)
{
        const unsigned longest =
                        jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height;
        unsigned d = 1;

        while (d < 8 && longest / (2 * d) >= SCALE_SIDE_MAX)
                d *= 2;
        return d;
}

void jpeg_read(Picture *out, PictureSize *size_out)
{
        static Source source;
        static Scale scale;
        struct jpeg_decompress_struct jpeg;
        struct jpeg_error_mgr errors;
        unsigned orientation;
        uint8_t *row;

        jpeg.err = jpeg_std_error(&errors);
        errors.error_exit = on_error;
        errors.emit_message = on_message;
        jpeg_create_decompress(&jpeg);
        source.manager.init_source = nothing;
        source.manager.term_source = nothing;
        source.manager.fill_input_buffer = fill;
        source.manager.skip_input_data = skip;
        source.manager.resync_to_restart = jpeg_resync_to_restart;
        jpeg.src = &source.manager;
        jpeg_save_markers(&jpeg, JPEG_APP0 + 1, EXIF_MAX);
        jpeg_read_header(&jpeg, TRUE);
        orientation = orientation_of(&jpeg);
        jpeg.out_color_space = JCS_RGB;
        jpeg.scale_num = 1;
        jpeg.scale_denom = denominator(&jpeg);
        jpeg_start_decompress(&jpeg);

        row = malloc((size_t)jpeg.output_width * SCALE_CHANNELS);
        if (!row || !scale_begin(&scale, jpeg.output_width, jpeg.output_height, out))
                give_up();
        while (jpeg.output_scanline < jpeg.output_height) {
                jpeg_read_scanlines(&jpeg, &row, 1);
                scale_add_row(&scale, row);
        }
        free(row);
        size_out->width = orientation_swaps_sides(orientation) ? jpeg.image_height : jpeg.image_width;
        size_out->height = orientation_swaps_sides(orientation) ? jpeg.image_width : jpeg.image_height;
        orientation_apply(orientation, out);
        jpeg_destroy_decompress(&jpeg);
}
