/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/harmless.h"

static void assert_line(const char *text, const char *expected)
{
        g_autofree char *safe = harmless_line(text);

        g_assert_cmpstr(safe, ==, expected);
}

static void test_line(void)
{
        assert_line("plain words", "plain words");
        assert_line("Grüße 🙂 日本", "Grüße 🙂 日本");
        assert_line("\033[2J\033]0;title\007", "\\x1b[2J\\x1b]0;title\\x07");
        assert_line("a\rb\bc\177", "a\\rb\\x08c\\x7f");
        assert_line("one\ntwo\tthree", "one\\ntwo\\tthree");
        assert_line("\xc2\x9b"
                    "31m",
                    "\\u009b31m"); /* CSI as one character */
        assert_line("a\u202eb\u2066c\u200fd", "a\\u202eb\\u2066c\\u200fd");
        assert_line("x\u2028y", "x\\u2028y");
        assert_line("\U000e0041", "\\U000e0041");
        assert_line("a\xff\xc3", "a\\xff\\xc3");        /* not UTF-8, and cut short */
        assert_line("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* a surrogate */
        assert_line("👩\u200d👩", "👩\u200d👩");            /* joined: one picture */
}

static void test_text(void)
{
        g_autofree char *safe = harmless_text("one\n12:00 bob: two\r\n\tthree\033", "    ");

        g_assert_cmpstr(safe, ==, "one\n    12:00 bob: two\\r\n    \tthree\\x1b");
}

static void test_ascii(void)
{
        harmless_init(TRUE);
        assert_line("Ûb 🙂\xff", "\\u00dbb \\U0001f642\\xff");
        harmless_init(FALSE);
}

/* Whatever goes in, no byte comes out that a terminal would act upon. */
static void test_all_bytes(void)
{
        for (int seed = 0; seed < 2000; seed++) {
                char text[33] = {0};

                for (size_t i = 0; i < sizeof(text) - 1; i++)
                        text[i] = (char)g_test_rand_int_range(1, 256);

                g_autofree char *safe = harmless_line(text);

                g_assert_true(g_utf8_validate(safe, -1, NULL));
                for (const char *at = safe; *at; at = g_utf8_next_char(at)) {
                        gunichar c = g_utf8_get_char(at);

                        g_assert_cmpuint(c, >=, 0x20);
                        g_assert_false(c >= 0x7f && c < 0xa0);
                }
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/harmless/line", test_line);
        g_test_add_func("/harmless/text", test_text);
        g_test_add_func("/harmless/ascii", test_ascii);
        g_test_add_func("/harmless/all-bytes", test_all_bytes);
        return g_test_run();
}
