/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "thumbnail/scale.h"

/* How a camera was held: 1 to 8, as the tag of Exif 2.3, section 4.6.4, has it. 1 where nothing says so. */
unsigned orientation_read(const uint8_t *exif, size_t size); /* from "Exif\0\0" on */
bool orientation_swaps_sides(unsigned orientation);
/* Turns it to stand upright. */
void orientation_apply(unsigned orientation, Picture *picture);
