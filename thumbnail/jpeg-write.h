/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "thumbnail/scale.h"

/* A JPEG of at most max bytes, malloc()ed; false if it does not get that small. */
bool jpeg_write(const Picture *picture, size_t max, uint8_t **out, size_t *size_out);
