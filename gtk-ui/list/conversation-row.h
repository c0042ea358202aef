/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_CONVERSATION_ROW (sm_conversation_row_get_type())
G_DECLARE_FINAL_TYPE(SmConversationRow, sm_conversation_row, SM, CONVERSATION_ROW, GtkWidget)

/* One line of the list of conversations. "details" of its menu activates the action "list.details" with the name. */
SmConversationRow *sm_conversation_row_new(void);
void sm_conversation_row_set_conversation(SmConversationRow *self, SmConversation *conversation); /* NULL: none */
SmConversation *sm_conversation_row_conversation(SmConversationRow *self);

/* What can be done to it. */
void sm_conversation_row_open_menu(SmConversationRow *self);
