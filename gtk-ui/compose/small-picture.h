/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/*
 * A picture that the person here has chosen, in a file, made small; to be called in a thread. Only JPEG and PNG are decoded, and none that
 * says that it is very large. Returns NULL for anything else.
 */
enum { SMALL_PICTURE_PIXELS = 96 };

GdkTexture *small_picture(int fd, const char *media_type);
