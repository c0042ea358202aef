/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/thumbnail.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "daemon/cleanup.h"

/* Its own limits stop it earlier; this is for a machine, or a file system, that stands still. */
enum { PATIENCE_MS = 10000, LOOK_MS = 200, HEAD_SIZE = 8 };

/* Where it was installed; or beside a daemon that runs from where it was built. */
static char *program(void)
{
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
        g_autofree char *beside = folder ? g_build_filename(folder, "../thumbnail/smd-thumbnail", NULL) : NULL;

        return beside && access(beside, X_OK) == 0 ? g_steal_pointer(&beside) : g_strdup(SMD_THUMBNAIL_PATH);
}

/* The process, or a negative errno. */
static pid_t start(int picture, int output)
{
        char *const arguments[] = {(char *)"smd-thumbnail", NULL};
        char *const environment[] = {NULL};
        g_autofree char *path = program();
        posix_spawn_file_actions_t actions;
        pid_t pid = 0;
        int r;

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        /* All else that we have is closed by exec. */
        r = posix_spawn_file_actions_adddup2(&actions, picture, 0);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, output, 1);
        if (r == 0)
                r = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        if (r == 0)
                r = posix_spawn(&pid, path, &actions, NULL, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
        return r == 0 ? pid : -r;
}

/* Everything that it says, up to room bytes and an end. -1: it says more, or takes too long. */
static ssize_t listen_to(int fd, uint8_t *out, size_t room, const atomic_bool *cancelled)
{
        const gint64 deadline = g_get_monotonic_time() + PATIENCE_MS * G_GINT64_CONSTANT(1000);
        size_t size = 0;

        while (!atomic_load(cancelled) && g_get_monotonic_time() < deadline) {
                struct pollfd p = {.fd = fd, .events = POLLIN};
                ssize_t n;

                if (poll(&p, 1, LOOK_MS) <= 0)
                        continue;
                n = read(fd, out + size, room - size);
                if (n == 0)
                        return (ssize_t)size;
                if (n < 0 || size + (size_t)n == room)
                        return -1;
                size += (size_t)n;
        }
        return -1;
}

static bool ended_well(pid_t pid)
{
        int status = 0;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return false;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static uint32_t number_at(const uint8_t *data)
{
        return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

void thumbnail_make(int picture, const char *media_type, const atomic_bool *cancelled, ContentAttachment *out)
{
        g_autofree uint8_t *said = NULL;
        const size_t room = HEAD_SIZE + CONTENT_THUMBNAIL_MAX + 1;
        int pipe_fds[2];
        ssize_t size;
        pid_t pid;
        bool well;

        if (strcmp(media_type, "image/jpeg") != 0 && strcmp(media_type, "image/png") != 0)
                return;
        if (pipe2(pipe_fds, O_CLOEXEC) < 0)
                return;
        pid = start(picture, pipe_fds[1]);
        well = pid > 0;
        close(pipe_fds[1]);
        if (well) {
                said = g_malloc(room);
                size = listen_to(pipe_fds[0], said, room, cancelled);
                if (size < 0)
                        kill(pid, SIGKILL);
                well = ended_well(pid) && size > HEAD_SIZE;
        }
        close(pipe_fds[0]);
        if (!well)
                return;
        out->thumbnail = malloc((size_t)size - HEAD_SIZE);
        if (!out->thumbnail)
                return;
        out->thumbnail_size = (size_t)size - HEAD_SIZE;
        memcpy(out->thumbnail, said + HEAD_SIZE, out->thumbnail_size);
        out->width = number_at(said);
        out->height = number_at(said + 4);
}
