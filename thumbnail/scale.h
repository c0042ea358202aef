/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes a picture small while its rows come: each pixel of the small one is the mean of those that fall on it. Nothing is as large as the
 * picture itself.
 */
#ifndef SCALE_SIDE
#define SCALE_SIDE 320 /* a program that shows pictures is built with another one */
#endif
enum { SCALE_SIDE_MAX = SCALE_SIDE, SCALE_CHANNELS = 3 };

typedef struct Picture {
        uint32_t width, height; /* at most SCALE_SIDE_MAX */
        uint8_t pixels[SCALE_SIDE_MAX * SCALE_SIDE_MAX * SCALE_CHANNELS];
} Picture;

typedef struct Scale {
        uint32_t width, height; /* of what comes */
        uint32_t row;           /* how much has come */
        uint64_t sums[SCALE_SIDE_MAX * SCALE_CHANNELS];
        uint64_t counts[SCALE_SIDE_MAX];
        Picture *out;
} Scale;

/* False: it has no pixels. */
bool scale_begin(Scale *scale, uint32_t width, uint32_t height, Picture *out);
void scale_add_row(Scale *scale, const uint8_t *rgb); /* exactly height times */
