/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/arguments.h"

/* What the verbs that change a message have in common. */

/* A text as a verb gets it: the argument, or for - standard input to its end, less one line feed. Newly allocated. */
char *text_argument(const char *argument, GError **error);

/*
 * Calls a method of Messages that answers nothing; takes the floating arguments, the first of which is the ID that the
 * command has first. With --json it prints that ID.
 */
ClientFailure change_message(const Command *command, const char *method, GVariant *arguments);
