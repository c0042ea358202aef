/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/messenger-proxies.h"
#include "gtk-ui/message.h"

#define SM_TYPE_MESSAGE_ROW (sm_message_row_get_type())
G_DECLARE_FINAL_TYPE(SmMessageRow, sm_message_row, SM, MESSAGE_ROW, GtkWidget)

/* A message in its bubble, or a notice. */
SmMessageRow *sm_message_row_new(void);
/* before: the message above it, or NULL: a new day is announced. message NULL: none. */
void sm_message_row_set_message(SmMessageRow *self, SmMessage *message, SmMessage *before);
/* Before that: where pictures come from; NULL, there are none. */
void sm_message_row_set_source(SmMessageRow *self, MessengerMessages *messages);
