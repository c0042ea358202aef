/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "daemon/problem.h"

/* Ends a call with the error of a result of ours: a Problem, or a negative errno. Returns what a method
 * handler is to. */
int bus_reply_error(sd_bus_message *call, int result);
/* The same for a property's setter. */
int bus_set_error(sd_bus_error *error, int result);
int bus_reply_error_text(sd_bus_message *call, Problem problem, const char *text);
