/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "cli/arguments.h"

/* send and reply with --file. caption and reply_to: NULL for none. */
ClientFailure send_file(GDBusConnection *connection, const Command *command, const char *recipient,
                        const char *caption, const char *reply_to);
