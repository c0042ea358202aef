/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "cli/arguments.h"

/* How groups look: a line each for people, an object each with --json. */

/* A group after a change: nothing for people, but for its name where it is new. */
gboolean group_rows_show(GDBusConnection *connection, const Command *command, const char *path, GError **error);
/* All that there is to know of a group, with its members. */
gboolean group_rows_show_all(GDBusConnection *connection, const Command *command, const char *path, GError **error);
/* All groups. */
gboolean group_rows_list(GDBusConnection *connection, const Command *command, GError **error);
