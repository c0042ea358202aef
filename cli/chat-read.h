/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"

/* The person at the terminal has seen this message: says so to the daemon, if it is news there. */
void chat_read(GDBusConnection *connection, const ClientMessage *message);
