/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/failure.h"

static int fail(GError **error, const char *what)
{
        g_set_error(error, CLIENT_FAILURE, CLIENT_FAILURE_FAILED, "%s: %s", what, g_strerror(errno));
        return -1;
}

int client_descriptor_new(GError **error)
{
        int fd = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);

        return fd < 0 ? fail(error, "memfd_create") : fd;
}

gboolean client_descriptor_seal(int fd, GError **error)
{
        if (lseek(fd, 0, SEEK_SET) >= 0 &&
            fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) >= 0)
                return TRUE;
        fail(error, "fcntl");
        return FALSE;
}

int client_descriptor_from_bytes(const void *bytes, size_t size, GError **error)
{
        int fd = client_descriptor_new(error);
        size_t done = 0;

        if (fd < 0)
                return -1;
        while (done < size) {
                ssize_t n = write(fd, (const char *)bytes + done, size - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0) {
                        fail(error, "write");
                        close(fd);
                        return -1;
                }
                done += (size_t)n;
        }
        if (!client_descriptor_seal(fd, error)) {
                close(fd);
                return -1;
        }
        return fd;
}

gssize client_descriptor_read(int fd, void *bytes, size_t max, GError **error)
{
        size_t done = 0;

        while (done < max) {
                ssize_t n = read(fd, (char *)bytes + done, max - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail(error, _("What was given cannot be read"));
                if (n == 0)
                        break;
                done += (size_t)n;
        }
        return (gssize)done;
}
