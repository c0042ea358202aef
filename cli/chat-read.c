/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/chat-read.h"

#include <string.h>

#include "client/connection.h"

void chat_read(GDBusConnection *connection, const ClientMessage *message)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (message->outgoing || strcmp(message->state, "received") != 0)
                return;
        /* Nothing depends on the answer: what was not marked now is marked with the next message. */
        g_dbus_connection_call(connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "MarkRead",
                               g_variant_new("(sta{sv})", message->conversation, message->number, &options), NULL,
                               G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, NULL, NULL);
}
