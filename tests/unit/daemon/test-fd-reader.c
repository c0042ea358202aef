/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib-unix.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "daemon/fd-reader.h"

typedef struct Outcome {
        bool done;
        int result;
        char text[64];
        size_t size;
} Outcome;

static void on_done(void *userdata, int result, const uint8_t *data, size_t size)
{
        Outcome *outcome = userdata;

        g_assert_false(outcome->done);
        outcome->done = true;
        outcome->result = result;
        outcome->size = size;
        if (size > 0)
                memcpy(outcome->text, data, MIN(size, sizeof(outcome->text) - 1));
}

static FdReader *start(int fd, size_t limit, Outcome *outcome)
{
        FdReader *reader = NULL;

        *outcome = (Outcome){0};
        g_assert_cmpint(fd_reader_new(fd, limit, on_done, outcome, &reader), ==, 0);
        return reader;
}

static void finish(const Outcome *outcome)
{
        while (!outcome->done)
                g_main_context_iteration(NULL, TRUE);
}

static void assert_reads(int fd, size_t limit, int result, const char *text)
{
        Outcome outcome;

        start(fd, limit, &outcome);
        close(fd); /* the reader has its own */
        finish(&outcome);
        g_assert_cmpint(outcome.result, ==, result);
        g_assert_cmpmem(outcome.text, (int)outcome.size, text, (int)strlen(text));
}

static int pipe_with(const char *text, int *writer)
{
        int fds[2];

        g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
        g_assert_true(write(fds[1], text, strlen(text)) == (ssize_t)strlen(text));
        if (writer)
                *writer = fds[1];
        else
                close(fds[1]);
        return fds[0];
}

static int memfd_with(const char *text)
{
        int fd = memfd_create("text", MFD_CLOEXEC);

        g_assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
        g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
        return fd;
}

static void test_pipe(void)
{
        assert_reads(pipe_with("secret", NULL), 10, 0, "secret");
        assert_reads(pipe_with("", NULL), 10, 0, "");
        assert_reads(pipe_with("0123456789", NULL), 10, 0, "0123456789");
        assert_reads(pipe_with("0123456789a", NULL), 10, FD_READER_TOO_LONG, "");
}

static void test_memfd(void)
{
        assert_reads(memfd_with("secret"), 10, 0, "secret");
        assert_reads(memfd_with(""), 10, 0, "");
        assert_reads(memfd_with("0123456789a"), 10, FD_READER_TOO_LONG, "");
}

static void test_from_where_it_stands(void)
{
        int fd = memfd_with("before secret");

        g_assert_cmpint(lseek(fd, 7, SEEK_SET), ==, 7);
        assert_reads(fd, 10, 0, "secret");
}

static void test_socket(void)
{
        int fds[2];

        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
        g_assert_true(write(fds[1], "secret", 6) == 6);
        close(fds[1]);
        assert_reads(fds[0], 10, 0, "secret");
}

/* What comes in pieces is waited for, and the main loop goes on meanwhile. */
static void test_slow_writer(void)
{
        Outcome outcome;
        int writer, fd = pipe_with("", &writer);

        start(fd, 10, &outcome);
        for (const char *c = "secret"; *c; c++) {
                g_assert_true(write(writer, c, 1) == 1);
                while (g_main_context_iteration(NULL, FALSE))
                        ;
                g_assert_false(outcome.done);
        }
        close(writer);
        finish(&outcome);
        g_assert_cmpint(outcome.result, ==, 0);
        g_assert_cmpmem(outcome.text, (int)outcome.size, "secret", 6);
        /* The flags are shared with whoever handed it over: they are as they were. */
        g_assert_cmpint(fcntl(fd, F_GETFL) & O_NONBLOCK, ==, 0);
        close(fd);
}

static void test_endless(void)
{
        assert_reads(open("/dev/zero", O_RDONLY | O_CLOEXEC), 1000, FD_READER_TOO_LONG, "");
}

static void test_folder(void)
{
        assert_reads(open("/", O_RDONLY | O_CLOEXEC), 10, FD_READER_NOT_A_FILE, "");
}

static void test_given_up(void)
{
        Outcome outcome;
        int writer, fd = pipe_with("sec", &writer);
        FdReader *reader = start(fd, 10, &outcome);

        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_null(fd_reader_free(reader));
        close(writer);
        close(fd);
        while (g_main_context_iteration(NULL, FALSE))
                ;
        g_assert_false(outcome.done);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/fd-reader/pipe", test_pipe);
        g_test_add_func("/fd-reader/memfd", test_memfd);
        g_test_add_func("/fd-reader/from-where-it-stands", test_from_where_it_stands);
        g_test_add_func("/fd-reader/socket", test_socket);
        g_test_add_func("/fd-reader/slow-writer", test_slow_writer);
        g_test_add_func("/fd-reader/endless", test_endless);
        g_test_add_func("/fd-reader/folder", test_folder);
        g_test_add_func("/fd-reader/given-up", test_given_up);
        return g_test_run();
}
