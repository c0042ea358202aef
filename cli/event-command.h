/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"

/*
 * Runs a command of the shell for one event, and waits for its end. It has the event's JSON on standard
 * input, and what is safe in an environment as variables, see smctl(1): never what somebody has written.
 * FALSE, and says why, if it could not be run or did not succeed.
 */
gboolean event_command_run(const char *command, GVariant *dictionary, const ClientEvent *event);
