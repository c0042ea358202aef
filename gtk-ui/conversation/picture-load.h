/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"

/*
 * The picture in the file of a message, a JPEG or PNG, in bounded memory: a process with nothing at hand decodes it, and makes it at most
 * PICTURE_SIDE_MAX pixels on a side; this one takes in numbers. G_IO_ERROR_INVALID_DATA where nothing came of it: it is
 * broken, a bomb, or no picture; G_IO_ERROR_NO_SPACE: the file has more than PICTURE_FILE_MAX bytes.
 */
enum { PICTURE_SIDE_MAX = 2048, PICTURE_FILE_MAX = 64 * 1024 * 1024 };

void picture_load(SmDaemon *daemon, const char *id, guint64 size, GCancellable *cancellable, GAsyncReadyCallback done,
                  gpointer userdata);
GdkTexture *picture_load_finish(GAsyncResult *result, GError **error);
