/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-leaf.h"
#include "e2ee/group-settings.h"
#include "e2ee/group.h"
#include "e2ee/mls/group.h"

/* What a GroupSession is inside; for e2ee/group*.c alone. */
struct GroupSession {
        MlsGroup *mls;
        GroupId id;
        GroupSettings settings; /* of the epoch */
        MlsBuffer wish;         /* the changes that a commit of ours is for; group_changes_write() */
        bool has_wish;
        MlsBuffer pending_changes; /* what the pending commit will have changed */
        bool is_leaving;
};

enum { GROUP_PAST_EPOCHS = 5 };

/* Around an MLS group; takes it over. 0, GROUP_BAD_SETTINGS, MLS_MALFORMED or -ENOMEM. */
int group_session_wrap(MlsGroup **mls, GroupSession **out);
/* Reads the settings anew. They have been checked before the group was in this epoch. */
void group_session_refresh(GroupSession *session);
/* What is known of a leaf: the member, with the role in these settings. */
int group_member_of(const MlsLeafNode *node, uint32_t leaf, const GroupSettings *settings, GroupMember *out);

/* group-changes.c: changes as bytes, for the stored form. The packages of read changes are slices of bytes.
 */
int group_changes_write(const GroupChange *changes, size_t count, MlsBuffer *out);
/* changes is on the heap. 0, MLS_MALFORMED or -ENOMEM. */
int group_changes_read(MlsSlice bytes, GroupChange **changes, size_t *count);

/* Forgets the wish, and what is pending with it. */
void group_session_forget_wish(GroupSession *session);
