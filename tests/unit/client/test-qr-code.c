/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/qr-code.h"

enum { QUIET = 4, FINDER = 7 };

static const char number[] = "012345678901234567890123456789012345678901234567890123456789";

/* Dark, with a light ring in it, as in three of the corners of every code. */
static void assert_finder(const ClientQrCode *code, int left, int top)
{
        for (int y = 0; y < FINDER; y++)
                for (int x = 0; x < FINDER; x++) {
                        int ring = MIN(MIN(x, y), MIN(FINDER - 1 - x, FINDER - 1 - y));

                        g_assert_cmpint(client_qr_code_is_dark(code, left + x, top + y), ==, ring != 1);
                }
}

static void test_corners(void)
{
        g_autoptr(ClientQrCode) code = client_qr_code_new(number);
        int size = client_qr_code_size(code), far = size - QUIET - FINDER;

        g_assert_cmpint((size - 2 * QUIET - 17) % 4, ==, 0);
        assert_finder(code, QUIET, QUIET);
        assert_finder(code, far, QUIET);
        assert_finder(code, QUIET, far);
}

static void test_quiet_zone(void)
{
        g_autoptr(ClientQrCode) code = client_qr_code_new(number);
        int size = client_qr_code_size(code);

        for (int a = -1; a <= size; a++)
                for (int b = -1; b < QUIET; b++) {
                        g_assert_false(client_qr_code_is_dark(code, a, b));
                        g_assert_false(client_qr_code_is_dark(code, b, a));
                        g_assert_false(client_qr_code_is_dark(code, a, size - 1 - b));
                        g_assert_false(client_qr_code_is_dark(code, size - 1 - b, a));
                }
}

static void test_what_does_not_fit(void)
{
        g_autofree char *much = g_strnfill(5000, 'x');

        g_assert_null(client_qr_code_new(""));
        g_assert_null(client_qr_code_new(much));
        g_assert_null(client_qr_code_free(NULL));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/qr-code/corners", test_corners);
        g_test_add_func("/qr-code/quiet-zone", test_quiet_zone);
        g_test_add_func("/qr-code/what-does-not-fit", test_what_does_not_fit);
        return g_test_run();
}
