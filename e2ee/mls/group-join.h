/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-state.h"

/* What joining by a welcome and by an external commit have in common. The group is new, with its ID only. */

/* The tree, from the group info or handed in, validated as a whole. */
int mls_join_tree(MlsGroup *group, const MlsGroupInfo *info, MlsSlice tree, const MlsPolicy *policy,
                  const E2eeContext *context);
/* The signature of the group info, by a member of the tree. */
int mls_join_signer(const MlsGroup *group, const MlsGroupInfo *info);
/* The epoch that the group info tells: all but secrets. */
int mls_join_context(MlsGroup *group, const MlsGroupInfo *info, const MlsPolicy *policy);
