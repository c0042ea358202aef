/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "server/config.h"
#include "server/exit-code.h"
#include "server/log.h"
#include "server/server.h"

#define _(text) gettext(text)

static void print_help(void)
{
        printf(_("Usage: smserver [OPTION...]\n"
                 "\n"
                 "The server of Secure Messenger. Without options it listens on loopback, with a "
                 "certificate that it\n"
                 "makes for itself, and prints its URL and the pin of its certificate.\n"
                 "\n"
                 "  -c, --config FILE       read FILE: smserver.conf(5)\n"
                 "  -l, --listen HOST:PORT  listen here; port 0: any free one. Can be given several times\n"
                 "  -s, --state FOLDER      keep everything here\n"
                 "      --certificate FILE  certificate chain, PEM\n"
                 "      --key FILE          its private key, PEM\n"
                 "      --metrics HOST:PORT answer Prometheus here; loopback only\n"
                 "      --insecure-loopback HOST:PORT\n"
                 "                          plain ws://, for tests on this machine\n"
                 "      --set SECTION.KEY=VALUE\n"
                 "                          as a line of the configuration file\n"
                 "      --check             read the configuration, and do nothing\n"
                 "  -h, --help              this text\n"
                 "      --version           the version\n"));
}

enum {
        OPTION_CERTIFICATE = 256,
        OPTION_KEY,
        OPTION_METRICS,
        OPTION_INSECURE,
        OPTION_SET,
        OPTION_CHECK,
        OPTION_VERSION,
};

static const struct option options[] = {
                {"config", required_argument, NULL, 'c'},
                {"listen", required_argument, NULL, 'l'},
                {"state", required_argument, NULL, 's'},
                {"certificate", required_argument, NULL, OPTION_CERTIFICATE},
                {"key", required_argument, NULL, OPTION_KEY},
                {"metrics", required_argument, NULL, OPTION_METRICS},
                {"insecure-loopback", required_argument, NULL, OPTION_INSECURE},
                {"set", required_argument, NULL, OPTION_SET},
                {"check", no_argument, NULL, OPTION_CHECK},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, OPTION_VERSION},
                {},
};

#define SHORT_OPTIONS "c:l:s:h"

static int set(Config *config, const char *section, const char *key, const char *value)
{
        char problem[CONFIG_PROBLEM_SIZE];

        if (config_set(config, section, key, value, true, problem) == 0)
                return 0;
        log_error("%s", problem);
        return EXIT_USAGE;
}

static int set_any(Config *config, const char *argument)
{
        const char *dot = strchr(argument, '.'), *equals = strchr(argument, '=');
        char section[64], key[64];

        if (!dot || !equals || equals < dot || (size_t)(dot - argument) >= sizeof(section) ||
            (size_t)(equals - dot) > sizeof(key)) {
                log_error("--set wants SECTION.KEY=VALUE, not '%s'", argument);
                return EXIT_USAGE;
        }
        snprintf(section, sizeof(section), "%.*s", (int)(dot - argument), argument);
        snprintf(key, sizeof(key), "%.*s", (int)(equals - dot - 1), dot + 1);
        return set(config, section, key, equals + 1);
}

static int read_file(Config *config, const char *path)
{
        char problem[CONFIG_PROBLEM_SIZE];

        if (config_read_file(config, path, problem) == 0)
                return 0;
        log_error("%s", problem);
        return EXIT_CONFIG;
}

/* The file first, wherever it stands: options win. */
static int read_configuration(Config *config, int argc, char **argv)
{
        int option, r = 0;

        opterr = 0;
        while (r == 0 && (option = getopt_long(argc, argv, SHORT_OPTIONS, options, NULL)) >= 0)
                if (option == 'c')
                        r = read_file(config, optarg);
        opterr = 1;
        optind = 0;
        return r;
}

/* A list given by options takes the place of the file's. */
static void begin_list(ConfigList *list, bool *begun)
{
        if (*begun)
                return;
        *begun = true;
        for (size_t i = 0; i < list->count; i++)
                free(list->items[i]);
        *list = (ConfigList){};
}

typedef struct Arguments {
        bool listen_begun, insecure_begun, check, done;
} Arguments;

static int apply_option(Config *config, int option, Arguments *arguments)
{
        switch (option) {
        case 'c':
                return 0;
        case 'l':
                begin_list(&config->listen, &arguments->listen_begun);
                return set(config, "server", "listen", optarg);
        case 's':
                return set(config, "server", "state", optarg);
        case OPTION_CERTIFICATE:
                return set(config, "server", "certificate", optarg);
        case OPTION_KEY:
                return set(config, "server", "key", optarg);
        case OPTION_METRICS:
                return set(config, "server", "metrics", optarg);
        case OPTION_INSECURE:
                begin_list(&config->insecure_listen, &arguments->insecure_begun);
                return set(config, "server", "insecure-loopback", optarg);
        case OPTION_SET:
                return set_any(config, optarg);
        case OPTION_CHECK:
                arguments->check = true;
                return 0;
        case OPTION_VERSION:
                printf("smserver %s\n", PROJECT_VERSION);
                arguments->done = true;
                return 0;
        case 'h':
                print_help();
                arguments->done = true;
                return 0;
        default:
                log_error("see smserver --help");
                return EXIT_USAGE;
        }
}

static int configure(Config *config, int argc, char **argv, Arguments *arguments)
{
        char problem[CONFIG_PROBLEM_SIZE];
        int option, r;

        r = read_configuration(config, argc, argv);
        while (r == 0 && !arguments->done &&
               (option = getopt_long(argc, argv, SHORT_OPTIONS, options, NULL)) >= 0)
                r = apply_option(config, option, arguments);
        if (r != 0 || arguments->done)
                return r;
        if (optind < argc) {
                log_error("'%s' has no meaning here; see smserver --help", argv[optind]);
                return EXIT_USAGE;
        }
        if (config_check(config, problem) < 0) {
                log_error("%s", problem);
                return EXIT_CONFIG;
        }
        return 0;
}

/* Auth keys and the TLS key are in memory: no core files, and no other process of the user looks in. */
static void protect_memory(void)
{
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){});
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks looks in */
        (void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
        Arguments arguments = {};
        Config config;
        int r;

        setlocale(LC_ALL, "");
        bindtextdomain(GETTEXT_DOMAIN, LOCALE_DIR);
        textdomain(GETTEXT_DOMAIN);
        protect_memory();
        signal(SIGPIPE, SIG_IGN);
        log_init(LOG_INFO);
        if (sodium_init() < 0)
                return EXIT_INTERNAL;

        config_init(&config);
        r = configure(&config, argc, argv, &arguments);
        if (r == 0 && !arguments.done && arguments.check) {
                r = server_check(&config);
        } else if (r == 0 && !arguments.done) {
                log_init((int)config.log_level);
                r = server_run(&config);
        }
        config_deinit(&config);
        return r;
}
