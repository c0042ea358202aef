/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/picture-load.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gtk-ui/conversation/file-fetch.h"

enum { HEAD_SIZE = 8, CHANNELS = 3, PATIENCE_SECONDS = 15 };

typedef struct Loading {
        int fd;
        GSubprocess *process;
        guint8 *data;
        guint timer;
} Loading;

static void loading_free(gpointer data)
{
        Loading *loading = data;

        g_clear_handle_id(&loading->timer, g_source_remove);
        if (loading->process)
                g_subprocess_force_exit(loading->process);
        g_clear_object(&loading->process);
        if (loading->fd >= 0)
                close(loading->fd);
        g_free(loading->data);
        g_free(loading);
}

static void fail(GTask *task, int code)
{
        g_task_return_new_error(task, G_IO_ERROR, code, "no picture");
}

static guint32 number_at(const guint8 *data)
{
        return (guint32)data[0] << 24 | (guint32)data[1] << 16 | (guint32)data[2] << 8 | data[3];
}

static GdkTexture *texture_of(Loading *loading, gsize size)
{
        const guint32 width = size >= HEAD_SIZE ? number_at(loading->data) : 0;
        const guint32 height = size >= HEAD_SIZE ? number_at(loading->data + 4) : 0;
        g_autoptr(GBytes) all = NULL;
        g_autoptr(GBytes) pixels = NULL;

        if (width == 0 || height == 0 || width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX ||
            size != HEAD_SIZE + (gsize)width * height * CHANNELS)
                return NULL;
        all = g_bytes_new_take(g_steal_pointer(&loading->data), size);
        pixels = g_bytes_new_from_bytes(all, HEAD_SIZE, size - HEAD_SIZE);
        return gdk_memory_texture_new((int)width, (int)height, GDK_MEMORY_R8G8B8, pixels, (gsize)width * CHANNELS);
}

static void on_read(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        Loading *loading = g_task_get_task_data(task);
        GdkTexture *texture = NULL;
        GError *error = NULL;
        gsize size = 0;

        if (!g_input_stream_read_all_finish(G_INPUT_STREAM(source), result, &size, &error)) {
                g_task_return_error(task, error);
                return;
        }
        texture = texture_of(loading, size);
        if (texture)
                g_task_return_pointer(task, texture, g_object_unref);
        else
                fail(task, G_IO_ERROR_INVALID_DATA);
}

/* Its own limits stop it earlier; this is for a machine that stands still. */
static gboolean on_too_long(gpointer userdata)
{
        Loading *loading = userdata;

        loading->timer = 0;
        g_subprocess_force_exit(loading->process);
        return G_SOURCE_REMOVE;
}

/* Where it was installed; or beside a window that runs from where it was built. */
static char *program(void)
{
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
        g_autofree char *beside = folder ? g_build_filename(folder, "../thumbnail/secure-messenger-picture", NULL) : NULL;

        return beside && access(beside, X_OK) == 0 ? g_steal_pointer(&beside) : g_strdup(PICTURE_PROGRAM_PATH);
}

static void on_fetched(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GTask) task = userdata;
        Loading *loading = g_task_get_task_data(task);
        g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                            G_SUBPROCESS_FLAGS_STDERR_SILENCE);
        const gsize room = HEAD_SIZE + (gsize)PICTURE_SIDE_MAX * PICTURE_SIDE_MAX * CHANNELS;
        g_autofree char *path = program();
        char *nothing[] = {NULL};
        GError *error = NULL;

        if (!file_fetch_finish(result, &error)) {
                g_task_return_error(task, error);
                return;
        }
        g_subprocess_launcher_set_environ(launcher, nothing);
        g_subprocess_launcher_take_stdin_fd(launcher, g_steal_fd(&loading->fd));
        loading->process = g_subprocess_launcher_spawn(launcher, &error, path, NULL);
        if (!loading->process) {
                g_task_return_error(task, error);
                return;
        }
        loading->timer = g_timeout_add_seconds(PATIENCE_SECONDS, on_too_long, loading);
        loading->data = g_malloc(room);
        g_input_stream_read_all_async(g_subprocess_get_stdout_pipe(loading->process), loading->data, room, G_PRIORITY_DEFAULT,
                                      g_task_get_cancellable(task), on_read, g_object_ref(task));
}

void picture_load(SmDaemon *daemon, const char *id, guint64 size, GCancellable *cancellable, GAsyncReadyCallback done,
                  gpointer userdata)
{
        g_autoptr(GTask) task = g_task_new(daemon, cancellable, done, userdata);
        Loading *loading = g_new0(Loading, 1);

        g_task_set_task_data(task, loading, loading_free);
        loading->fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (size > PICTURE_FILE_MAX) {
                fail(task, G_IO_ERROR_NO_SPACE);
                return;
        }
        /* It can have no more than it was said to have. */
        if (loading->fd < 0 || ftruncate(loading->fd, (off_t)size) < 0 || fcntl(loading->fd, F_ADD_SEALS, F_SEAL_GROW) < 0) {
                fail(task, (int)g_io_error_from_errno(errno));
                return;
        }
        file_fetch(daemon, id, loading->fd, cancellable, on_fetched, g_object_ref(task));
}

GdkTexture *picture_load_finish(GAsyncResult *result, GError **error)
{
        return g_task_propagate_pointer(G_TASK(result), error);
}
