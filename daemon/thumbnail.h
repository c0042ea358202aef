/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>

#include "daemon/attachment.h"

/*
 * A small JPEG of a picture, made by smd-thumbnail: a program of its own, which has nothing of ours but the picture, and little
 * memory and time. Blocks until it is done or has been killed. Where nothing comes of it, out has no thumbnail, and that
 * is all: no picture can do more harm.
 */
void thumbnail_make(int picture, const char *media_type, const atomic_bool *cancelled, ContentAttachment *out);
