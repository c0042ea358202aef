/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_CONVERSATION_PAGE (sm_conversation_page_get_type())
G_DECLARE_FINAL_TYPE(SmConversationPage, sm_conversation_page, SM, CONVERSATION_PAGE, AdwBin)

/* The messages with one conversation, and what one writes to them. conversation NULL: an empty page. */
void sm_conversation_page_set_conversation(SmConversationPage *self, SmDaemon *daemon, SmConversation *conversation);
/* Where it stands beside the list, there is no way back to it. */
void sm_conversation_page_set_leaflet(SmConversationPage *self, AdwLeaflet *leaflet);
/* Somebody to whom nothing was written yet. */
void sm_conversation_page_set_stranger(SmConversationPage *self, SmDaemon *daemon, const char *name);
