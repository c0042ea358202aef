/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/descriptor.h"
#include "client/failure.h"

enum {
        SECRET_MAPPING = CLIENT_SECRET_MAX + 1, /* one more byte, to see that there is more */
};

G_STATIC_ASSERT(SECRET_MAPPING <= PIPE_BUF); /* one write() puts all of it into an empty pipe */

ClientSecret *client_secret_new(void)
{
        ClientSecret *secret = g_new0(ClientSecret, 1);
        void *mapping = mmap(NULL, SECRET_MAPPING, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                             0);

        if (mapping == MAP_FAILED)
                g_error("out of memory"); /* as g_malloc() does */
        secret->bytes = mapping;
        /* Where the limit of locked memory is used up, an unlocked page is better than no messenger. */
        (void)mlock(mapping, SECRET_MAPPING);
        (void)madvise(mapping, SECRET_MAPPING, MADV_DONTDUMP);
        return secret;
}

ClientSecret *client_secret_free(ClientSecret *secret)
{
        if (!secret)
                return NULL;
        explicit_bzero(secret->bytes, SECRET_MAPPING);
        munmap(secret->bytes, SECRET_MAPPING);
        g_free(secret);
        return NULL;
}

gboolean client_secret_equal(const ClientSecret *a, const ClientSecret *b)
{
        return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

gboolean client_secret_read(ClientSecret *secret, int fd, GError **error)
{
        gssize size = client_descriptor_read(fd, secret->bytes, SECRET_MAPPING, error);

        if (size < 0)
                return FALSE;
        if (size > CLIENT_SECRET_MAX) {
                g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_BAD_PASSWORD,
                                    client_failure_sentence(CLIENT_FAILURE_BAD_PASSWORD));
                return FALSE;
        }
        secret->size = (size_t)size;
        return TRUE;
}

int client_secret_to_descriptor(const ClientSecret *secret, GError **error)
{
        int ends[2];
        ssize_t written;

        if (pipe2(ends, O_CLOEXEC) < 0) {
                g_set_error(error, CLIENT_FAILURE, CLIENT_FAILURE_FAILED, "pipe: %s", g_strerror(errno));
                return -1;
        }
        written = write(ends[1], secret->bytes, secret->size);
        close(ends[1]);
        if (written != (ssize_t)secret->size) {
                g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_FAILED, "the pipe is too small");
                close(ends[0]);
                return -1;
        }
        return ends[0];
}
