/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"

/* Where one stands in a group; GROUP_STANDING_NONE: the conversation is no group, or the daemon is newer. */
typedef enum GroupStanding {
        GROUP_STANDING_NONE,
        GROUP_STANDING_MEMBER,
        GROUP_STANDING_INVITED,
        GROUP_STANDING_LEAVING,
        GROUP_STANDING_LEFT,
        GROUP_STANDING_REMOVED,
        GROUP_STANDING_LOST,
} GroupStanding;

GroupStanding group_standing(SmConversation *conversation); /* NULL is none */

/* We are in it, and may change it. */
gboolean group_is_ours(SmConversation *conversation);

/* What stands below the group's name: how many are in it, or why one is not. Newly allocated; "" for what is no group. */
char *group_subtitle(SmConversation *conversation);
