/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>

#include "cli/bus.h"
#include "client/failure.h"

/*
 * Compares seven emoji with a contact, who has to do so at the same time: starts it, or takes part if the contact has
 * started; shows them at `out`, asks at the terminal, and waits for the contact's answer. NONE: both say that they are the same.
 */
ClientFailure compare_emoji(GDBusConnection *connection, const char *name, FILE *out);
