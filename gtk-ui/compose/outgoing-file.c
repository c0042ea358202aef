/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/outgoing-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/descriptor.h"
#include "client/failure.h"
#include "gtk-ui/compose/small-picture.h"

struct _SmOutgoingFile {
        GObject parent;
        int fd;
        char *name, *media_type;
        guint64 size;
        GdkTexture *preview;
};

G_DEFINE_FINAL_TYPE(SmOutgoingFile, sm_outgoing_file, G_TYPE_OBJECT)

/* One of file, bytes and texture. */
typedef struct Source {
        GFile *file;
        GBytes *bytes;
        GdkTexture *texture;
        char *name; /* of a file, too */
} Source;

static void source_free(void *userdata)
{
        Source *source = userdata;

        g_clear_object(&source->file);
        g_clear_pointer(&source->bytes, g_bytes_unref);
        g_clear_object(&source->texture);
        g_free(source->name);
        g_free(source);
}

/* ---- In a thread ---- */

static int fail(const Source *source, const char *why, GError **error)
{
        g_set_error(error, CLIENT_FAILURE, CLIENT_FAILURE_ATTACHMENT_UNREADABLE, "%s: %s", source->name, why);
        return -1;
}

static int open_file(const Source *source, GError **error)
{
        g_autofree char *path = g_file_get_path(source->file);
        struct stat st;
        int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;

        if (!path)
                return fail(source, _("This is not a file on this computer."), error);
        if (fd < 0)
                return fail(source, g_strerror(errno), error);
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
                return fd;
        close(fd);
        return fail(source, _("This is not a regular file."), error);
}

static int open_bytes(GBytes *bytes, GError **error)
{
        gsize size = 0;
        const void *data = g_bytes_get_data(bytes, &size);

        return client_descriptor_from_bytes(data, size, error);
}

static int open_source(const Source *source, GError **error)
{
        g_autoptr(GBytes) png = NULL;

        if (source->file)
                return open_file(source, error);
        if (source->bytes)
                return open_bytes(source->bytes, error);
        png = gdk_texture_save_to_png_bytes(source->texture);
        return png ? open_bytes(png, error) : fail(source, "", error);
}

/* By its name and its first bytes; the two kinds that have thumbnails also where there is no database. */
static char *media_type_of(const char *name, int fd)
{
        guchar beginning[4096];
        ssize_t n = pread(fd, beginning, sizeof(beginning), 0);
        g_autofree char *type = NULL, *mime = NULL;

        if (n >= 3 && memcmp(beginning, "\xff\xd8\xff", 3) == 0)
                return g_strdup("image/jpeg");
        if (n >= 8 && memcmp(beginning, "\x89PNG\r\n\x1a\n", 8) == 0)
                return g_strdup("image/png");
        type = g_content_type_guess(name, beginning, n > 0 ? (gsize)n : 0, NULL);
        mime = g_content_type_get_mime_type(type);
        return mime && g_utf8_validate(mime, -1, NULL) ? g_steal_pointer(&mime) : NULL;
}

static void prepare(GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
        g_autoptr(SmOutgoingFile) self = g_object_new(SM_TYPE_OUTGOING_FILE, NULL);
        const Source *source = data;
        GError *error = NULL;
        struct stat st;

        self->fd = open_source(source, &error);
        if (self->fd < 0 || fstat(self->fd, &st) < 0) {
                if (self->fd >= 0)
                        fail(source, g_strerror(errno), &error);
                g_task_return_error(task, error);
                return;
        }
        self->size = (guint64)st.st_size;
        self->name = g_strdup(source->name);
        self->media_type = media_type_of(self->name, self->fd);
        self->preview = small_picture(self->fd, self->media_type);
        g_task_return_pointer(task, g_steal_pointer(&self), g_object_unref);
}

/* ---- The object ---- */

static void start(Source *source, GCancellable *cancellable, GAsyncReadyCallback done, gpointer userdata)
{
        g_autoptr(GTask) task = g_task_new(NULL, cancellable, done, userdata);

        g_task_set_task_data(task, source, source_free);
        g_task_run_in_thread(task, prepare);
}

void sm_outgoing_file_open(GFile *file, GCancellable *cancellable, GAsyncReadyCallback done, gpointer userdata)
{
        Source *source = g_new0(Source, 1);
        g_autofree char *name = g_file_get_basename(file);

        source->file = g_object_ref(file);
        source->name = g_utf8_make_valid(name ? name : "", -1);
        start(source, cancellable, done, userdata);
}

void sm_outgoing_file_from_bytes(GBytes *bytes, const char *name, GCancellable *cancellable, GAsyncReadyCallback done,
                                 gpointer userdata)
{
        Source *source = g_new0(Source, 1);

        source->bytes = g_bytes_ref(bytes);
        source->name = g_strdup(name);
        start(source, cancellable, done, userdata);
}

void sm_outgoing_file_from_texture(GdkTexture *texture, const char *name, GCancellable *cancellable,
                                   GAsyncReadyCallback done, gpointer userdata)
{
        Source *source = g_new0(Source, 1);

        source->texture = g_object_ref(texture);
        source->name = g_strdup(name);
        start(source, cancellable, done, userdata);
}

SmOutgoingFile *sm_outgoing_file_finish(GAsyncResult *result, GError **error)
{
        return g_task_propagate_pointer(G_TASK(result), error);
}

static void sm_outgoing_file_finalize(GObject *object)
{
        SmOutgoingFile *self = SM_OUTGOING_FILE(object);

        if (self->fd >= 0)
                close(self->fd);
        g_free(self->name);
        g_free(self->media_type);
        g_clear_object(&self->preview);
        G_OBJECT_CLASS(sm_outgoing_file_parent_class)->finalize(object);
}

static void sm_outgoing_file_class_init(SmOutgoingFileClass *class)
{
        G_OBJECT_CLASS(class)->finalize = sm_outgoing_file_finalize;
}

static void sm_outgoing_file_init(SmOutgoingFile *self)
{
        self->fd = -1;
}

int sm_outgoing_file_descriptor(SmOutgoingFile *self)
{
        return self->fd;
}

const char *sm_outgoing_file_name(SmOutgoingFile *self)
{
        return self->name;
}

const char *sm_outgoing_file_media_type(SmOutgoingFile *self)
{
        return self->media_type;
}

guint64 sm_outgoing_file_size(SmOutgoingFile *self)
{
        return self->size;
}

GdkTexture *sm_outgoing_file_preview(SmOutgoingFile *self)
{
        return self->preview;
}
