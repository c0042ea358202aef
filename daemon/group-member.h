/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-group.h"
#include "e2ee/peer.h"

/* "admin" or "member". */
const char *group_role_name(GroupRole role);

/* What we know of the identity key by which somebody sits in a group. */
typedef enum GroupMemberTrust {
        GROUP_MEMBER_SELF,
        GROUP_MEMBER_VERIFIED, /* it is the contact's, whom a person has verified */
        GROUP_MEMBER_KNOWN,    /* it is the contact's */
        GROUP_MEMBER_OTHER,    /* it is not the contact's: somebody else may sit there */
        GROUP_MEMBER_UNKNOWN,  /* no contact, or without a key */
} GroupMemberTrust;

int group_member_trust(Store *store, const PeerSelf *self, const GroupMember *member, GroupMemberTrust *out);
const char *group_member_trust_name(GroupMemberTrust trust);
