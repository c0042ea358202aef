/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/messenger-proxies.h"

/*
 * The thumbnail of a message's picture, which somebody else may have made: decoded in a thread of its own, and not at all if it
 * says that it is larger than THUMBNAIL_PIXELS_MAX on a side.
 */
enum { THUMBNAIL_PIXELS_MAX = 640 };

void thumbnail_load(MessengerMessages *messages, const char *id, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer userdata);
GdkTexture *thumbnail_load_finish(GAsyncResult *result, GError **error);
