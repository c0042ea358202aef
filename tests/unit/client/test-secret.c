/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/descriptor.h"
#include "client/failure.h"
#include "client/secret.h"

static int descriptor_of(const char *bytes, size_t size)
{
        g_autoptr(GError) error = NULL;
        int fd = client_descriptor_from_bytes(bytes, size, &error);

        g_assert_no_error(error);
        return fd;
}

/* In by one descriptor, out by another: the same bytes, once, with an end. */
static void test_through(void)
{
        g_autoptr(ClientSecret) secret = client_secret_new();
        g_autoptr(GError) error = NULL;
        int in = descriptor_of("pass\0word\n", 10);
        char bytes[64];

        g_assert_true(client_secret_read(secret, in, &error));
        close(in);

        int out = client_secret_to_descriptor(secret, &error);

        g_assert_cmpint(out, >=, 0);
        g_assert_cmpint(fcntl(out, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
        g_assert_cmpint(read(out, bytes, sizeof(bytes)), ==, 10);
        g_assert_cmpmem(bytes, 10, "pass\0word\n", 10);
        g_assert_cmpint(read(out, bytes, sizeof(bytes)), ==, 0);
        close(out);
}

static void test_limit(void)
{
        char bytes[CLIENT_SECRET_MAX + 1];

        memset(bytes, 'x', sizeof(bytes));
        for (size_t size = CLIENT_SECRET_MAX; size <= CLIENT_SECRET_MAX + 1; size++) {
                g_autoptr(ClientSecret) secret = client_secret_new();
                g_autoptr(GError) error = NULL;
                int in = descriptor_of(bytes, size);
                gboolean fits = client_secret_read(secret, in, &error);

                close(in);
                g_assert_cmpint(fits, ==, size <= CLIENT_SECRET_MAX);
                g_assert_cmpint(client_failure_of(error), ==,
                                fits ? CLIENT_FAILURE_NONE : CLIENT_FAILURE_BAD_PASSWORD);
                if (fits) {
                        int out = client_secret_to_descriptor(secret, &error);

                        g_assert_cmpint(out, >=, 0);
                        close(out);
                }
        }
}

static void test_equal(void)
{
        g_autoptr(ClientSecret) a = client_secret_new();
        g_autoptr(ClientSecret) b = client_secret_new();

        g_assert_true(client_secret_equal(a, b));
        memcpy(a->bytes, "abc", 3);
        memcpy(b->bytes, "abd", 3);
        a->size = b->size = 3;
        g_assert_false(client_secret_equal(a, b));
        a->size = b->size = 2;
        g_assert_true(client_secret_equal(a, b));
        a->size = 1;
        g_assert_false(client_secret_equal(a, b));
}

static void test_sealed(void)
{
        int fd = descriptor_of("text", 4);
        char bytes[8];
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(write(fd, "x", 1), ==, -1);
        g_assert_cmpint(errno, ==, EPERM);
        g_assert_cmpint(ftruncate(fd, 0), ==, -1);
        g_assert_cmpint(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), ==, -1);
        g_assert_cmpint(client_descriptor_read(fd, bytes, sizeof(bytes), &error), ==, 4);
        g_assert_cmpmem(bytes, 4, "text", 4);
        close(fd);
        g_assert_cmpint(client_descriptor_read(fd, bytes, sizeof(bytes), &error), ==, -1);
        g_assert_error(error, CLIENT_FAILURE, CLIENT_FAILURE_FAILED);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/secret/through", test_through);
        g_test_add_func("/secret/limit", test_limit);
        g_test_add_func("/secret/equal", test_equal);
        g_test_add_func("/descriptor/sealed", test_sealed);
        return g_test_run();
}
