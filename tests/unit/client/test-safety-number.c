/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/safety-number.h"

static void test_lines(void)
{
        g_autofree char *lines = client_safety_number_lines(
                        "000011112222333344445555666677778888999900001111222233334444", "  ");

        g_assert_cmpstr(lines, ==,
                        "  00001 11122 22333 34444\n"
                        "  55556 66677 77888 89999\n"
                        "  00001 11122 22333 34444");
}

static void test_unsound(void)
{
        static const char *const unsound[] = {
                        "",
                        "00001111222233334444555566667777888899990000111122223333444",
                        "0000111122223333444455556666777788889999000011112222333344440",
                        "00001111222233334444 5555666677778888999900001111222233334444",
                        "00001111222233334444555566667777888899990000111122223333444x",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(unsound); i++) {
                g_assert_false(client_safety_number_is_sound(unsound[i]));
                g_assert_null(client_safety_number_lines(unsound[i], ""));
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/safety-number/lines", test_lines);
        g_test_add_func("/safety-number/unsound", test_unsound);
        return g_test_run();
}
