/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "thumbnail/scale.h"

/* What the head of the answer says: the picture as it is to be seen. */
typedef struct PictureSize {
        uint32_t width, height;
} PictureSize;

/*
 * Read the picture in a descriptor from its beginning, small and upright. False: it is none, or cut short, or would
 * take too much memory.
 */
bool jpeg_read(int fd, Picture *out, PictureSize *size_out);
bool png_read(int fd, Picture *out, PictureSize *size_out);

/* Either, by its first bytes. */
bool picture_read(int fd, Picture *out, PictureSize *size_out);
