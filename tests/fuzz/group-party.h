/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-session.h"

/* Three accounts in a group, the first of which administers it, and a guest; always the same. For the group
 * targets. */
enum { GROUP_PARTY_MEMBERS = 3, GROUP_PARTY_GUEST = 3, GROUP_PARTY_SIZE = 4 };

typedef struct GroupPartyMember {
        uint64_t random;
        E2eeContext context;
        Identity identity;
        GroupSelf self;
        GroupPackage package;
        GroupSession *session; /* NULL: the guest */
} GroupPartyMember;

typedef struct GroupParty {
        GroupPartyMember members[GROUP_PARTY_SIZE];
} GroupParty;

GroupParty *group_party(void);
void group_party_expect(bool holds); /* aborts */
GroupChange group_party_add(const GroupPartyMember *whom);
/* The stored form: the size of the tree in four bytes, the tree, the state. */
MlsBuffer group_party_store(const GroupSession *session);
/* 0, or the refusal of group_session_decode(). */
int group_party_load(MlsSlice stored, const E2eeContext *context, GroupSession **out);
