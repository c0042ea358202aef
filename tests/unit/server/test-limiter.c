/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "server/limiter.h"

#define SECOND UINT64_C(1000000)

static void test_burst_and_refill(void)
{
        Limiter limiter;
        uint64_t now = 1000 * SECOND;

        limiter_init(&limiter, (Rate){.count = 10, .period_ms = 10000});
        for (unsigned i = 0; i < 10; i++)
                g_assert_cmpuint(limiter_take(&limiter, 1, 1, now), ==, 0);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, now), ==, 1000);
        g_assert_cmpuint(limiter_take(&limiter, 2, 1, now), ==, 0); /* another key */
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, now + SECOND - 1), ==, 1);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, now + SECOND), ==, 0);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, now + SECOND), ==, 1000);
        /* Idle time is not saved beyond one period. */
        now += 100 * SECOND;
        g_assert_cmpuint(limiter_take(&limiter, 1, 10, now), ==, 0);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, now), ==, 1000);
        limiter_deinit(&limiter);
}

static void test_what_it_promises(void)
{
        Limiter limiter;
        uint64_t now = 5 * SECOND;
        uint32_t wait;

        limiter_init(&limiter, (Rate){.count = 3, .period_ms = 1000});
        for (unsigned i = 0; i < 100; i++) {
                wait = limiter_take(&limiter, 1, 2, now);
                if (wait > 0) {
                        g_assert_cmpuint(limiter_take(&limiter, 1, 2, now + (wait - 1) * 1000u), >, 0);
                        now += wait * 1000u;
                        g_assert_cmpuint(limiter_take(&limiter, 1, 2, now), ==, 0);
                }
        }
        limiter_deinit(&limiter);
}

static void test_more_than_the_bucket(void)
{
        Limiter limiter;

        limiter_init(&limiter, (Rate){.count = 5, .period_ms = 1000});
        g_assert_cmpuint(limiter_take(&limiter, 1, 128, SECOND), ==, 0);
        g_assert_cmpuint(limiter_take(&limiter, 1, 128, SECOND), ==, 1000);
        limiter_deinit(&limiter);
}

static void test_off(void)
{
        Limiter limiter;

        limiter_init(&limiter, (Rate){});
        for (unsigned i = 0; i < 1000; i++)
                g_assert_cmpuint(limiter_take(&limiter, 1, 1000, SECOND), ==, 0);
        g_assert_cmpuint(limiter.full_at_us.count, ==, 0);
        limiter_deinit(&limiter);
}

static void test_give_back(void)
{
        Limiter limiter;

        limiter_init(&limiter, (Rate){.count = 2, .period_ms = 1000});
        for (unsigned i = 0; i < 50; i++) {
                g_assert_cmpuint(limiter_take(&limiter, 1, 1, SECOND), ==, 0);
                limiter_give_back(&limiter, 1, 1, SECOND);
        }
        g_assert_cmpuint(limiter_take(&limiter, 1, 2, SECOND), ==, 0);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, SECOND), ==, 500);
        limiter_give_back(&limiter, 2, 1, SECOND); /* a key that nobody has taken from */
        limiter_deinit(&limiter);
}

/* What is charged afterwards may be more than there is: the next one waits for all of it. */
static void test_charge(void)
{
        Limiter limiter;

        limiter_init(&limiter, (Rate){.count = 10, .period_ms = 1000});
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, SECOND), ==, 0);
        limiter_charge(&limiter, 1, 29, SECOND);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, SECOND), ==, 2100);
        g_assert_cmpuint(limiter_take(&limiter, 1, 1, SECOND + 2100 * 1000), ==, 0);
        limiter_charge(&limiter, 2, 10, SECOND); /* a key that nobody has taken from */
        g_assert_cmpuint(limiter_take(&limiter, 2, 1, SECOND), ==, 100);
        limiter_deinit(&limiter);
}

/*
 * Strangers' traces go by themselves: the table does not grow with the number of keys that were ever there.
 */
static void test_forgets(void)
{
        Limiter limiter;

        limiter_init(&limiter, (Rate){.count = 1, .period_ms = 1000});
        for (uint64_t i = 0; i < 200000; i++)
                g_assert_cmpuint(limiter_take(&limiter, i, 1, i * 1000), ==, 0);
        g_assert_cmpuint(limiter.full_at_us.count, <, 10000);
        g_assert_cmpuint(limiter_take(&limiter, 199999, 1, UINT64_C(199999) * 1000), >, 0);
        limiter_deinit(&limiter);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/limiter/burst-and-refill", test_burst_and_refill);
        g_test_add_func("/limiter/what-it-promises", test_what_it_promises);
        g_test_add_func("/limiter/more-than-the-bucket", test_more_than_the_bucket);
        g_test_add_func("/limiter/off", test_off);
        g_test_add_func("/limiter/give-back", test_give_back);
        g_test_add_func("/limiter/charge", test_charge);
        g_test_add_func("/limiter/forgets", test_forgets);
        return g_test_run();
}
