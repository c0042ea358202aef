/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client/failure.h"

/* A file on its way, with a bar on the terminal, or lines of JSON; nothing where there is neither. */
typedef enum TransferGoal {
        TRANSFER_SENT, /* the message has left, has failed, or waits for something: its state and reason say what */
        TRANSFER_HERE, /* the file is here */
} TransferGoal;

typedef struct Transfer {
        GDBusConnection *connection;
        const char *id; /* of the message */
        TransferGoal goal;
        gboolean is_json;
        const char *if_interrupted; /* what to say then */
} Transfer;

/*
 * Waits until the goal is reached. NONE, with the message as it is then, a new reference; else a failure, which has been
 * reported.
 */
ClientFailure transfer_wait(const Transfer *transfer, GVariant **message_out);
