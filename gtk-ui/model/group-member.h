/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define SM_TYPE_GROUP_MEMBER (sm_group_member_get_type())
G_DECLARE_FINAL_TYPE(SmGroupMember, sm_group_member, SM, GROUP_MEMBER, GObject)

typedef enum GroupMemberKey {
        GROUP_MEMBER_UNKNOWN, /* they are no contact */
        GROUP_MEMBER_KNOWN,
        GROUP_MEMBER_VERIFIED,
        GROUP_MEMBER_OTHER, /* than the contact's */
        GROUP_MEMBER_SELF,
} GroupMemberKey;

/*
 * A member of a group, as Group.GetMembers() gives one. we_administer: what an administrator may do to them is offered. "changed"
 * is emitted by sm_group_member_set().
 */
SmGroupMember *sm_group_member_new(GVariant *dictionary, gboolean we_administer);
void sm_group_member_set(SmGroupMember *self, GVariant *dictionary, gboolean we_administer);

const char *sm_group_member_name(SmGroupMember *self);
gboolean sm_group_member_is_admin(SmGroupMember *self);
gboolean sm_group_member_is_ours(SmGroupMember *self); /* to administer */
GroupMemberKey sm_group_member_key(SmGroupMember *self);

/* Administrators first, then by name: a GCompareDataFunc. */
int sm_group_member_compare(gconstpointer a, gconstpointer b, gpointer userdata);
