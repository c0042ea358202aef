/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/relay-measure.h"
#include "bench/relay.h"

/* The load for bench/echo: as many connections as there are senders, each with a window of messages that
 * come back. */
typedef struct Echo {
        Connection connection; /* the first member, as in Session */
        struct EchoRun *all;
} Echo;

typedef struct EchoRun {
        Run *run;
        Echo *list;
        uint8_t *payload;
        uint64_t returned;
} EchoRun;

static int echo_send(Echo *echo)
{
        uint8_t *data;
        int r;

        r = connection_begin_message(&echo->connection, echo->all->run->payload, &data);
        if (r < 0)
                return r;
        memcpy(data, echo->all->payload, echo->all->run->payload);
        connection_end_message(&echo->connection, data, echo->all->run->payload);
        return 0;
}

static int echo_opened(Connection *connection)
{
        Echo *echo = (Echo *)connection;
        int r = 0;

        for (unsigned i = 0; r >= 0 && i < echo->all->run->window; i++)
                r = echo_send(echo);
        return r;
}

static int echo_message(Connection *connection, const uint8_t *data, size_t size)
{
        Echo *echo = (Echo *)connection;

        if (size != echo->all->run->payload || memcmp(data, echo->all->payload, size) != 0) {
                fprintf(stderr, "relay: what came back is not what was sent\n");
                return -EPROTO;
        }
        echo->all->returned++;
        return echo_send(echo);
}

static int echo_closed(Connection *connection)
{
        fprintf(stderr, "relay: the echo hung up\n");
        return -ECONNRESET;
}

static void echo_run_deinit(EchoRun *all)
{
        for (unsigned i = 0; all->list && i < all->run->pairs; i++)
                connection_close(&all->list[i].connection);
        free(all->list);
        free(all->payload);
}

static int echo_run_for(EchoRun *all, double seconds)
{
        double end = now_seconds() + seconds;
        int r = 0;

        while (r >= 0 && now_seconds() < end)
                r = loop_step(&all->run->loop, 10);
        return r;
}

int run_echo(Run *run)
{
        static const ConnectionHandler handler = {
                        .opened = echo_opened,
                        .message = echo_message,
                        .closed = echo_closed,
        };
        __attribute__((cleanup(echo_run_deinit))) EchoRun all = {.run = run};
        double begin, seconds, server, load;
        int r;

        all.list = calloc(run->pairs, sizeof(Echo));
        all.payload = malloc(run->payload);
        if (!all.list || !all.payload)
                return -ENOMEM;
        randombytes_buf(all.payload, run->payload);
        for (unsigned i = 0; i < run->pairs; i++) {
                all.list[i].all = &all;
                r = connection_start(&all.list[i].connection, &run->loop, &run->endpoint, &handler);
                if (r < 0)
                        return r;
        }
        r = echo_run_for(&all, run->warmup);
        if (r < 0)
                return r;
        begin = now_seconds();
        server = cpu_seconds(run->server_pid);
        load = own_cpu_seconds();
        all.returned = 0;
        r = echo_run_for(&all, run->seconds);
        if (r < 0)
                return r;
        seconds = now_seconds() - begin;
        server = cpu_seconds(run->server_pid) - server;
        load = own_cpu_seconds() - load;
        printf("{\"mode\": \"echo\", \"rate\": %.0f, \"server_us\": %.2f, \"load_us\": %.2f, "
               "\"server_busy\": %.3f, "
               "\"load_busy\": %.3f}\n",
               (double)all.returned / seconds, server / (double)all.returned * 1e6,
               load / (double)all.returned * 1e6, server / seconds, load / seconds);
        return 0;
}
