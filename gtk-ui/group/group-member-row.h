/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/group-member.h"

#define SM_TYPE_GROUP_MEMBER_ROW (sm_group_member_row_get_type())
G_DECLARE_FINAL_TYPE(SmGroupMemberRow, sm_group_member_row, SM, GROUP_MEMBER_ROW, GtkWidget)

/*
 * A line of a group's members: who, what their key is worth, and a menu of what can be done. "chosen" is emitted with the member and
 * one of "write", "promote", "demote", "remove".
 */
SmGroupMemberRow *sm_group_member_row_new(void);
void sm_group_member_row_set_member(SmGroupMemberRow *self, SmGroupMember *member); /* NULL: none */
