/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "wire/username.h"

static void test_valid(void)
{
        static const char *const names[] = {"al", "alice", "a.b", "a-b_c", "0x", "9lives",
                                            "abcdefghijklmnopqrstuvwxyz012345"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                g_assert_true(user_name_is_valid(names[i]));
}

static void test_invalid(void)
{
        static const char *const names[] = {
                "", "a", "Alice", ".alice", "alice.", "-al", "al_", "al ice", "al\nice", "al/ice", "../etc", "ali\xc3\xa7",
                "\xd8\xb9\xd9\x84\xdb\x8c", "abcdefghijklmnopqrstuvwxyz0123456"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                g_assert_false(user_name_is_valid(names[i]));
        g_assert_false(user_name_is_valid_n("ali\0ce", 6));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/username/valid", test_valid);
        g_test_add_func("/username/invalid", test_invalid);
        return g_test_run();
}
