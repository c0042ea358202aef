/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "daemon/account.h"

/* Ends a call with the error of a result of ours: a Problem, or a negative errno. Returns what a method
 * handler is to. */
int bus_reply_error(sd_bus_message *call, int result);
/* Nothing, or the error, with what the account has to say of it. */
int bus_reply_account_result(sd_bus_message *call, const AccountResult *result);
/* The same as the first one, for a property's setter. */
int bus_set_error(sd_bus_error *error, int result);
int bus_reply_error_text(sd_bus_message *call, Problem problem, const char *text);
