/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/arguments.h"
#include "client/connection.h"

/*
 * What unlock, lock and reconnect leave behind: with --json an object of one property of the account; else
 * nothing, for no news is good news.
 */
ClientFailure account_result(GDBusConnection *connection, const Command *command, const char *property,
                             const char *key);
