/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/emoji.h"

static void test_one(void)
{
        static const char *const good[] = {
                        "👍", "❤️", "❤", "👍🏽", "👩‍👩‍👧‍👦", "👩🏽‍❤️‍💋‍👨🏿", "🇮🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "a", "é", "e\u0301", "ب",
                        "\U0001fad8", "\U0001fc00" /* of a later Unicode */,
        };

        for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
                g_test_message("%s", good[i]);
                g_assert_true(emoji_is_one(good[i]));
        }
}

static void test_not_one(void)
{
        static const char *const bad[] = {
                        "",
                        " ",
                        "👍👍",
                        "ab",
                        "+1",
                        "👍 ",
                        "\n",
                        "\x1b[31m",
                        "\u202e",
                        "👍\u202e",
                        "\u2066👍\u2069",
                        "\u200d",
                        "👍\u200d",
                        "\u200d👍",
                        "👩\u200d\u200d👧",
                        "👩\u200d\u202e",
                        "\u0301",
                        "a\u0301\u0302\u0303",
                        "\ufe0f",
                        "\u200b",
                        "\ufeff",
                        "\u2028",
                        "\ue000",
                        "🇮🇷🇮🇷",
                        "\xff",
                        "👩‍👩‍👩‍👩‍👩‍👩‍👩‍👩",
        };

        for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_test_message("%u", i);
                g_assert_false(emoji_is_one(bad[i]));
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/emoji/one", test_one);
        g_test_add_func("/emoji/not-one", test_not_one);
        return g_test_run();
}
