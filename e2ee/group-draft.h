/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-session.h"

/* From the changes that are wished for to the proposals and settings of a commit of ours. */
typedef struct GroupDraft {
        GroupSession *session;
        const GroupSelf *self;
        const E2eeContext *context;
        bool again; /* of what has become impossible, nothing is said */
        GroupSettings settings;
        MlsProposal *proposals; /* room for two of each change, and the settings */
        size_t count;
        bool renew;
} GroupDraft;

/*
 * All changes. 0, a refusal, or a negative errno: in refused is the index of the change that does not go.
 * Nothing of the session changes.
 */
int group_draft_changes(GroupDraft *draft, const GroupChange *changes, size_t count, size_t *refused);
