/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/arguments.h"

#define PARSE(command, problem, ...) parse(command, problem, (const char *const[]){__VA_ARGS__, NULL})

static int parse(Command *command, char **problem, const char *const *argv)
{
        g_clear_pointer(problem, g_free);
        return command_parse(command, (int)g_strv_length((char **)argv), (char *const *)argv, problem);
}

static void test_right(void)
{
        g_autofree char *problem = NULL;
        Command command;

        g_assert_cmpint(PARSE(&command, &problem, "send", "bob", "hi"), ==, 0);
        g_assert_cmpstr(command.verb->name, ==, "send");
        g_assert_cmpuint(command.n_arguments, ==, 2);
        g_assert_cmpstr(command.arguments[0], ==, "bob");
        g_assert_cmpstr(command.arguments[1], ==, "hi");
        g_assert_false(command_has(&command, OPTION_JSON));

        /* Options stand anywhere, and take their value in both ways. */
        g_assert_cmpint(PARSE(&command, &problem, "--json", "history", "--limit", "5", "bob", "--before=7"),
                        ==, 0);
        g_assert_true(command_has(&command, OPTION_JSON));
        g_assert_cmpstr(command.values[OPTION_LIMIT], ==, "5");
        g_assert_cmpstr(command.values[OPTION_BEFORE], ==, "7");
        g_assert_cmpstr(command.arguments[0], ==, "bob");

        /* - and what comes after -- are words. */
        g_assert_cmpint(PARSE(&command, &problem, "send", "bob", "-"), ==, 0);
        g_assert_cmpstr(command.arguments[1], ==, "-");
        g_assert_cmpint(PARSE(&command, &problem, "send", "--no-wait", "--", "bob", "--json"), ==, 0);
        g_assert_cmpstr(command.arguments[1], ==, "--json");
        g_assert_false(command_has(&command, OPTION_JSON));
        g_assert_true(command_has(&command, OPTION_NO_WAIT));

        /* An empty text is for the daemon to refuse. */
        g_assert_cmpint(PARSE(&command, &problem, "send", "bob", ""), ==, 0);
        g_assert_cmpstr(command.arguments[1], ==, "");

        /* Help needs no arguments. */
        g_assert_cmpint(PARSE(&command, &problem, "send", "-h"), ==, 0);
        g_assert_true(command_has(&command, OPTION_HELP));
        g_assert_cmpint(PARSE(&command, &problem, "-V"), ==, 0);
        g_assert_true(command_has(&command, OPTION_VERSION));
        g_assert_null(command.verb);
}

static void test_wrong(void)
{
        static const struct {
                const char *argv[6];
                const char *says;
        } cases[] = {
                        {{"snd", "bob"}, "\"send\""},
                        {{"hist"}, "\"history\""},
                        {{"frobnicate"}, "\"frobnicate\""},
                        {{"send", "bob"}, "NAME TEXT|-"},
                        {{"send", "bob", "two", "words"}, "quotes"},
                        {{"lock", "now"}, "too many"},
                        {{"send", "--jsno", "bob", "x"}, "--json"},
                        {{"send", "bob", "-x"}, "--"},
                        {{"send", "--limit", "4", "bob", "x"}, "--limit"},
                        {{"send", "--no-wait=yes", "bob", "x"}, "no value"},
                        {{"history", "bob", "--limit"}, "--limit N"},
                        {{"register", "--server", "\xff", "bob"}, "UTF-8"},
                        {{"--", "--help"}, "\"--help\""},
                        {{"\033[31m"}, "\\x1b[31m"},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *problem = NULL;
                Command command;

                g_assert_cmpint(parse(&command, &problem, cases[i].argv), ==, COMMAND_WRONG);
                g_assert_nonnull(problem);
                g_test_message("%s", problem);
                g_assert_nonnull(strstr(problem, cases[i].says));
        }
}

static void test_number(void)
{
        static const char *const bad[] = {"", "-1", "x", "1x", " 1", "0x10", "18446744073709551616", "101"};
        g_autofree char *problem = NULL;
        Command command = {0};
        uint64_t number;

        g_assert_cmpint(command_number(&command, OPTION_LIMIT, 50, 100, &number, &problem), ==, 0);
        g_assert_cmpuint(number, ==, 50);
        command.values[OPTION_LIMIT] = "100";
        g_assert_cmpint(command_number(&command, OPTION_LIMIT, 50, 100, &number, &problem), ==, 0);
        g_assert_cmpuint(number, ==, 100);
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_clear_pointer(&problem, g_free);
                command.values[OPTION_LIMIT] = bad[i];
                g_assert_cmpint(command_number(&command, OPTION_LIMIT, 50, 100, &number, &problem), ==,
                                COMMAND_WRONG);
                g_assert_nonnull(strstr(problem, "--limit"));
        }
}

/* The table itself: what the parser and help count on. */
static void test_table(void)
{
        for (const Verb *verb = verb_table; verb->name; verb++) {
                g_assert_true(verb_find(verb->name) == verb);
                g_assert_cmpuint(verb->arguments_min, <=, verb->arguments_max);
                g_assert_cmpuint(verb->arguments_max, <=, COMMAND_ARGUMENTS_MAX);
                g_assert_cmpint(*verb->arguments == 0, ==, verb->arguments_max == 0);
                g_assert_nonnull(verb->run);
                g_assert_true(verb_takes(verb, OPTION_JSON) && verb_takes(verb, OPTION_HELP));
        }
        for (size_t i = 0; i < OPTION_COUNT; i++)
                g_assert_true(option_table[i].name && option_table[i].help);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/arguments/right", test_right);
        g_test_add_func("/arguments/wrong", test_wrong);
        g_test_add_func("/arguments/number", test_number);
        g_test_add_func("/arguments/table", test_table);
        return g_test_run();
}
