/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/relay-traffic.h"

int run_online(Run *run)
{
        __attribute__((cleanup(traffic_deinit))) Traffic traffic = {0};
        char label[128];
        int r;

        r = traffic_init(&traffic, run);
        if (r >= 0)
                r = traffic_connect(&traffic, TRAFFIC_SENDERS | TRAFFIC_RECEIVERS);
        if (r < 0)
                return r;
        snprintf(label, sizeof(label), "\"mode\": \"online\", \"pairs\": %u, \"window\": %u", run->pairs,
                 run->window);
        return traffic_measure(&traffic, label);
}

typedef struct Stopwatch {
        double wall, server, load;
} Stopwatch;

static Stopwatch stopwatch(const Run *run)
{
        return (Stopwatch){
                        .wall = now_seconds(),
                        .server = cpu_seconds(run->server_pid),
                        .load = own_cpu_seconds(),
        };
}

static void report(const char *mode, uint64_t messages, Stopwatch begin, Stopwatch end)
{
        double n = (double)messages, wall = end.wall - begin.wall;

        printf("{\"mode\": \"%s\", \"messages\": %lu, \"rate\": %.0f, \"server_us\": %.2f, \"load_us\": "
               "%.2f, "
               "\"server_busy\": %.3f, \"load_busy\": %.3f}\n",
               mode, messages, n / wall, (end.server - begin.server) / n * 1e6,
               (end.load - begin.load) / n * 1e6, (end.server - begin.server) / wall,
               (end.load - begin.load) / wall);
        fflush(stdout);
}

int run_store(Run *run)
{
        __attribute__((cleanup(traffic_deinit))) Traffic traffic = {0};
        Stopwatch begin;
        int r;

        r = traffic_init(&traffic, run);
        if (r >= 0)
                r = traffic_connect(&traffic, TRAFFIC_SENDERS);
        if (r < 0)
                return r;
        traffic.limit = run->messages / run->pairs;
        begin = stopwatch(run);
        r = traffic_begin(&traffic);
        if (r >= 0)
                r = traffic_finish(&traffic, false);
        if (r < 0)
                return r;
        report("store", traffic.stored, begin, stopwatch(run));
        return 0;
}

/* Acks have no answer: whoever acked everything and comes back gets nothing, if the server took them. */
static int check_empty(Run *run)
{
        __attribute__((cleanup(traffic_deinit))) Traffic traffic = {0};
        int r;

        r = traffic_init(&traffic, run);
        if (r >= 0)
                r = traffic_connect(&traffic, TRAFFIC_RECEIVERS);
        if (r >= 0)
                r = traffic_run_for(&traffic, 0.3);
        if (r >= 0 && traffic.delivered + traffic.left_over > 0) {
                fprintf(stderr, "relay: messages came again after they had been acked\n");
                return -EPROTO;
        }
        return r;
}

static int drain(Run *run)
{
        __attribute__((cleanup(traffic_deinit))) Traffic traffic = {0};
        Stopwatch begin, end;
        int r;

        r = traffic_init(&traffic, run);
        if (r < 0)
                return r;
        traffic.started_ns = 0;
        traffic.limit = run->messages / run->pairs;
        for (unsigned i = 0; i < run->pairs; i++)
                traffic.pairs[i].sent = traffic.pairs[i].stored = traffic.limit;
        begin = stopwatch(run);
        r = traffic_connect(&traffic, TRAFFIC_RECEIVERS);
        if (r >= 0)
                r = traffic_finish(&traffic, true);
        if (r < 0)
                return r;
        end = stopwatch(run);
        /* What the server spends on deleting after the last ack counts as well. */
        r = traffic_run_for(&traffic, 0.5);
        end.server = stopwatch(run).server;
        report("drain", traffic.delivered, begin, end);
        return r;
}

int run_drain(Run *run)
{
        int r = drain(run);

        return r < 0 ? r : check_empty(run);
}
