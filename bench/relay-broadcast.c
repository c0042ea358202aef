/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/relay-measure.h"
#include "bench/relay.h"

/*
 * The limit of run_group(): as many connections to a bench/echo that sends each message to all of them, and keeps none. A
 * message of a speaker's own that comes back is what a result is there.
 */
typedef struct Listener {
        Connection connection; /* the first member, as in Session */
        struct BroadcastRun *all;
        unsigned index;
} Listener;

typedef struct BroadcastRun {
        Run *run;
        Listener *list;
        uint8_t *message; /* begins with the number of its speaker */
        unsigned ready;
        uint64_t delivered;
} BroadcastRun;

static int speak(Listener *listener)
{
        BroadcastRun *all = listener->all;
        uint8_t *data;
        int r;

        r = connection_begin_message(&listener->connection, all->run->payload, &data);
        if (r < 0)
                return r;
        memcpy(data, all->message, all->run->payload);
        memcpy(data, &listener->index, sizeof(listener->index));
        connection_end_message(&listener->connection, data, all->run->payload);
        return 0;
}

static int opened(Connection *connection)
{
        ((Listener *)connection)->all->ready++;
        return 0;
}

static int message(Connection *connection, const uint8_t *data, size_t size)
{
        Listener *listener = (Listener *)connection;
        BroadcastRun *all = listener->all;
        unsigned speaker;

        if (size != all->run->payload ||
            memcmp(data + sizeof(speaker), all->message + sizeof(speaker), size - sizeof(speaker)) != 0) {
                fprintf(stderr, "relay: what came is not what was sent\n");
                return -EPROTO;
        }
        memcpy(&speaker, data, sizeof(speaker));
        if (speaker == listener->index)
                return speak(listener);
        all->delivered++;
        return 0;
}

static int closed(Connection *connection)
{
        fprintf(stderr, "relay: the echo hung up\n");
        return -ECONNRESET;
}

static void deinit(BroadcastRun *all)
{
        for (unsigned i = 0; all->list && i < all->run->connections; i++)
                connection_close(&all->list[i].connection);
        free(all->list);
        free(all->message);
}

static int run_for(BroadcastRun *all, double seconds)
{
        double end = now_seconds() + seconds;
        int r = 0;

        while (r >= 0 && now_seconds() < end)
                r = loop_step(&all->run->loop, 10);
        return r;
}

static int connect_all(BroadcastRun *all)
{
        static const ConnectionHandler handler = {.opened = opened, .message = message, .closed = closed};
        enum { AT_ONCE = 32 };
        double deadline = now_seconds() + RUN_DEADLINE_SECONDS;
        unsigned started = 0;
        int r = 0;

        while (r >= 0 && all->ready < all->run->connections) {
                for (; r >= 0 && started < all->run->connections && started < all->ready + AT_ONCE; started++) {
                        all->list[started].all = all;
                        all->list[started].index = started;
                        r = connection_start(&all->list[started].connection, &all->run->loop, &all->run->endpoint,
                                             &handler);
                }
                if (r >= 0)
                        r = now_seconds() > deadline ? -ETIMEDOUT : loop_step(&all->run->loop, 10);
        }
        return r;
}

static int measure(BroadcastRun *all)
{
        double begin = now_seconds(), server = cpu_seconds(all->run->server_pid), load = own_cpu_seconds(), seconds, n;
        uint64_t before = all->delivered;
        int r;

        r = run_for(all, all->run->seconds);
        if (r < 0)
                return r;
        seconds = now_seconds() - begin;
        server = cpu_seconds(all->run->server_pid) - server;
        load = own_cpu_seconds() - load;
        n = (double)(all->delivered - before);
        printf("{\"mode\": \"broadcast\", \"members\": %u, \"rate\": %.0f, \"server_us\": %.2f, \"load_us\": %.2f, "
               "\"server_busy\": %.3f, \"load_busy\": %.3f}\n",
               all->run->connections, n / seconds, server / n * 1e6, load / n * 1e6, server / seconds, load / seconds);
        fflush(stdout);
        return 0;
}

int run_broadcast(Run *run)
{
        __attribute__((cleanup(deinit))) BroadcastRun all = {.run = run};
        int r;

        if (run->pairs > run->connections || run->payload < sizeof(unsigned))
                return -EINVAL;
        all.list = calloc(run->connections, sizeof(Listener));
        all.message = malloc(run->payload);
        if (!all.list || !all.message)
                return -ENOMEM;
        randombytes_buf(all.message, run->payload);
        r = connect_all(&all);
        for (unsigned i = 0; i < run->pairs && r >= 0; i++) {
                for (unsigned j = 0; j < run->window && r >= 0; j++)
                        r = speak(&all.list[i]);
                if (r >= 0)
                        r = connection_flush(&all.list[i].connection);
        }
        if (r >= 0)
                r = run_for(&all, run->warmup);
        return r < 0 ? r : measure(&all);
}
