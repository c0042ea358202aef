/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pauses after wrong passwords: they grow, end, survive a restart, and no clock makes them longer. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "daemon/attempts.h"

enum { NOW = 1000 * 1000 * 1000 };

typedef struct Fixture {
        char *path;
        int fd;
        Attempts attempts;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
        f->path = g_dir_make_tmp("attempts-XXXXXX", NULL);
        g_assert_nonnull(f->path);
        f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        attempts_init(&f->attempts, f->fd);
}

static void tear_down(Fixture *f, gconstpointer data)
{
        unlinkat(f->fd, ATTEMPTS_NAME, 0);
        close(f->fd);
        g_rmdir(f->path);
        g_free(f->path);
}

static void fail(Fixture *f, unsigned times)
{
        while (times-- > 0)
                g_assert_cmpint(attempts_wrong(&f->attempts, NOW), ==, 0);
}

static void test_growing(Fixture *f, gconstpointer data)
{
        static const uint64_t seconds[] = {0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300};

        for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
                fail(f, 1);
                g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW), ==,
                                 seconds[i] ? NOW + seconds[i] * 1000 : 0);
        }
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW + ATTEMPTS_PAUSE_MAX_MS - 1), >, 0);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW + ATTEMPTS_PAUSE_MAX_MS), ==, 0);
        attempts_right(&f->attempts);
        fail(f, 3);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW), ==, 0);
}

static void test_kept(Fixture *f, gconstpointer data)
{
        fail(f, 6);
        attempts_init(&f->attempts, f->fd);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW), ==, NOW + 20 * 1000);
        attempts_right(&f->attempts);
        attempts_init(&f->attempts, f->fd);
        g_assert_cmpuint(f->attempts.wrong, ==, 0);
}

/* Set back by a year, it waits for the pause, and not for a year. */
static void test_clock_set_back(Fixture *f, gconstpointer data)
{
        enum { BEFORE = NOW - 500 * 1000 * 1000 };

        fail(f, 100);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, BEFORE), ==, BEFORE + ATTEMPTS_PAUSE_MAX_MS);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, BEFORE + 1000), ==, BEFORE + ATTEMPTS_PAUSE_MAX_MS);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, BEFORE + ATTEMPTS_PAUSE_MAX_MS), ==, 0);
}

static void test_nonsense(Fixture *f, gconstpointer data)
{
        g_autofree char *path = g_build_filename(f->path, ATTEMPTS_NAME, NULL);

        g_assert_true(g_file_set_contents(path, "nonsense that is long enough", -1, NULL));
        attempts_init(&f->attempts, f->fd);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW), ==, 0);
        g_assert_true(g_file_set_contents(path, "SMTRIES1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 20, NULL));
        attempts_init(&f->attempts, f->fd);
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW), ==, NOW + ATTEMPTS_PAUSE_MAX_MS);
        fail(f, 1); /* it does not start over at 0 */
        g_assert_cmpuint(attempts_retry_at_ms(&f->attempts, NOW), ==, NOW + ATTEMPTS_PAUSE_MAX_MS);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add("/attempts/growing", Fixture, NULL, set_up, test_growing, tear_down);
        g_test_add("/attempts/kept", Fixture, NULL, set_up, test_kept, tear_down);
        g_test_add("/attempts/clock-set-back", Fixture, NULL, set_up, test_clock_set_back, tear_down);
        g_test_add("/attempts/nonsense", Fixture, NULL, set_up, test_nonsense, tear_down);
        return g_test_run();
}
