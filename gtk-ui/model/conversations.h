/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_CONVERSATIONS (sm_conversations_get_type())
G_DECLARE_FINAL_TYPE(SmConversations, sm_conversations, SM, CONVERSATIONS, GObject)

/* The contacts and groups of the daemon as a list model of SmConversation, in no order; empty unless it is active, for whom. */
SmConversations *sm_conversations_new(GDBusConnection *connection);
void sm_conversations_set_active(SmConversations *self, const char *own_name); /* NULL: not */
SmConversation *sm_conversations_find(SmConversations *self, const char *name); /* borrowed, or NULL */
/* What was the newest message may be gone. */
void sm_conversations_read_newest(SmConversations *self, SmConversation *conversation);
