/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "server/familiar.h"
#include "server/pauses.h"

enum { FREE = 3, FIRST_MS = 1000 };

static const uint64_t second = 1000 * 1000, start = UINT64_C(1000000) * 1000 * 1000;

static void test_grow(void)
{
        uint64_t now = start, waited = 0;
        Pauses pauses;
        uint32_t before = 0, wait;

        pauses_init(&pauses, FREE, FIRST_MS);
        for (unsigned i = 0; i < FREE; i++)
                g_assert_cmpuint(pauses_take(&pauses, 7, now), ==, 0);
        /* Each pause twice as long as the one before, up to the longest; whoever asks meanwhile makes it no longer. */
        for (unsigned i = 0; i < 15; i++) {
                wait = pauses_take(&pauses, 7, now);
                g_assert_cmpuint(wait, ==, MIN(i == 0 ? FIRST_MS : 2 * before, PAUSES_LONGEST_MS));
                g_assert_cmpuint(pauses_take(&pauses, 7, now + second / 2), ==, wait - 500);
                now += (uint64_t)wait * 1000;
                g_assert_cmpuint(pauses_take(&pauses, 7, now), ==, 0);
                before = wait;
                waited += wait;
        }
        g_assert_cmpuint(before, ==, PAUSES_LONGEST_MS);
        g_assert_cmpuint(waited, >, 60 * 60 * 1000);
        g_assert_cmpuint(pauses_take(&pauses, 8, now), ==, 0); /* another's */

        now += (uint64_t)PAUSES_FORGOTTEN_MS * 1000;
        for (unsigned i = 0; i < FREE; i++)
                g_assert_cmpuint(pauses_take(&pauses, 7, now), ==, 0);
        g_assert_cmpuint(pauses_take(&pauses, 7, now), ==, FIRST_MS);
        pauses_deinit(&pauses);
}

static void test_right_ones(void)
{
        Pauses pauses;

        pauses_init(&pauses, FREE, FIRST_MS);
        for (unsigned i = 0; i < 100; i++) {
                g_assert_cmpuint(pauses_take(&pauses, 7, start), ==, 0);
                pauses_give_back(&pauses, 7);
        }
        for (unsigned i = 0; i < FREE; i++)
                g_assert_cmpuint(pauses_take(&pauses, 7, start), ==, 0);
        g_assert_cmpuint(pauses_take(&pauses, 7, start), >, 0);
        pauses_clear(&pauses, 7);
        g_assert_cmpuint(pauses_take(&pauses, 7, start), ==, 0);
        pauses_give_back(&pauses, 9); /* nothing is known of it */
        pauses_clear(&pauses, 9);
        pauses_deinit(&pauses);
}

static void test_off_and_many(void)
{
        Pauses pauses;

        pauses_init(&pauses, 0, 0);
        for (unsigned i = 0; i < 100; i++)
                g_assert_cmpuint(pauses_take(&pauses, 7, start), ==, 0);
        g_assert_cmpuint(pauses.tries.count, ==, 0);
        pauses_deinit(&pauses);

        /* What is forgotten takes no room. */
        pauses_init(&pauses, FREE, FIRST_MS);
        for (uint64_t i = 0; i < 100000; i++)
                pauses_take(&pauses, i, start + i * second);
        g_assert_cmpuint(pauses.tries.count, <, 10000);
        pauses_deinit(&pauses);
}

static void test_familiar(void)
{
        const uint64_t month = UINT64_C(30) * 24 * 60 * 60 * 1000 * 1000;
        Familiar familiar;

        familiar_init(&familiar);
        g_assert_false(familiar_has(&familiar, 1, start));
        familiar_add(&familiar, 1, start);
        g_assert_true(familiar_has(&familiar, 1, start + month - 1));
        g_assert_false(familiar_has(&familiar, 2, start));
        g_assert_false(familiar_has(&familiar, 1, start + month));
        for (uint64_t i = 0; i < 100000; i++)
                familiar_add(&familiar, i, start + i * month / 1000);
        g_assert_cmpuint(familiar.seen_us.count, <, 10000);
        familiar_deinit(&familiar);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/pauses/grow", test_grow);
        g_test_add_func("/pauses/right-ones", test_right_ones);
        g_test_add_func("/pauses/off-and-many", test_off_and_many);
        g_test_add_func("/familiar", test_familiar);
        return g_test_run();
}
