/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-session.h"

/*
 * What members may do (docs/protocol-groups.md, "What a commit may do"): the policy that e2ee/mls/ asks
 * before it accepts anything, from others or from us. All members decide alike: by the group as it is, and
 * by nothing else.
 */
typedef struct GroupRules {
        MlsPolicy policy; /* with the rules as its userdata: they stay where they are */
        int broken;       /* the refusal behind an MLS_FORBIDDEN, or 0 */
        bool has_actor;   /* who sent the proposal or commit that was looked at: its signature verified */
        GroupMember actor;
        GroupChange *changes; /* of the commit */
        size_t change_count;
} GroupRules;

void group_rules_init(GroupRules *rules);
void group_rules_deinit(GroupRules *rules);

/* What the policy says in place of r, if r came of a call with it. */
static inline int group_rules_refusal(const GroupRules *rules, int r)
{
        return r == MLS_FORBIDDEN && rules->broken != 0 ? rules->broken : r;
}

/*
 * A group that somebody let us into: its settings, one leaf for each account, and an administrator in each
 * that is named one. What the leaves say has been verified.
 */
int group_rules_check_whole(const MlsGroup *group);

/* The leaf of an account; false: it is not in the group. Linear. */
bool group_find_leaf(const MlsGroup *group, const char *name, uint32_t *leaf);
