/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group.h"
#include "daemon/inbox-content.h"

/*
 * Coming back to a group whose changes were missed, without an administrator: members whom we know are asked for the
 * group's state, over their sessions with us; with the first answer that fits, our leaf is replaced by a commit of
 * our own.
 */

/* Asks, in a transaction of its own; outbox_pump() after it. 0, also where nothing is missed; PROBLEM_NOT_FOUND; PROBLEM_NOT_A_MEMBER: not in it,
 * or no member can be asked. */
int group_rejoin_ask(Store *store, const PeerSelf *self, int64_t contact);

/* A question or an answer, in the caller's transaction. */
int group_rejoin_take(const InboxContext *context, const Content *content);

/* The commit was the first (STORE_GROUP_NONE: it was another kind of commit), or was not. In the caller's transaction. */
int group_rejoin_accepted(Store *store, const PeerSelf *self, GroupRecord *record);
int group_rejoin_given_up(Store *store, const GroupRecord *record);
