/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/thumbnail.h"

#include "client/connection.h"

static void on_size(GdkPixbufLoader *loader, int width, int height, gboolean *is_large)
{
        if (width <= THUMBNAIL_PIXELS_MAX && height <= THUMBNAIL_PIXELS_MAX)
                return;
        *is_large = TRUE;
        gdk_pixbuf_loader_set_size(loader, 1, 1);
}

/* Only what the daemon's own thumbnails are: no other decoder sees a stranger's bytes. */
static void decode(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
        g_autoptr(GdkPixbufLoader) loader = NULL;
        gboolean is_large = FALSE;
        GError *error = NULL;
        GdkPixbuf *picture;

        loader = gdk_pixbuf_loader_new_with_type("jpeg", &error);
        if (!loader) {
                g_task_return_error(task, error);
                return;
        }
        g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size), &is_large);
        if (!gdk_pixbuf_loader_write_bytes(loader, data, &error)) {
                gdk_pixbuf_loader_close(loader, NULL);
                g_task_return_error(task, error);
                return;
        }
        if (!gdk_pixbuf_loader_close(loader, &error)) {
                g_task_return_error(task, error);
                return;
        }
        picture = gdk_pixbuf_loader_get_pixbuf(loader);
        if (is_large || !picture)
                g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "not a thumbnail");
        else
                g_task_return_pointer(task, gdk_texture_new_for_pixbuf(picture), g_object_unref);
}

static void on_bytes(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        GError *error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) bytes = NULL;

        if (!reply) {
                g_task_return_error(task, error);
                return;
        }
        bytes = g_variant_get_child_value(reply, 0);
        g_task_set_task_data(task, g_variant_get_data_as_bytes(bytes), (GDestroyNotify)g_bytes_unref);
        g_task_run_in_thread(task, decode);
}

void thumbnail_load(MessengerMessages *messages, const char *id, GCancellable *cancellable, GAsyncReadyCallback done,
                    gpointer userdata)
{
        GTask *task = g_task_new(messages, cancellable, done, userdata);

        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Thumbnail", g_variant_new("(s)", id),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, cancellable, on_bytes, task);
}

GdkTexture *thumbnail_load_finish(GAsyncResult *result, GError **error)
{
        return g_task_propagate_pointer(G_TASK(result), error);
}
