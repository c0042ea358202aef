/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group.h"
#include "wire/messenger.pb-c.h"

/* What the server's answers mean for a group. The first two are transactions of their own. */
typedef struct GroupResult {
        bool is_settled; /* nothing of ours is under way in the group any more; else it goes on by itself */
        Problem problem; /* why it did not come about, or PROBLEM_NONE */
        uint32_t pause_ms;
} GroupResult;

/* Our commit was the first. */
int group_result_accepted(Store *store, const PeerSelf *self, int64_t contact, GroupResult *out);
/* It was not, or the server does not take it. */
int group_result_refused(Store *store, int64_t contact, const Wire__Error *error, GroupResult *out);
/* It says of a message that we are not in the group; a transaction of its own. */
int group_result_not_in(Store *store, int64_t contact);
/* The server does not give us the commits that are missing; in the caller's transaction. */
int group_result_not_caught_up(Store *store, int64_t contact, const Wire__Error *error, GroupResult *out);
