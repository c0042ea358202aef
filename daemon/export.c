/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/export.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/cleanup.h"
#include "daemon/store-export.h"
#include "daemon/store-message.h"

enum {
        FILL_BYTES = 64 * 1024, /* waiting to be written: enough, no more are fetched */
        TURN_BYTES = 64 * 1024, /* written in one turn of the main loop */
        PROGRESS_EVERY_MS = 250,
};

struct Export {
        Store *store;
        int64_t contact;
        int fd;
        bool is_socket;
        ExportSeal *seal;
        GByteArray *waiting;
        size_t written; /* of it */
        uint64_t number, done;
        AttachmentReader *file; /* of the message that was written last */
        char file_id[MESSAGE_ID_TEXT_SIZE];
        uint64_t file_offset;
        ExportBounds bounds;
        bool has_begun, is_complete;
        int64_t told; /* when, monotonic */
        guint source;
        const ExportHandler *handler;
        void *userdata;
};

/* ---- Lines ---- */

static void push(Export *export, GString *line)
{
        g_string_append_c(line, '\n');
        if (export->seal)
                export_seal_push(export->seal, line->str, line->len, export->waiting);
        else
                g_byte_array_append(export->waiting, (const guint8 *)line->str, (guint)line->len);
}

static int push_header(Export *export)
{
        g_autoptr(GString) line = g_string_new(NULL);
        int r;

        export->has_begun = true;
        r = export->handler->header(export->userdata, line);
        if (r == 0)
                push(export, line);
        return r;
}

/* Its lines so far are worth nothing. */
static void push_damaged(Export *export)
{
        g_autoptr(GString) line = g_string_new(NULL);

        g_string_printf(line, "{\"line\":\"file-damaged\",\"id\":\"%s\"}", export->file_id);
        push(export, line);
}

static int push_message(void *userdata, const Message *message)
{
        g_autoptr(GString) line = g_string_new(NULL);
        Export *export = userdata;
        int r;

        if (message->kind == MESSAGE_EXPIRED) /* meanwhile */
                return 0;
        r = export->handler->message(export->userdata, message, line);
        if (r != 0)
                return r;
        push(export, line);
        export->done++;
        if (message->kind != MESSAGE_ATTACHMENT)
                return 0;
        message_id_format(&message->id, export->file_id);
        export->file_offset = 0;
        r = export->handler->file(export->userdata, message->number, &export->file);
        if (r == PROBLEM_ATTACHMENT_DAMAGED)
                push_damaged(export);
        return r < 0 ? r : 0;
}

static int push_file(Export *export)
{
        g_autoptr(GString) line = g_string_new(NULL);
        g_autofree char *base64 = NULL;
        const uint8_t *data = NULL;
        size_t size = 0;
        int r;

        r = attachment_reader_next(export->file, &data, &size);
        if (r == 0 && size > 0) {
                base64 = g_base64_encode(data, size);
                g_string_printf(line,
                                "{\"line\":\"file\",\"id\":\"%s\",\"offset\":%" G_GUINT64_FORMAT
                                ",\"data\":\"%s\"}",
                                export->file_id, export->file_offset, base64);
                push(export, line);
                export->file_offset += size;
                return 0;
        }
        export->file = attachment_reader_free(export->file);
        if (r > 0)
                push_damaged(export);
        return r < 0 ? r : 0;
}

static void push_end(Export *export)
{
        g_autoptr(GString) line = g_string_new(NULL);

        g_string_printf(line, "{\"line\":\"end\",\"messages\":%" G_GUINT64_FORMAT "}", export->done);
        push(export, line);
        if (export->seal)
                export_seal_finish(export->seal, export->waiting);
        export->is_complete = true;
}

static int push_next(Export *export)
{
        uint64_t number = 0;
        int r;

        if (!export->has_begun)
                return push_header(export);
        if (export->file)
                return push_file(export);
        r = store_export_next(export->store, export->contact, export->number, &number);
        if (r < 0)
                return r;
        if (number == 0 || number > export->bounds.last) {
                push_end(export);
                return 0;
        }
        export->number = number;
        r = store_message_get(export->store, number, push_message, export);
        return r < 0 ? r : 0;
}

