/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "thumbnail/orientation.h"
#include "thumbnail/picture-read.h"

enum {
        BUFFER_SIZE = 64 * 1024,
        EXIF_MAX = 65533,
        COEFFICIENTS_MAX = 128 * 1024 * 1024, /* bytes: of more scans than one, all of them are in memory at once */
        SCANS_MAX = 64,                       /* each goes over all of the picture; usual are ten */
        WARNINGS_MAX = 1000,
};

typedef struct JpegReader {
        struct jpeg_decompress_struct jpeg;
        struct jpeg_source_mgr source;
        struct jpeg_error_mgr errors;
        struct jpeg_progress_mgr progress;
        int fd;
        off_t offset;
        uint8_t buffer[BUFFER_SIZE];
        uint8_t *row;
        Scale scale;
        jmp_buf back; /* to jpeg_read() */
} JpegReader;

static _Noreturn void give_up(JpegReader *reader)
{
        longjmp(reader->back, 1);
}

static _Noreturn void on_error(j_common_ptr common)
{
        give_up(common->client_data);
}

/* A few warnings are no reason to stop, and nobody reads them. */
static void on_message(j_common_ptr common, int level)
{
        if (level < 0 && ++common->err->num_warnings > WARNINGS_MAX)
                give_up(common->client_data);
}

static void on_progress(j_common_ptr common)
{
        if (((j_decompress_ptr)common)->input_scan_number > SCANS_MAX)
                give_up(common->client_data);
}

static void nothing(j_decompress_ptr jpeg)
{
}

static boolean fill(j_decompress_ptr jpeg)
{
        JpegReader *reader = jpeg->client_data;
        ssize_t n = pread(reader->fd, reader->buffer, sizeof(reader->buffer), reader->offset);

        if (n <= 0) /* a file that ends early has no thumbnail */
                give_up(reader);
        reader->offset += n;
        reader->source.next_input_byte = reader->buffer;
        reader->source.bytes_in_buffer = (size_t)n;
        return TRUE;
}

static void skip(j_decompress_ptr jpeg, long count)
{
        JpegReader *reader = jpeg->client_data;
        struct jpeg_source_mgr *source = &reader->source;

        if (count <= 0)
                return;
        if ((size_t)count <= source->bytes_in_buffer) {
                source->next_input_byte += count;
                source->bytes_in_buffer -= (size_t)count;
                return;
        }
        reader->offset += count - (long)source->bytes_in_buffer;
        source->bytes_in_buffer = 0;
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

static uint64_t coefficients_size(const struct jpeg_decompress_struct *jpeg)
{
        return (uint64_t)jpeg->image_width * jpeg->image_height * (unsigned)jpeg->num_components * sizeof(JCOEF);
}

static void begin(JpegReader *reader)
{
        struct jpeg_decompress_struct *jpeg = &reader->jpeg;

        reader->source = (struct jpeg_source_mgr){
                        .init_source = nothing,
                        .term_source = nothing,
                        .fill_input_buffer = fill,
                        .skip_input_data = skip,
                        .resync_to_restart = jpeg_resync_to_restart,
        };
        jpeg->src = &reader->source;
        reader->progress.progress_monitor = on_progress;
        jpeg->progress = &reader->progress;
        jpeg_save_markers(jpeg, JPEG_APP0 + 1, EXIF_MAX);
        jpeg_read_header(jpeg, TRUE);
        if (jpeg_has_multiple_scans(jpeg) && coefficients_size(jpeg) > COEFFICIENTS_MAX)
                give_up(reader);
        jpeg->out_color_space = JCS_RGB;
        jpeg->scale_num = 1;
        jpeg->scale_denom = denominator(jpeg);
}

static void read_all(JpegReader *reader, Picture *out, PictureSize *size_out)
{
        struct jpeg_decompress_struct *jpeg = &reader->jpeg;
        unsigned orientation;

        begin(reader);
        orientation = orientation_of(jpeg);
        jpeg_start_decompress(jpeg);
        reader->row = malloc((size_t)jpeg->output_width * SCALE_CHANNELS);
        if (!reader->row || !scale_begin(&reader->scale, jpeg->output_width, jpeg->output_height, out))
                give_up(reader);
        while (jpeg->output_scanline < jpeg->output_height) {
                jpeg_read_scanlines(jpeg, &reader->row, 1);
                scale_add_row(&reader->scale, reader->row);
        }
        *size_out = orientation_swaps_sides(orientation)
                                    ? (PictureSize){jpeg->image_height, jpeg->image_width}
                                    : (PictureSize){jpeg->image_width, jpeg->image_height};
        orientation_apply(orientation, out);
}

bool jpeg_read(int fd, Picture *out, PictureSize *size_out)
{
        JpegReader *reader = calloc(1, sizeof(*reader));
        volatile bool ended_well = false;

        if (!reader)
                return false;
        reader->fd = fd;
        reader->jpeg.client_data = reader;
        reader->jpeg.err = jpeg_std_error(&reader->errors);
        reader->errors.error_exit = on_error;
        reader->errors.emit_message = on_message;
        if (setjmp(reader->back) == 0) {
                jpeg_create_decompress(&reader->jpeg); /* keeps err and client_data */
                read_all(reader, out, size_out);
                ended_well = true;
        }
        jpeg_destroy_decompress(&reader->jpeg);
        free(reader->row);
        free(reader);
        return ended_well;
}
