/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group.h"

enum { GROUP_INVITATIONS_MAX = 50 }; /* of strangers, that nobody has said anything to */

/*
 * Takes in a welcome, in the caller's transaction. Whoever we have accepted adds us at once; a stranger's welcome
 * waits as a request; somebody who is blocked or was declined adds nobody. known: the group, where we are or were in it. Returns 0
 * in all of these cases, and where it was refused.
 */
int group_join(Store *store, const PeerSelf *self, const GroupId *id, const GroupRecord *known, MlsSlice welcome,
               bool expect_repeat);
