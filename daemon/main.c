/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/password.h"

#define _(text)  gettext(text)
#define N_(text) text

/* Nothing that another process, or a core dump, could read keys from. */
static void protect_memory(void)
{
        const struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks looks in */
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static void set_language(void)
{
        setlocale(LC_ALL, "");
        bindtextdomain(GETTEXT_DOMAIN, LOCALE_DIR);
        bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
        textdomain(GETTEXT_DOMAIN);
}

int main(int argc, char **argv)
{
        g_autofree char *state_folder = NULL;
        gboolean foreground = FALSE, version = FALSE;
        gint64 password_memory = PASSWORD_MEMORY_MIB;
        const GOptionEntry entries[] = {
                        {"foreground", 'f', 0, G_OPTION_ARG_NONE, &foreground,
                         N_("Log to standard error, not the journal"), NULL},
                        {"password-memory", 0, 0, G_OPTION_ARG_INT64, &password_memory,
                         N_("What Argon2id takes for a new password, instead of 256 MiB"), N_("MIB")},
                        {"state-folder", 0, 0, G_OPTION_ARG_FILENAME, &state_folder,
                         N_("Where the account lives, instead of $XDG_STATE_HOME/secure-messenger"),
                         N_("FOLDER")},
                        {"version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version"), NULL},
                        {NULL},
        };
        g_autoptr(GOptionContext) context = NULL;
        g_autoptr(GError) error = NULL;
        DaemonOptions options;
        Daemon daemon;
        int r;

        protect_memory();
        set_language();
        context = g_option_context_new(NULL);
        g_option_context_set_summary(
                        context, _("The daemon of Secure Messenger: keys, messages, and the connection."));
        g_option_context_add_main_entries(context, entries, GETTEXT_DOMAIN);
        if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
                fprintf(stderr, "smd: %s\n",
                        error ? error->message : _("It takes no arguments. Try --help."));
                return 2;
        }
        if (version) {
                printf("smd %s\n", PROJECT_VERSION);
                return EXIT_SUCCESS;
        }

        if (!password_set_memory(password_memory)) {
                fprintf(stderr, "smd: %s\n", _("--password-memory takes 64 to 1024 MiB."));
                return 2;
        }

        signal(SIGPIPE, SIG_IGN); /* a reader that goes is an error of write() */
        log_open(foreground || !g_getenv("JOURNAL_STREAM"));
        if (sodium_init() < 0) {
                fprintf(stderr, "smd: %s\n", _("The cryptographic library does not start."));
                return EXIT_FAILURE;
        }
        options = (DaemonOptions){.state_folder = state_folder};
        r = daemon_init(&daemon, &options);
        if (r == 0)
                r = daemon_run(&daemon);
        daemon_deinit(&daemon);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
