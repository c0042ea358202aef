/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

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

/*
 * What was closed stays unusable: the next thing opened, such as the bus, is not written to in its place. Each is opened the
 * wrong way round, so that who uses it hears of it.
 */
static void occupy_standard_descriptors(void)
{
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
                if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
                        return;
        }
}

int main(int argc, char **argv)
{
        occupy_standard_descriptors();
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
