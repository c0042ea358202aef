/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_GROUP_MEMBERS (sm_group_members_get_type())
G_DECLARE_FINAL_TYPE(SmGroupMembers, sm_group_members, SM, GROUP_MEMBERS, AdwBin)

/*
 * Who is in a group, as it changes, with a search. Signals: "change" (a method of Group, and its arguments) for what somebody wants to
 * be done; "write" (a user name); "add", somebody wants to choose whom.
 */
void sm_group_members_set_conversation(SmGroupMembers *self, SmConversation *conversation);

/* Nobody but us administers the group, and there are others. */
gboolean sm_group_members_needs_us(SmGroupMembers *self);
/* The names of all, NULL-terminated; newly allocated. */
char **sm_group_members_names(SmGroupMembers *self);
