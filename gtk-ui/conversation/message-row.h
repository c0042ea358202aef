/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"
#include "gtk-ui/model/message.h"

#define SM_TYPE_MESSAGE_ROW (sm_message_row_get_type())
G_DECLARE_FINAL_TYPE(SmMessageRow, sm_message_row, SM, MESSAGE_ROW, GtkWidget)

/* A message in its bubble, or a notice. */
SmMessageRow *sm_message_row_new(void);
void sm_message_row_set_message(SmMessageRow *self, SmMessage *message); /* NULL: none */
/* Before that: where its file comes from, and what is done to it goes. */
void sm_message_row_set_daemon(SmMessageRow *self, SmDaemon *daemon);

/* Borrowed; NULL: none. */
SmMessage *sm_message_row_message(SmMessageRow *self);
SmDaemon *sm_message_row_daemon(SmMessageRow *self);

/* What can be done with it; at: where in the row, or NULL. */
void sm_message_row_show_menu(SmMessageRow *self, const GdkRectangle *at);
