/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_CONVERSATION_LIST (sm_conversation_list_get_type())
G_DECLARE_FINAL_TYPE(SmConversationList, sm_conversation_list, SM, CONVERSATION_LIST, AdwBin)

/*
 * The side of the window with all conversations: its header, search, and what the connection says. Signals: "opened" (an
 * SmConversation that somebody has chosen), "activated" (the same, and wants it in front), "found" (the same, and the number of a
 * message to go to), "write-to" (the user name of somebody who may be no contact yet), "details" (of an SmConversation are wanted). The property "menu-model" is the main menu.
 */
void sm_conversation_list_set_daemon(SmConversationList *self, SmDaemon *daemon);

/* Marks which conversation is open; NULL: none of the list. Nothing is emitted. */
void sm_conversation_list_set_shown(SmConversationList *self, SmConversation *conversation);

void sm_conversation_list_search(SmConversationList *self);
void sm_conversation_list_new_conversation(SmConversationList *self);

/* In a folded leaflet, the list is all of the window. */
void sm_conversation_list_set_leaflet(SmConversationList *self, AdwLeaflet *leaflet);
