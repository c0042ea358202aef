/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group.h"
#include "wire/messenger.pb-c.h"

/*
 * Taking in what comes for groups, in the caller's transaction. What can be read is stored; what came too early is
 * held until the commits before it are here; the rest is counted, and told where a person should know. Returns 0 for
 * all of these.
 */

/* An envelope of the mailbox. */
int group_take_envelope(Store *store, const PeerSelf *self, const Wire__Envelope *envelope, bool expect_repeat);

/* The server's answer for a group that was behind. */
int group_take_commits(Store *store, const PeerSelf *self, int64_t contact, const Wire__GroupCommits *commits);
