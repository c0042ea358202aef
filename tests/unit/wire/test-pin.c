/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "wire/pin.h"

/* SHA-256 of "abc": FIPS 180-2, appendix B.1. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void test_round_trip(void)
{
        char text[CERTIFICATE_PIN_TEXT_SIZE];
        CertificatePin pin, parsed;

        certificate_pin_of((const uint8_t *)"abc", 3, &pin);
        certificate_pin_format(&pin, text);
        g_assert_cmpstr(text, ==, "sha256:" ABC);
        g_assert_cmpint(certificate_pin_parse(text, &parsed), ==, 0);
        g_assert_true(certificate_pin_equal(&pin, &parsed));
        parsed.sha256[31] ^= 1;
        g_assert_false(certificate_pin_equal(&pin, &parsed));
}

static void test_colons(void)
{
        g_autoptr(GString) text = g_string_new("sha256:");
        CertificatePin pin, parsed;

        for (size_t i = 0; i < 64; i += 2)
                g_string_append_printf(text, "%s%c%c", i ? ":" : "", g_ascii_toupper(ABC[i]), g_ascii_toupper(ABC[i + 1]));
        certificate_pin_of((const uint8_t *)"abc", 3, &pin);
        g_assert_cmpint(certificate_pin_parse(text->str, &parsed), ==, 0);
        g_assert_true(certificate_pin_equal(&pin, &parsed));
}

static void test_malformed(void)
{
        static const char *const texts[] = {"", "sha256:", ABC, "sha1:" ABC, "sha256:" ABC "00", "sha256:" ABC "0",
                                            "sha256:zz" ABC, "sha256: " ABC, "sha256:00"};
        CertificatePin pin;

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                g_assert_cmpint(certificate_pin_parse(texts[i], &pin), ==, PIN_MALFORMED);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/pin/round-trip", test_round_trip);
        g_test_add_func("/pin/colons", test_colons);
        g_test_add_func("/pin/malformed", test_malformed);
        return g_test_run();
}
