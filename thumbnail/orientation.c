/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail/orientation.h"

#include <string.h>

enum {
        HEAD_SIZE = 6,   /* "Exif\0\0"; a TIFF file follows */
        ENTRY_SIZE = 12, /* of a TIFF directory */
        TAG_ORIENTATION = 0x0112,
};

typedef struct Tiff {
        const uint8_t *data;
        size_t size;
        bool little;
} Tiff;

static uint32_t number(const Tiff *tiff, size_t at, unsigned bytes)
{
        uint32_t value = 0;

        for (unsigned i = 0; i < bytes; i++)
                value |= (uint32_t)tiff->data[at + i] << 8 * (tiff->little ? i : bytes - 1 - i);
        return value;
}

unsigned orientation_read(const uint8_t *exif, size_t size)
{
        Tiff tiff = {.data = exif + HEAD_SIZE};
        size_t at;
        uint32_t entries;

        if (size < HEAD_SIZE + 8 || memcmp(exif, "Exif\0\0", HEAD_SIZE) != 0)
                return 1;
        tiff.size = size - HEAD_SIZE;
        tiff.little = tiff.data[0] == 'I';
        at = number(&tiff, 4, 4);
        if (at > tiff.size || tiff.size - at < 2)
                return 1;
        entries = number(&tiff, at, 2);
        for (at += 2; entries > 0 && tiff.size - at >= ENTRY_SIZE; entries--, at += ENTRY_SIZE) {
                uint32_t value;

                if (number(&tiff, at, 2) != TAG_ORIENTATION)
                        continue;
                value = number(&tiff, at + 8, 2);
                return value >= 1 && value <= 8 ? value : 1;
        }
        return 1;
}

bool orientation_swaps_sides(unsigned orientation)
{
        return orientation >= 5;
}

/* Where the pixel at x, y of the upright picture lies in the other one. */
static size_t source_of(unsigned orientation, const Picture *from, uint32_t x, uint32_t y)
{
        const uint32_t right = from->width - 1, bottom = from->height - 1;

        switch (orientation) {
        case 2:
                return (size_t)y * from->width + (right - x);
        case 3:
                return (size_t)(bottom - y) * from->width + (right - x);
        case 4:
                return (size_t)(bottom - y) * from->width + x;
        case 5:
                return (size_t)x * from->width + y;
        case 6:
                return (size_t)(bottom - x) * from->width + y;
        case 7:
                return (size_t)(bottom - x) * from->width + (right - y);
        case 8:
                return (size_t)x * from->width + (right - y);
        default:
                return (size_t)y * from->width + x;
        }
}

void orientation_apply(unsigned orientation, Picture *picture)
{
        static Picture from;

        if (orientation == 1)
                return;
        from = *picture;
        if (orientation_swaps_sides(orientation)) {
                picture->width = from.height;
                picture->height = from.width;
        }
        for (uint32_t y = 0; y < picture->height; y++)
                for (uint32_t x = 0; x < picture->width; x++)
                        memcpy(picture->pixels + ((size_t)y * picture->width + x) * SCALE_CHANNELS,
                               from.pixels + source_of(orientation, &from, x, y) * SCALE_CHANNELS,
                               SCALE_CHANNELS);
}
