/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/bus.h"
#include "daemon/group-operation.h"

/* What groups-bus.c and group-bus.c share. */
enum { GROUP_PATH_SIZE = sizeof(BUS_GROUPS) + 1 + 2 * GROUP_ID_SIZE };

/* "/org/securemessenger/Messenger1/group/" and the ID in hexadecimal. */
void group_bus_path(const GroupId *id, char out[static GROUP_PATH_SIZE]);
bool group_bus_parse_path(const char *path, GroupId *out);

/* The next argument, an "as" of user names, for g_strfreev() in any case. 0, PROBLEM_BAD_NAME, PROBLEM_GROUP_FULL for too
 * many, or a negative errno. */
int group_bus_read_names(sd_bus_message *m, char ***out);
int group_bus_add(Bus *bus);

/*
 * Starts an operation whose end answers the call: with the group's path and conversation where it is to make a group, else with
 * nothing. Returns what a method handler is to.
 */
int group_bus_start(Bus *bus, sd_bus_message *m, const GroupRequest *request);
