/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/help.h"

#include <glib/gi18n.h>

#include "cli/arguments.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/report.h"

enum {
        COLUMN = 26, /* where what is on the left is explained */
};

static void print_row(FILE *out, const char *left, const char *right)
{
        fprintf(out, "  %-*s %s\n", COLUMN, left, right);
}

static void print_option(FILE *out, const Option *option)
{
        g_autofree char *left = option->value ? g_strdup_printf("--%s %s", option->name, option->value)
                                              : g_strdup_printf("--%s", option->name);

        print_row(out, left, _(option->help));
}

void help_print(FILE *out)
{
        fputs(_("Usage: smctl [OPTION]... VERB [ARGUMENT]...\n\n"), out);
        for (const Verb *verb = verb_table; verb->name; verb++) {
                g_autofree char *left =
                                g_strjoin(*verb->arguments ? " " : "", verb->name, verb->arguments, NULL);

                print_row(out, left, _(verb->help));
        }
        fputs("\n", out);
        print_option(out, &option_table[OPTION_JSON]);
        print_option(out, &option_table[OPTION_HELP]);
        print_option(out, &option_table[OPTION_VERSION]);
        fputs(_("\n\"smctl help VERB\" shows the options of a verb. smctl(1) has the exit codes and all the "
                "rest.\n"),
              out);
}

void help_print_verb(FILE *out, const Verb *verb)
{
        fprintf(out, _("Usage: smctl %s [OPTION]... %s\n"), verb->name, verb->arguments);
        fprintf(out, "\n  %s\n\n", _(verb->help));
        for (size_t i = 0; i < OPTION_COUNT; i++) {
                if (verb_takes(verb, (OptionId)i))
                        print_option(out, &option_table[i]);
        }
}

/* The tables for programs: completions and the manual page are tested against it. */
static void print_json(const Verb *verb)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        GVariantBuilder names = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

        for (size_t i = 0; i < OPTION_COUNT; i++) {
                if (verb_takes(verb, (OptionId)i))
                        g_variant_builder_add(&names, "s", option_table[i].name);
        }
        g_variant_builder_add(&builder, "{sv}", "verb", g_variant_new_string(verb->name));
        g_variant_builder_add(&builder, "{sv}", "arguments", g_variant_new_string(verb->arguments));
        g_variant_builder_add(&builder, "{sv}", "help", g_variant_new_string(_(verb->help)));
        g_variant_builder_add(&builder, "{sv}", "options", g_variant_builder_end(&names));
        json_print(g_variant_builder_end(&builder));
}

ClientFailure cmd_help(const Command *command)
{
        const Verb *verb = command->n_arguments > 0 ? verb_find(command->arguments[0]) : NULL;

        if (command->n_arguments > 0 && !verb) {
                g_autofree char *word = harmless_line(command->arguments[0]);
                g_autofree char *sentence = g_strdup_printf(_("There is no verb \"%s\"."), word);

                return report_usage(sentence);
        }
        if (command_has(command, OPTION_JSON)) {
                for (const Verb *each = verb_table; each->name; each++) {
                        if (!verb || each == verb)
                                print_json(each);
                }
        } else if (verb) {
                help_print_verb(stdout, verb);
        } else {
                help_print(stdout);
        }
        return CLIENT_FAILURE_NONE;
}