static int fill(Export *export)
{
        int r = 0;

        while (r == 0 && !export->is_complete && export->waiting->len - export->written < FILL_BYTES)
                r = push_next(export);
        return r;
}

/* ---- Writing ---- */

static bool can_write(int fd)
{
        struct pollfd p = {.fd = fd, .events = POLLOUT};

        return poll(&p, 1, 0) > 0;
}

/* What a pipe takes at once when it says that it takes something: PIPE_BUF, without blocking and without
 * changing the flags that others share. */
static ssize_t write_some(Export *export)
{
        const uint8_t *data = export->waiting->data + export->written;
        size_t size = export->waiting->len - export->written;

        if (export->is_socket)
                return send(export->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (!can_write(export->fd)) {
                errno = EAGAIN;
                return -1;
        }
        return write(export->fd, data, MIN(size, PIPE_BUF));
}

static int write_turn(Export *export)
{
        size_t total = 0;

        while (export->written < export->waiting->len && total < TURN_BYTES) {
                ssize_t n = write_some(export);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
                        break;
                if (n < 0)
                        return errno == EPIPE || errno == ECONNRESET ? EXPORT_READER_GONE : -errno;
                export->written += (size_t)n;
                total += (size_t)n;
        }
        if (export->written == export->waiting->len) {
                g_byte_array_set_size(export->waiting, 0);
                export->written = 0;
        }
        return 0;
}

static void tell_progress(Export *export)
{
        int64_t now = g_get_monotonic_time();

        if (now - export->told < PROGRESS_EVERY_MS * INT64_C(1000))
                return;
        export->told = now;
        export->handler->progress(export->userdata, export->done, export->bounds.total);
}

static gboolean on_writable(gint fd, GIOCondition condition, gpointer userdata)
{
        Export *export = userdata;
        int r;

        r = condition & G_IO_ERR ? EXPORT_READER_GONE : fill(export);
        if (r == 0)
                r = write_turn(export);
        if (r == 0 && !(export->is_complete && export->waiting->len == 0)) {
                tell_progress(export);
                return G_SOURCE_CONTINUE;
        }
        export->source = 0;
        export->handler->ended(export->userdata, r, export->done);
        return G_SOURCE_REMOVE;
}

/* ---- Life ---- */

int export_check_descriptor(int fd)
{
        struct stat s;

        if (fstat(fd, &s) < 0)
                return -errno;
        return S_ISREG(s.st_mode) || S_ISFIFO(s.st_mode) || S_ISSOCK(s.st_mode) ? 0 : EXPORT_NOT_A_FILE;
}

static void export_freep(Export **export)
{
        export_free(*export);
}

int export_new(Store *store, int64_t contact, int fd, ExportSeal *seal, const ExportHandler *handler,
               void *userdata, Export **out)
{
        _cleanup_(export_freep) Export *export = g_new0(Export, 1);
        int type = 0, r;
        socklen_t size = sizeof(type);

        export->seal = seal;
        export->fd = -1;
        export->waiting = g_byte_array_new();
        r = export_check_descriptor(fd);
        if (r != 0)
                return r;
        export->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (export->fd < 0)
                return -errno;
        export->is_socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
        r = store_export_bounds(store, contact, &export->bounds);
        if (r < 0)
                return r;
        export->store = store;
        export->contact = contact;
        export->handler = handler;
        export->userdata = userdata;
        export->told = g_get_monotonic_time();
        export->source = g_unix_fd_add_full(G_PRIORITY_DEFAULT_IDLE, export->fd, G_IO_OUT | G_IO_ERR,
                                            on_writable, export, NULL);
        *out = g_steal_pointer(&export);
        return 0;
}

Export *export_free(Export *export)
{
        if (!export)
                return NULL;
        if (export->source)
                g_source_remove(export->source);
        export_seal_free(export->seal);
        attachment_reader_free(export->file);
        if (export->fd >= 0)
                close(export->fd);
        if (export->waiting->len > 0)
                explicit_bzero(export->waiting->data, export->waiting->len);
        g_byte_array_unref(export->waiting);
        g_free(export);
        return NULL;
}
