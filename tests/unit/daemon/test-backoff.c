/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/backoff.h"

/* Each wait lies between half and all of a span that doubles up to the limit, whatever the random bits. */
static void test_grows(void)
{
        Backoff low = {0}, high = {0};
        uint32_t span = BACKOFF_FIRST_MS;

        for (unsigned i = 0; i < 40; i++) {
                uint32_t shortest = backoff_next_ms(&low, 0), longest = backoff_next_ms(&high, UINT32_MAX);

                g_assert_cmpuint(shortest, ==, span / 2);
                g_assert_cmpuint(longest, <=, span);
                g_assert_cmpuint(longest, >=, span - 1);
                span = MIN(span * 2, (uint32_t)BACKOFF_MAX_MS);
        }
}

static void test_reset(void)
{
        Backoff backoff = {0};

        for (unsigned i = 0; i < 10; i++)
                backoff_next_ms(&backoff, 0);
        backoff_reset(&backoff);
        g_assert_cmpuint(backoff_next_ms(&backoff, 0), ==, BACKOFF_FIRST_MS / 2);
}

static void test_asked(void)
{
        g_assert_cmpuint(backoff_asked_ms(1000, 0), ==, 1000);
        g_assert_cmpuint(backoff_asked_ms(1000, UINT32_MAX), >=, 1499);
        g_assert_cmpuint(backoff_asked_ms(1000, UINT32_MAX), <=, 1500);
        /* A server cannot send anybody away for good. */
        g_assert_cmpuint(backoff_asked_ms(UINT32_MAX, 0), ==, BACKOFF_MAX_MS);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/backoff/grows", test_grows);
        g_test_add_func("/backoff/reset", test_reset);
        g_test_add_func("/backoff/asked", test_asked);
        return g_test_run();
}
