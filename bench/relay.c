/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The load for the server's figures: `relay MODE --url URL ...`. bench/run starts the server, pins it to one
 * core and this to another, and makes tables of what is printed here.
 */
#include "bench/relay.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <sodium.h>

typedef struct Mode {
        const char *name;
        bool accounts; /* reads them from the file */
        int (*run)(Run *run);
} Mode;

static const Mode modes[] = {
                {"register", false, run_register}, /* makes accounts, and the file that names them */
                {"online", true, run_online},      /* every receiver is there */
                {"store", true, run_store},        /* no receiver is there */
                {"drain", true, run_drain},        /* the receivers come and take what `store` left */
                {"crowd", true, run_crowd},        /* accepts and memory of many idle connections */
                {"idle", true, run_idle},          /* traffic beside many idle connections */
                {"blobs", true, run_blobs},        /* pieces of blobs, there and back; messages: how many pieces */
                {"group", true, run_group},        /* everybody in one group, of which the first few speak */
                {"broadcast", false, run_broadcast}, /* the same against bench/echo, which sends to all */
                {"echo", false, run_echo},         /* against bench/echo */
                {"mqtt", false, run_mqtt},         /* against mosquitto */
};

static int usage(void)
{
        fprintf(stderr,
                "usage: relay register|online|store|drain|crowd|idle|blobs|group|broadcast|echo|mqtt --url wss://127.0.0.1:PORT "
                "[--pin PIN]\n"
                "       [--accounts FILE] [--connections N] [--step N] [--pairs N] [--window N]\n"
                "       [--payload BYTES] [--messages N] [--warmup S] [--seconds S] [--server-pid PID]\n");
        return 2;
}

static bool parse_unsigned(const char *text, unsigned *out)
{
        char *end;
        unsigned long value = strtoul(text, &end, 10);

        if (*end || end == text || value == 0 || value > 100000000)
                return false;
        *out = (unsigned)value;
        return true;
}

static bool parse_seconds(const char *text, double *out)
{
        char *end;

        *out = strtod(text, &end);
        return !*end && end != text && *out >= 0 && *out <= 600;
}

static bool parse_options(Run *run, int argc, char **argv)
{
        static const struct option options[] = {
                        {"url", required_argument, NULL, 'u'},
                        {"pin", required_argument, NULL, 'p'},
                        {"accounts", required_argument, NULL, 'a'},
                        {"connections", required_argument, NULL, 'c'},
                        {"step", required_argument, NULL, 's'},
                        {"pairs", required_argument, NULL, 'n'},
                        {"window", required_argument, NULL, 'w'},
                        {"payload", required_argument, NULL, 'b'},
                        {"messages", required_argument, NULL, 'm'},
                        {"warmup", required_argument, NULL, 'W'},
                        {"seconds", required_argument, NULL, 't'},
                        {"server-pid", required_argument, NULL, 'P'},
                        {NULL, 0, NULL, 0},
        };
        unsigned pid = 0;
        bool good = true;
        int option;

        while (good && (option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                switch (option) {
                case 'u':
                        run->url = optarg;
                        break;
                case 'p':
                        run->pin = optarg;
                        break;
                case 'a':
                        run->accounts_path = optarg;
                        break;
                case 'c':
                        good = parse_unsigned(optarg, &run->connections);
                        break;
                case 's':
                        good = parse_unsigned(optarg, &run->step);
                        break;
                case 'n':
                        good = parse_unsigned(optarg, &run->pairs);
                        break;
                case 'w':
                        good = parse_unsigned(optarg, &run->window);
                        break;
                case 'b':
                        good = parse_unsigned(optarg, &run->payload) && run->payload <= WIRE_PAYLOAD_MAX;
                        break;
                case 'm':
                        good = parse_unsigned(optarg, &run->messages);
                        break;
                case 'W':
                        good = parse_seconds(optarg, &run->warmup);
                        break;
                case 't':
                        good = parse_seconds(optarg, &run->seconds);
                        break;
                case 'P':
                        good = parse_unsigned(optarg, &pid);
                        run->server_pid = (int)pid;
                        break;
                default:
                        good = false;
                }
        }
        return good && run->url && optind == argc;
}

/* Thousands of connections need as many descriptors; where the hard limit is lower, the run says so itself.
 */
static void raise_file_limit(void)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void)setrlimit(RLIMIT_NOFILE, &limit);
        }
}

static int run_mode(Run *run, const Mode *mode)
{
        int r;

        r = endpoint_init(&run->endpoint, run->url, run->pin);
        if (r < 0) {
                fprintf(stderr, "relay: not a URL or pin of a server on this machine: %s\n", run->url);
                return r;
        }
        r = loop_init(&run->loop);
        if (r < 0)
                return r;
        if (mode->accounts) {
                r = accounts_load(&run->accounts, run->accounts_path);
                if (r < 0)
                        return r;
        }
        return mode->run(run);
}

int main(int argc, char **argv)
{
        Run run = {
                        .accounts_path = "accounts",
                        .connections = 8000,
                        .step = 1000,
                        .pairs = 50,
                        .window = 32,
                        .payload = 256,
                        .messages = 200000,
                        .warmup = 1,
                        .seconds = 5,
                        .loop.epoll = -1,
        };
        const Mode *mode = NULL;
        int r;

        for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
                if (strcmp(argv[1], modes[i].name) == 0)
                        mode = &modes[i];
        if (!mode || !parse_options(&run, argc - 1, argv + 1))
                return usage();
        if (sodium_init() < 0)
                return EXIT_FAILURE;
        raise_file_limit();
        r = run_mode(&run, mode);
        if (r < 0)
                fprintf(stderr, "relay: %s: %s\n", mode->name, strerror(-r));
        accounts_deinit(&run.accounts);
        loop_deinit(&run.loop);
        endpoint_deinit(&run.endpoint);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
