/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "thumbnail/scale.h"

/* What the head of the answer says: the picture as it is to be seen. */
typedef struct PictureSize {
        uint32_t width, height;
} PictureSize;

/*
 * Read the picture in descriptor 0, small and upright. They return only if that went well; whatever the libraries call an
 * error ends the process by give_up().
 */
void jpeg_read(Picture *out, PictureSize *size_out);
void png_read(Picture *out, PictureSize *size_out);

_Noreturn void give_up(void);
