/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/relay-traffic.h"

/* Many sessions that only log in, a few at a time, as after a restart of the server. */
typedef struct Crowd {
        Run *run;
        Session *sessions;
        Account *accounts;
        unsigned started, ready;
} Crowd;

enum { UNDER_WAY_MAX = 32 };

static int crowd_ready(Session *session)
{
        Crowd *crowd = session->userdata;

        crowd->ready++;
        return 0;
}

static int crowd_deliver(Session *session, const Wire__Deliver *deliver)
{
        return 0;
}

static int crowd_init(Crowd *crowd, Run *run, Account *accounts, unsigned count)
{
        *crowd = (Crowd){.run = run, .accounts = accounts};
        crowd->sessions = calloc(count, sizeof(Session));
        return crowd->sessions ? 0 : -ENOMEM;
}

static void crowd_deinit(Crowd *crowd)
{
        for (unsigned i = 0; i < crowd->started; i++)
                session_close(&crowd->sessions[i]);
        free(crowd->sessions);
        *crowd = (Crowd){0};
}

static int crowd_grow(Crowd *crowd, unsigned count)
{
        static const SessionHandler handler = {.ready = crowd_ready, .deliver = crowd_deliver};
        double deadline = now_seconds() + RUN_DEADLINE_SECONDS * 10;
        int r;

        while (crowd->ready < count) {
                while (crowd->started < count && crowd->started - crowd->ready < UNDER_WAY_MAX) {
                        unsigned i = crowd->started++;

                        r = session_start(&crowd->sessions[i], &crowd->run->loop, &crowd->run->endpoint,
                                          &crowd->accounts[i], &handler, crowd);
                        if (r < 0)
                                return r;
                }
                r = loop_step(&crowd->run->loop, 100);
                if (r < 0)
                        return r;
                if (now_seconds() > deadline)
                        return -ETIMEDOUT;
        }
        return 0;
}

static int crowd_wait(Crowd *crowd, double seconds)
{
        double end = now_seconds() + seconds;
        int r = 0;

        while (r >= 0 && now_seconds() < end)
                r = loop_step(&crowd->run->loop, 10);
        return r;
}

int run_register(Run *run)
{
        __attribute__((cleanup(crowd_deinit))) Crowd crowd = {0};
        double begin = now_seconds();
        int r;

        r = accounts_make(&run->accounts, run->connections);
        if (r >= 0)
                r = crowd_init(&crowd, run, run->accounts.list, run->connections);
        /* They leave again every so often: only the accounts are wanted. */
        for (unsigned done = 0; r >= 0 && done < run->connections;) {
                unsigned next = done + 500 < run->connections ? done + 500 : run->connections;

                r = crowd_grow(&crowd, next);
                for (; done < next; done++)
                        session_close(&crowd.sessions[done]);
        }
        if (r < 0)
                return r;
        printf("{\"mode\": \"register\", \"accounts\": %u, \"rate\": %.0f}\n", run->connections,
               run->connections / (now_seconds() - begin));
        return accounts_save(&run->accounts, run->accounts_path);
}

static int check_accounts(const Run *run)
{
        if (run->accounts.count >= 2 * (size_t)run->pairs + run->connections)
                return 0;
        fprintf(stderr, "relay: %u pairs and %u idle connections need more accounts than %zu\n", run->pairs,
                run->connections, run->accounts.count);
        return -EINVAL;
}

static int crowd_step(Run *run, Crowd *crowd, unsigned count, uint64_t bytes_at_start)
{
        double begin = now_seconds(), server = cpu_seconds(run->server_pid), accepts, accept_us;
        unsigned before = crowd->ready;
        uint64_t bytes;
        int r;

        r = crowd_grow(crowd, count);
        if (r < 0)
                return r;
        accepts = (count - before) / (now_seconds() - begin);
        accept_us = (cpu_seconds(run->server_pid) - server) / (count - before) * 1e6;
        /* Let it finish what it does after a login. */
        r = crowd_wait(crowd, 0.5);
        bytes = private_bytes(run->server_pid);
        printf("{\"mode\": \"crowd\", \"connections\": %u, \"accepts\": %.0f, \"accept_us\": %.1f, "
               "\"bytes_each\": %.0f}\n",
               count, accepts, accept_us,
               bytes > bytes_at_start ? (double)(bytes - bytes_at_start) / count : 0.0);
        fflush(stdout);
        return r;
}

/* Accepts and memory, with no traffic that would need some, too. */
int run_crowd(Run *run)
{
        __attribute__((cleanup(crowd_deinit))) Crowd crowd = {0};
        uint64_t bytes = private_bytes(run->server_pid);
        int r;

        r = check_accounts(run);
        if (r >= 0)
                r = crowd_init(&crowd, run, run->accounts.list + 2 * (size_t)run->pairs, run->connections);
        for (unsigned count = run->step; r >= 0 && count <= run->connections; count += run->step)
                r = crowd_step(run, &crowd, count, bytes);
        return r;
}

/* What a message costs beside more and more connections that do nothing. */
int run_idle(Run *run)
{
        __attribute__((cleanup(crowd_deinit))) Crowd crowd = {0};
        __attribute__((cleanup(traffic_deinit))) Traffic traffic = {0};
        char label[128];
        int r;

        r = check_accounts(run);
        if (r >= 0)
                r = traffic_init(&traffic, run);
        if (r >= 0)
                r = crowd_init(&crowd, run, run->accounts.list + 2 * (size_t)run->pairs, run->connections);
        if (r >= 0)
                r = traffic_connect(&traffic, TRAFFIC_SENDERS | TRAFFIC_RECEIVERS);
        for (unsigned count = 0; r >= 0 && count <= run->connections; count += run->step) {
                r = crowd_grow(&crowd, count);
                if (r < 0)
                        return r;
                snprintf(label, sizeof(label), "\"mode\": \"idle\", \"connections\": %u", count);
                r = traffic_measure(&traffic, label);
        }
        return r;
}
