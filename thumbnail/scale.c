/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail/scale.h"

#include <string.h>

static uint32_t shrink(uint32_t side, uint32_t longest)
{
        uint64_t small;

        if (longest <= SCALE_SIDE_MAX)
                return side;
        small = (uint64_t)side * SCALE_SIDE_MAX / longest;
        return small > 0 ? (uint32_t)small : 1;
}

bool scale_begin(Scale *scale, uint32_t width, uint32_t height, Picture *out)
{
        const uint32_t longest = width > height ? width : height;

        if (width == 0 || height == 0)
                return false;
        memset(scale, 0, sizeof(*scale));
        scale->width = width;
        scale->height = height;
        scale->out = out;
        out->width = shrink(width, longest);
        out->height = shrink(height, longest);
        return true;
}

static void finish_row(Scale *scale, uint32_t y)
{
        uint8_t *pixels = scale->out->pixels + (size_t)y * scale->out->width * SCALE_CHANNELS;

        for (uint32_t x = 0; x < scale->out->width; x++)
                for (unsigned c = 0; c < SCALE_CHANNELS; c++)
                        pixels[x * SCALE_CHANNELS + c] =
                                        (uint8_t)(scale->sums[x * SCALE_CHANNELS + c] / scale->counts[x]);
        memset(scale->sums, 0, sizeof(scale->sums));
        memset(scale->counts, 0, sizeof(scale->counts));
}

void scale_add_row(Scale *scale, const uint8_t *rgb)
{
        const uint32_t y = (uint32_t)((uint64_t)scale->row * scale->out->height / scale->height);
        uint32_t next;

        for (uint32_t i = 0; i < scale->width; i++) {
                const uint32_t x = (uint32_t)((uint64_t)i * scale->out->width / scale->width);

                for (unsigned c = 0; c < SCALE_CHANNELS; c++)
                        scale->sums[x * SCALE_CHANNELS + c] += rgb[(size_t)i * SCALE_CHANNELS + c];
                scale->counts[x]++;
        }
        scale->row++;
        next = (uint32_t)((uint64_t)scale->row * scale->out->height / scale->height);
        if (next != y)
                finish_row(scale, y);
}
