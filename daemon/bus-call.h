/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "daemon/problem.h"

/*
 * Calls that are answered later. Each is charged to the program that made it, has a limit there, and is let
 * go of when that program leaves the bus.
 */
typedef struct BusCalls BusCalls;
typedef struct BusCall BusCall;

enum { BUS_CALLS_OF_CLIENT_MAX = 64, BUS_CALLS_MAX = 1024 };

/* -ENOMEM, or what sd-bus says. */
int bus_calls_new(sd_bus *bus, BusCalls **out);
/* All calls must have been freed. */
BusCalls *bus_calls_free(BusCalls *calls);

/* Returns 0, PROBLEM_TOO_MANY_CALLS, or -ENOMEM. */
int bus_call_new(BusCalls *calls, sd_bus_message *message, BusCall **out);
/* Without an answer: the caller of this one gives it, or nobody is there to hear it. Accepts NULL, returns
 * NULL. */
BusCall *bus_call_free(BusCall *call);

/* Called when the program has left the bus; it may free the call. */
void bus_call_set_gone(BusCall *call, void (*gone)(void *userdata), void *userdata);

sd_bus_message *bus_call_message(BusCall *call);

/* An answer, and the end of the call: nothing, or an error as bus_reply_error(). Returns NULL. */
BusCall *bus_call_finish(BusCall *call, int result);
