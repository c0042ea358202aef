/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/arguments.h"

/*
 * Asks at the terminal, unless there is --yes. CLIENT_FAILURE_NONE: *yes_out says how it was answered; else it has been
 * reported that nobody could be asked, or that the question was interrupted.
 */
ClientFailure agreement_ask(const Command *command, const char *question, gboolean *yes_out);

/* The same, where a no ends the verb: CLIENT_FAILURE_NONE for a yes alone. */
ClientFailure agreement_need(const Command *command, const char *question);
