/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "server/config-value.h"
#include "server/config.h"

static int read_text(Config *config, const char *text, char *problem)
{
        FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
        int r;

        g_assert_nonnull(file);
        r = config_read(config, file, "a.conf", problem);
        fclose(file);
        return r;
}

static void test_defaults(void)
{
        char problem[CONFIG_PROBLEM_SIZE];
        Config config;

        config_init(&config);
        g_assert_cmpint(config_check(&config, problem), ==, 0);
        g_assert_cmpuint(config.listen.count, ==, 0);
        g_assert_cmpuint(config.payload_max, ==, 128 * 1024);
        g_assert_cmpuint(config.authenticate_ms, ==, 30 * 1000);
        g_assert_cmpuint(config.retention_ms, ==, UINT64_C(30) * 24 * 60 * 60 * 1000);
        g_assert_cmpuint(config.password_memory_kib, ==, 19 * 1024);
        g_assert_cmpuint(config.registration, ==, WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_OPEN);
        config_deinit(&config);
}

static void test_reads(void)
{
        char problem[CONFIG_PROBLEM_SIZE];
        Config config;

        config_init(&config);
        g_assert_cmpint(read_text(&config,
                                  "# comment\n; another\n\n[server]\nlisten = 127.0.0.1:1, [::1]:2\n"
                                  "listen = 127.0.0.1:3\nthreads=4\nstate = /a folder ; with a comment\n"
                                  "[registration]\npolicy = closed\n"
                                  "[limits]\nsends-per-account = 5/2min\nbundles-per-account = off\n"
                                  "mailbox-bytes = 2G\nretention=12h\n",
                                  problem),
                        ==, 0);
        g_assert_cmpuint(config.listen.count, ==, 3);
        g_assert_cmpstr(config.listen.items[1], ==, "[::1]:2");
        g_assert_cmpstr(config.listen.items[2], ==, "127.0.0.1:3");
        g_assert_cmpuint(config.threads, ==, 4);
        g_assert_cmpstr(config.state, ==, "/a folder");
        g_assert_cmpuint(config.registration, ==, WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_CLOSED);
        g_assert_cmpuint(config.sends.count, ==, 5);
        g_assert_cmpuint(config.sends.period_ms, ==, 120000);
        g_assert_cmpuint(config.bundles_account.count, ==, 0);
        g_assert_cmpuint(config.mailbox_bytes, ==, UINT64_C(2) << 30);
        g_assert_cmpuint(config.retention_ms, ==, 12 * 60 * 60 * 1000);
        config_deinit(&config);
}

static void check_wrong(const char *text, const char *expected)
{
        char problem[CONFIG_PROBLEM_SIZE] = "";
        Config config;

        config_init(&config);
        g_assert_cmpint(read_text(&config, text, problem), ==, -EINVAL);
        if (!g_str_has_prefix(problem, expected))
                g_error("%s: \"%s\" is not \"%s...\"", text, problem, expected);
        config_deinit(&config);
}

static void test_wrong(void)
{
        g_autofree char *filler = g_strnfill(300, 'x');
        g_autofree char *long_line = g_strdup_printf("[server]\nstate = %s\n", filler);
        g_autoptr(GString) many = g_string_new("[server]\nlisten =");

        check_wrong("[limits]\n\n\nunknown = 1\n", "a.conf:4: no such key in [limits]: 'unknown'");
        check_wrong("[nowhere]\nx = 1\n", "a.conf:2: no such section: [nowhere]");
        check_wrong("x = 1\n", "a.conf:1: 'x' stands before the first [section]");
        check_wrong("[server]\nthreads = 0\n", "a.conf:2: threads: '0' is out of range");
        check_wrong("[server]\nthreads = two\n", "a.conf:2: threads: 'two' is not a number");
        check_wrong("[server]\nthreads = -1\n", "a.conf:2: threads: '-1' is not a number");
        check_wrong("[server]\nthreads =\n", "a.conf:2: threads: it needs a value");
        check_wrong("[server]\nthreads = 1\n\nthreads = 1\n", "a.conf:4: threads is given twice");
        check_wrong("[registration]\npolicy = maybe\n",
                    "a.conf:2: policy: 'maybe' is not one of open invitation closed");
        check_wrong("[limits]\nsends-per-account = 0/s\n",
                    "a.conf:2: sends-per-account: '0/s' is not a rate");
        check_wrong("[server]\nnonsense\n", "a.conf:2: neither [section]");
        check_wrong("[server\nthreads = 1\n", "a.conf:1: neither [section]");
        check_wrong(long_line, "a.conf:2: the line is too long");
        for (unsigned i = 0; i <= CONFIG_LIST_MAX; i++)
                g_string_append_printf(many, " :%u", i);
        check_wrong(many->str, "a.conf:2: listen: more than 16 are too many");
        /* The first of several is told. */
        check_wrong("[server]\nbad\n[limits]\nkeepalive = x\n", "a.conf:");
}

static void test_values(void)
{
        static const char *const bad_durations[] = {
                        "", "5", "s", "5 s", "5sec", "-5s", "99999999999999999999s", "9999999999999999d"};
        static const char *const bad_rates[] = {"",     "5",     "/s",           "5/", "5/0s",
                                                "5/s ", "5/60d", "9999999999/s", "on"};
        uint64_t number;
        Rate rate;

        g_assert_cmpint(config_parse_size("3K", &number), ==, 0);
        g_assert_cmpuint(number, ==, 3072);
        g_assert_cmpint(config_parse_size("3k", &number), ==, -EINVAL);
        g_assert_cmpint(config_parse_size("18446744073709551615", &number), ==, 0);
        g_assert_cmpint(config_parse_size("18446744073709551616", &number), ==, -EINVAL);
        g_assert_cmpint(config_parse_size("18446744073709551615K", &number), ==, -EINVAL);
        g_assert_cmpint(config_parse_duration("0ms", &number), ==, 0);
        g_assert_cmpuint(number, ==, 0);
        for (size_t i = 0; i < G_N_ELEMENTS(bad_durations); i++)
                g_assert_cmpint(config_parse_duration(bad_durations[i], &number), ==, -EINVAL);
        g_assert_cmpint(config_parse_rate("7/ms", &rate), ==, 0);
        g_assert_cmpuint(rate.period_ms, ==, 1);
        for (size_t i = 0; i < G_N_ELEMENTS(bad_rates); i++)
                g_assert_cmpint(config_parse_rate(bad_rates[i], &rate), ==, -EINVAL);
}

static void test_options_win(void)
{
        char problem[CONFIG_PROBLEM_SIZE];
        Config config;

        config_init(&config);
        g_assert_cmpint(config_set(&config, "server", "threads", "3", false, problem), ==, 0);
        g_assert_cmpint(config_set(&config, "server", "threads", "5", true, problem), ==, 0);
        g_assert_cmpuint(config.threads, ==, 5);
        g_assert_cmpint(config_set(&config, "server", "certificate", "a", true, problem), ==, 0);
        g_assert_cmpint(config_check(&config, problem), ==, -EINVAL);
        g_assert_cmpint(config_set(&config, "server", "key", "b", true, problem), ==, 0);
        g_assert_cmpint(config_check(&config, problem), ==, 0);
        config_deinit(&config);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/config/defaults", test_defaults);
        g_test_add_func("/config/reads", test_reads);
        g_test_add_func("/config/wrong", test_wrong);
        g_test_add_func("/config/values", test_values);
        g_test_add_func("/config/options-win", test_options_win);
        return g_test_run();
}
