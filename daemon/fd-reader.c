/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/fd-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "daemon/cleanup.h"

struct FdReader {
        int poll_fd; /* what was handed over; its state says when there is something, or the end */
        int read_fd; /* the same file opened anew without blocking, or -1 */
        bool socket, unreadable;
        size_t limit, size;
        uint8_t *data; /* limit + 1 bytes: the last one shows that it is too long */
        guint ready, start, timeout;
        FdReaderDone done;
        void *userdata;
};

FdReader *fd_reader_free(FdReader *reader)
{
        if (!reader)
                return NULL;
        if (reader->ready)
                g_source_remove(reader->ready);
        if (reader->start)
                g_source_remove(reader->start);
        if (reader->timeout)
                g_source_remove(reader->timeout);
        if (reader->read_fd >= 0)
                close(reader->read_fd);
        if (reader->poll_fd >= 0)
                close(reader->poll_fd);
        sodium_free(reader->data);
        free(reader);
        return NULL;
}

void fd_reader_freep(FdReader **reader)
{
        *reader = fd_reader_free(*reader);
}

static void finish(FdReader *reader, int result)
{
        _cleanup_(fd_reader_freep) FdReader *owned = reader;

        owned->done(owned->userdata, result, owned->data, result == 0 ? owned->size : 0);
}

/* Returns whether to go on. Called when the descriptor is readable, and once at the start. */
static bool read_some(FdReader *reader)
{
        for (;;) {
                size_t room = reader->limit + 1 - reader->size;
                ssize_t n;

                if (reader->socket)
                        n = recv(reader->poll_fd, reader->data + reader->size, room, MSG_DONTWAIT);
                else
                        n = read(reader->read_fd >= 0 ? reader->read_fd : reader->poll_fd,
                                 reader->data + reader->size, room);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return true;
                if (n < 0) {
                        finish(reader, errno == EISDIR ? FD_READER_NOT_A_FILE : -errno);
                        return false;
                }
                if (n == 0) {
                        finish(reader, 0);
                        return false;
                }
                reader->size += (size_t)n;
                if (reader->size > reader->limit) {
                        finish(reader, FD_READER_TOO_LONG);
                        return false;
                }
                /* A descriptor that might block is read once for each time that poll() calls it readable. */
                if (!reader->socket && reader->read_fd < 0)
                        return true;
        }
}

static gboolean on_ready(gint fd, GIOCondition condition, gpointer userdata)
{
        FdReader *reader = userdata;
        guint source = reader->ready;

        /* finish() may free the reader: its source is ours to end by the return value, not by
         * g_source_remove(). */
        reader->ready = 0;
        if (!read_some(reader))
                return G_SOURCE_REMOVE;
        reader->ready = source;
        return G_SOURCE_CONTINUE;
}

/*
 * A pipe that was opened anew never reports the hang-up of writers that were gone before: hence one read
 * without waiting for poll().
 */
static gboolean on_start(gpointer userdata)
{
        FdReader *reader = userdata;

        reader->start = 0;
        if (reader->unreadable)
                finish(reader, FD_READER_NOT_A_FILE);
        else if ((!reader->socket && reader->read_fd < 0) || read_some(reader))
                reader->ready = g_unix_fd_add(reader->poll_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_ready,
                                              reader);
        return G_SOURCE_REMOVE;
}

static gboolean on_timeout(gpointer userdata)
{
        FdReader *reader = userdata;

        reader->timeout = 0;
        finish(reader, FD_READER_NEVER_ENDS);
        return G_SOURCE_REMOVE;
}

int fd_reader_new(int fd, size_t limit, FdReaderDone done, void *userdata, FdReader **out)
{
        _cleanup_(fd_reader_freep) FdReader *reader = NULL;
        struct stat status;
        char path[64];

        reader = calloc(1, sizeof(*reader));
        if (!reader)
                return -ENOMEM;
        reader->read_fd = -1;
        reader->limit = limit;
        reader->done = done;
        reader->userdata = userdata;
        reader->poll_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (reader->poll_fd < 0)
                return -errno;
        reader->data = sodium_malloc(limit + 1);
        if (!reader->data)
                return -ENOMEM;

        if (fstat(fd, &status) < 0)
                return -errno;
        if (S_ISSOCK(status.st_mode)) {
                reader->socket = true;
        } else if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
                snprintf(path, sizeof(path), "/proc/self/fd/%d", reader->poll_fd);
                reader->read_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        } else if (!S_ISREG(status.st_mode)) {
                reader->unreadable = true;
        }

        reader->start = g_idle_add(on_start, reader);
        reader->timeout = g_timeout_add_seconds(FD_READER_SECONDS, on_timeout, reader);
        *out = g_steal_pointer(&reader);
        return 0;
}
