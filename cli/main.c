/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/report.h"

static ClientFailure run(int argc, char *const *argv)
{
        g_autofree char *problem = NULL;
        Command command;

        if (command_parse(&command, argc, argv, &problem) != 0)
                return report_usage(problem);
        if (command_has(&command, OPTION_VERSION)) {
                puts("smctl " PROJECT_VERSION);
                return CLIENT_FAILURE_NONE;
        }
        if (command_has(&command, OPTION_HELP)) {
                if (command.verb)
                        help_print_verb(stdout, command.verb);
                else
                        help_print(stdout);
                return CLIENT_FAILURE_NONE;
        }
        if (!command.verb) {
                help_print(stderr);
                return CLIENT_FAILURE_USAGE;
        }
        return command.verb->run(&command);
}

int main(int argc, char **argv)
{
        setlocale(LC_ALL, "");
        bindtextdomain(GETTEXT_DOMAIN, LOCALE_DIR);
        bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
        textdomain(GETTEXT_DOMAIN);
        output_init();

        ClientFailure result = run(argc > 0 ? argc - 1 : 0, argv + 1);

        /* A full disk must not pass for a complete answer. */
        if ((fflush(stdout) != 0 || ferror(stdout)) && result == CLIENT_FAILURE_NONE) {
                output_note(_("Cannot write to standard output: %s"), g_strerror(errno));
                result = CLIENT_FAILURE_FAILED;
        }
        return (int)result;
}
