/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_REQUEST_ROW (sm_request_row_get_type())
G_DECLARE_FINAL_TYPE(SmRequestRow, sm_request_row, SM, REQUEST_ROW, GtkWidget)

/* Somebody who has written for the first time, or has added us to a group, and what can be answered. */
SmRequestRow *sm_request_row_new(void);
void sm_request_row_set_conversation(SmRequestRow *self, SmConversation *conversation); /* NULL: none */
