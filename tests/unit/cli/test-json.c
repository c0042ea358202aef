/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

static void assert_json(GVariant *value, const char *expected)
{
        g_autoptr(GVariant) held = g_variant_ref_sink(value);
        g_autoptr(GString) out = g_string_new(NULL);

        json_append(out, held);
        g_assert_cmpstr(out->str, ==, expected);
}

static void test_values(void)
{
        assert_json(g_variant_new_parsed(
                                    "{'a-b': <true>, 'n': <uint64 18446744073709551615>, 'm': <int64 -1>}"),
                    "{\"a_b\":true,\"n\":18446744073709551615,\"m\":-1}");
        assert_json(g_variant_new_parsed("@a{sv} {}"), "{}");
        assert_json(g_variant_new_parsed("{'key': <@ay [0x00, 0xff]>, 'none': <@ay []>}"),
                    "{\"key\":\"00ff\",\"none\":\"\"}");
        assert_json(g_variant_new_parsed("{'message': <{'text': <'hi'>}>}"),
                    "{\"message\":{\"text\":\"hi\"}}");
        assert_json(g_variant_new_parsed("{'list': <['a', 'b']>, 'pair': <('a', uint32 1)>, 'byte': <byte "
                                         "0x10>}"),
                    "{\"list\":[\"a\",\"b\"],\"pair\":[\"a\",1],\"byte\":16}");
        assert_json(g_variant_new_parsed("[{'half': <0.5>, 'infinite': <inf>}]"),
                    "[{\"half\":0.5,\"infinite\":null}]");
}

static void test_strings(void)
{
        assert_json(g_variant_new_string("say \"hi\" \\ Grüße"), "\"say \\\"hi\\\" \\\\ Grüße\"");
        assert_json(g_variant_new_string("one\ntwo\t\033[m\177"), "\"one\\ntwo\\u0009\\u001b[m\\u007f\"");
        assert_json(g_variant_new_string("\xc2\x85\u202e\u2028"), "\"\\u0085\\u202e\\u2028\"");
        assert_json(g_variant_new_string("🙂"), "\"🙂\"");
        assert_json(g_variant_new_string("\U000e0041"), "\"\\udb40\\udc41\"");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/json/values", test_values);
        g_test_add_func("/json/strings", test_strings);
        return g_test_run();
}
