/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/small-picture.h"

#include <string.h>
#include <unistd.h>

enum { PIXELS_MAX = 50 * 1000 * 1000, BYTES_MAX = 64 * 1024 * 1024, PIECE = 64 * 1024 };

/* A size of 0 ends it, before there is room for a pixel. */
static void on_size(GdkPixbufLoader *loader, int width, int height)
{
        int longer = MAX(width, height);

        if ((gint64)width * height > PIXELS_MAX)
                gdk_pixbuf_loader_set_size(loader, 0, 0);
        else if (longer > SMALL_PICTURE_PIXELS)
                gdk_pixbuf_loader_set_size(loader, MAX(1, width * SMALL_PICTURE_PIXELS / longer),
                                           MAX(1, height * SMALL_PICTURE_PIXELS / longer));
}

static gboolean feed(GdkPixbufLoader *loader, int fd)
{
        g_autofree guchar *piece = g_malloc(PIECE);

        for (off_t offset = 0; offset < BYTES_MAX;) {
                ssize_t n = pread(fd, piece, PIECE, offset);

                if (n <= 0)
                        return n == 0;
                if (!gdk_pixbuf_loader_write(loader, piece, (gsize)n, NULL))
                        return FALSE;
                offset += n;
        }
        return FALSE;
}

GdkTexture *small_picture(int fd, const char *media_type)
{
        const char *kind = g_strcmp0(media_type, "image/jpeg") == 0  ? "jpeg"
                           : g_strcmp0(media_type, "image/png") == 0 ? "png"
                                                                     : NULL;
        g_autoptr(GdkPixbufLoader) loader = kind ? gdk_pixbuf_loader_new_with_type(kind, NULL) : NULL;
        g_autoptr(GdkPixbuf) picture = NULL;
        gboolean fed;

        if (!loader)
                return NULL;
        g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size), NULL);
        fed = feed(loader, fd);
        if (!gdk_pixbuf_loader_close(loader, NULL) || !fed || !gdk_pixbuf_loader_get_pixbuf(loader))
                return NULL;
        picture = gdk_pixbuf_apply_embedded_orientation(gdk_pixbuf_loader_get_pixbuf(loader));
        return gdk_texture_new_for_pixbuf(picture);
}
