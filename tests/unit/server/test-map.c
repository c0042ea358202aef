/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "server/map.h"
#include "server/store-repeats.h"

static void test_against_glib(void)
{
        g_autoptr(GHashTable) model = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        g_autoptr(GRand) random = g_rand_new_with_seed(1);
        Map map = MAP_INIT;
        size_t position = 0;
        uint64_t key, *value;
        unsigned seen = 0;

        for (unsigned i = 0; i < 200000; i++) {
                gint64 k = g_rand_int_range(random, 0, 5000);

                if (g_rand_boolean(random)) {
                        g_assert_cmpint(map_put(&map, (uint64_t)k, i), ==, 0);
                        g_hash_table_replace(model, g_memdup2(&k, sizeof(k)), GUINT_TO_POINTER(i));
                } else {
                        map_remove(&map, (uint64_t)k);
                        g_hash_table_remove(model, &k);
                }
                g_assert_cmpuint(map.count, ==, g_hash_table_size(model));
        }
        for (gint64 k = 0; k < 5000; k++) {
                value = map_find(&map, (uint64_t)k);
                g_assert_cmpint(value != NULL, ==, g_hash_table_contains(model, &k));
                if (value)
                        g_assert_cmpuint(*value, ==, GPOINTER_TO_UINT(g_hash_table_lookup(model, &k)));
        }
        while ((value = map_next(&map, &position, &key))) {
                g_assert_cmpuint(*map_find(&map, key), ==, *value);
                seen++;
        }
        g_assert_cmpuint(seen, ==, map.count);
        map_deinit(&map);
}

static void test_empty(void)
{
        Map map = MAP_INIT;
        size_t position = 0;

        g_assert_null(map_find(&map, 0));
        map_remove(&map, 0);
        g_assert_null(map_next(&map, &position, NULL));
        g_assert_cmpint(map_put(&map, 0, 7), ==, 0); /* 0 is a key as any other */
        g_assert_cmpuint(*map_find(&map, 0), ==, 7);
        map_deinit(&map);
        g_assert_null(map_find(&map, 0));
}

static void test_repeats_by_number(void)
{
        Repeats repeats;

        repeats_init(&repeats, 3000, 1000);
        for (uint64_t i = 1; i <= 10000; i++)
                g_assert_cmpint(repeats_add_recent(&repeats, i, 5), ==, 0);
        g_assert_false(repeats_contains(&repeats, 7000));
        g_assert_true(repeats_contains(&repeats, 7001));
        g_assert_cmpuint(repeats.known.count, ==, 3000);
        repeats_deinit(&repeats);
}

static void test_repeats_by_age(void)
{
        Repeats repeats;

        repeats_init(&repeats, 100, 1000);
        repeats_add_recent(&repeats, 1, 5000);
        repeats_add_waiting(&repeats, 1);
        repeats_add_recent(&repeats, 2, 5500);
        repeats_expire(&repeats, 6000);
        g_assert_true(repeats_contains(&repeats, 1)); /* 1,000 ms are not over yet */
        repeats_expire(&repeats, 6001);
        g_assert_true(repeats_contains(&repeats, 1)); /* it waits in a mailbox */
        repeats_remove_waiting(&repeats, 1);
        g_assert_false(repeats_contains(&repeats, 1));
        repeats_add_waiting(&repeats, 2);
        repeats_remove_waiting(&repeats, 2);
        g_assert_true(repeats_contains(&repeats, 2)); /* it is recent */
        repeats_expire(&repeats, 6501);
        g_assert_false(repeats_contains(&repeats, 2));
        g_assert_cmpuint(repeats.known.count, ==, 0);
        repeats_deinit(&repeats);
}

static void test_repeats_off(void)
{
        Repeats repeats;

        repeats_init(&repeats, 0, 1000);
        g_assert_cmpint(repeats_add_recent(&repeats, 1, 1), ==, 0);
        g_assert_false(repeats_contains(&repeats, 1));
        repeats_deinit(&repeats);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/map/against-glib", test_against_glib);
        g_test_add_func("/map/empty", test_empty);
        g_test_add_func("/repeats/by-number", test_repeats_by_number);
        g_test_add_func("/repeats/by-age", test_repeats_by_age);
        g_test_add_func("/repeats/off", test_repeats_off);
        return g_test_run();
}
