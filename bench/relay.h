/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench/relay-session.h"

/* What the modes of the relay benchmark share. Each prints its results as one JSON object a line. */
typedef struct Run {
        const char *url;
        const char *pin;
        const char *accounts_path;
        unsigned connections;   /* register: how many accounts; crowd, idle: how many idle connections in the
                                   end; group, broadcast: how many members */
        unsigned step;          /* crowd, idle: how many at a time */
        unsigned pairs;         /* senders, and as many receivers */
        unsigned window;        /* envelopes under way from one sender */
        unsigned payload;       /* bytes of an envelope's payload */
        unsigned messages;      /* store, drain: how many altogether */
        double warmup, seconds; /* online, echo: how long to run before and while measuring */
        int server_pid;         /* whose processor time and memory to look at; 0: nobody's */

        Endpoint endpoint;
        Loop loop;
        Accounts accounts;
} Run;

enum { RUN_DEADLINE_SECONDS = 60 }; /* for anything that the server has to finish */

int run_register(Run *run);
int run_online(Run *run);
int run_store(Run *run);
int run_drain(Run *run);
int run_crowd(Run *run);
int run_idle(Run *run);
int run_blobs(Run *run);
int run_group(Run *run);
int run_broadcast(Run *run);
int run_echo(Run *run);
int run_mqtt(Run *run);
