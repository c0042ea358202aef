/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/message.h"
#include "gtk-ui/model/daemon.h"

#define SM_TYPE_MESSAGE_FILE (sm_message_file_get_type())
G_DECLARE_FINAL_TYPE(SmMessageFile, sm_message_file, SM, MESSAGE_FILE, GtkWidget)

/*
 * The file of a message: its name and size, how far it is on its way, and of a picture what it shows. Its buttons are the actions
 * "message.open" and "message.save" of the row that it is in.
 */
void sm_message_file_set(SmMessageFile *self, SmDaemon *daemon, const ClientMessage *message);
void sm_message_file_clear(SmMessageFile *self); /* of another message next */

/* It is one that this window shows itself. */
gboolean message_file_is_picture(const ClientMessage *message);
