/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/duration.h"

static void test_right(void)
{
        static const struct {
                const char *text, *shown;
                guint32 seconds;
        } rows[] = {
                        {"off", "off", 0},         {"5s", "5s", 5},          {"60s", "1m", 60},
                        {"90s", "90s", 90},        {"90m", "90m", 5400},     {"24h", "1d", 86400},
                        {"8d", "8d", 691200},      {"52w", "52w", 31449600}, {"007d", "1w", 604800},
                        {"7101w", "7101w", 4294684800},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autofree char *shown = NULL;
                guint32 seconds = 1;

                g_assert_true(duration_parse(rows[i].text, &seconds));
                g_assert_cmpuint(seconds, ==, rows[i].seconds);
                shown = duration_format(seconds);
                g_assert_cmpstr(shown, ==, rows[i].shown);
        }
}

static void test_wrong(void)
{
        static const char *const wrong[] = {"",    "1",   "d",    "0s",   "-1d",  "+1d",        "1.5h",        " 1d",
                                            "1d ", "1dd", "1 d",  "1D",   "1y",   "7102w",      "4294967296s", "OFF",
                                            "0x1d", "1d2h", "on", "1\xc2", "\xd9\xa1" "d", "00000000000001d"};
        guint32 seconds;

        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
                g_assert_false(duration_parse(wrong[i], &seconds));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/duration/right", test_right);
        g_test_add_func("/duration/wrong", test_wrong);
        return g_test_run();
}
