/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_GROUP_BAR (sm_group_bar_get_type())
G_DECLARE_FINAL_TYPE(SmGroupBar, sm_group_bar, SM, GROUP_BAR, AdwBin)

/*
 * Above the messages of a group in which one is no member: an invitation, with what can be answered, or why nothing can be said and
 * what helps. It is there only while it is so. conversation may be NULL.
 */
void sm_group_bar_set_conversation(SmGroupBar *self, SmConversation *conversation);
