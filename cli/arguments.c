/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/arguments.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>

#include "cli/harmless.h"

static int wrong(char **problem, const char *format, ...) G_GNUC_PRINTF(2, 3);

static int wrong(char **problem, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        g_autofree char *raw = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        *problem = harmless_line(raw);
        return COMMAND_WRONG;
}

static int unknown_option(const char *word, char **problem)
{
        g_autofree char *name = g_strndup(word, strcspn(word, "="));
        const char *nearest = g_str_has_prefix(name, "--") ? option_nearest(name + 2) : NULL;

        if (nearest)
                return wrong(problem, _("There is no option %s. Did you mean --%s?"), name, nearest);
        return wrong(problem, _("There is no option %s. Put -- before words that begin with a dash."), name);
}

/* One option at *at, which moves on when its value is the next word. */
static int parse_option(Command *command, int argc, char *const *argv, int *at, char **problem)
{
        const char *word = argv[*at];

        if (strcmp(word, "-h") == 0)
                word = "--help";
        if (strcmp(word, "-V") == 0)
                word = "--version";
        if (!g_str_has_prefix(word, "--"))
                return unknown_option(word, problem);

        for (size_t i = 0; i < OPTION_COUNT; i++) {
                size_t length = strlen(option_table[i].name);
                const char *rest = word + 2 + length;

                if (strncmp(word + 2, option_table[i].name, length) != 0 || (*rest && *rest != '='))
                        continue;
                if (!option_table[i].value && *rest)
                        return wrong(problem, _("The option --%s takes no value."), option_table[i].name);
                if (!option_table[i].value)
                        command->values[i] = "";
                else if (*rest)
                        command->values[i] = rest + 1;
                else if (*at + 1 < argc)
                        command->values[i] = argv[++*at];
                else
                        return wrong(problem, _("The option --%s needs a value: --%s %s"),
                                     option_table[i].name, option_table[i].name, option_table[i].value);
                return 0;
        }
        return unknown_option(word, problem);
}

static int parse_word(Command *command, const char *word, char **problem)
{
        if (!command->verb) {
                command->verb = verb_find(word);
                if (command->verb)
                        return 0;

                const char *nearest = verb_nearest(word);

                if (nearest)
                        return wrong(problem, _("There is no verb \"%s\". Did you mean \"%s\"?"), word,
                                     nearest);
                return wrong(problem, _("There is no verb \"%s\"."), word);
        }
        if (command->n_arguments == command->verb->arguments_max) {
                if (command->verb == verb_find("send"))
                        return wrong(problem,
                                     _("The text has to be one word for the shell: put it into quotes."));
                return wrong(problem, _("\"%s\" is one argument too many for \"%s\"."), word,
                             command->verb->name);
        }
        command->arguments[command->n_arguments++] = word;
        return 0;
}

static int check(const Command *command, char **problem)
{
        if (!command->verb)
                return 0;
        for (size_t i = 0; i < OPTION_COUNT; i++) {
                if (!command->values[i])
                        continue;
                if (!verb_takes(command->verb, (OptionId)i) && i != OPTION_VERSION)
                        return wrong(problem, _("\"%s\" does not take the option --%s."),
                                     command->verb->name, option_table[i].name);
                if (i != OPTION_PASSWORD_FILE && i != OPTION_NEW_PASSWORD_FILE && i != OPTION_INVITATION_FILE &&
                    i != OPTION_OUTPUT && i != OPTION_EXEC && i != OPTION_STATE && i != OPTION_DECRYPT &&
                    i != OPTION_FILE && !g_utf8_validate(command->values[i], -1, NULL))
                        return wrong(problem, _("The value of --%s is not UTF-8."), option_table[i].name);
        }
        if (command_has(command, OPTION_HELP) || command_has(command, OPTION_VERSION))
                return 0;
        /* A file can have a caption in the place of the text, and needs none. */
        if (command->n_arguments + (command_has(command, OPTION_FILE) ? 1u : 0u) < command->verb->arguments_min)
                return wrong(problem, _("Something is missing: smctl %s %s"), command->verb->name,
                             command->verb->arguments);
        return 0;
}

int command_parse(Command *command, int argc, char *const *argv, char **problem)
{
        gboolean only_words = FALSE;
        int r;

        *command = (Command){0};
        for (int i = 0; i < argc; i++) {
                if (!only_words && strcmp(argv[i], "--") == 0) {
                        only_words = TRUE;
                        continue;
                }
                if (!only_words && argv[i][0] == '-' && argv[i][1])
                        r = parse_option(command, argc, argv, &i, problem);
                else
                        r = parse_word(command, argv[i], problem);
                if (r != 0)
                        return r;
        }
        return check(command, problem);
}

int command_number(const Command *command, OptionId option, uint64_t otherwise, uint64_t max,
                   uint64_t *number, char **problem)
{
        const char *value = command->values[option];

        *number = otherwise;
        if (!value)
                return 0;
        if (!g_ascii_string_to_unsigned(value, 10, 0, max, number, NULL))
                return wrong(problem, _("--%s needs a number from 0 to %" PRIu64 "."),
                             option_table[option].name, max);
        return 0;
}
