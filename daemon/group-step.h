/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group.h"
#include "wire/messenger.pb-c.h"

/*
 * The steps of an operation that change the store, each a transaction of its own. They return 0, a Problem or a negative errno; *about_out, if it is
 * set, is a string of the arguments that the problem is about.
 */

/* The group is on the server: here it gets a conversation. */
int group_step_create(Store *store, const PeerSelf *self, const GroupSession *session, int64_t *contact_out);

enum { GROUP_STEP_DONE = -1000 }; /* beside results: there is nothing to wait for */

/* Makes a commit of the changes and puts it on its way. GROUP_STEP_DONE: it is so already. */
int group_step_commit(Store *store, const PeerSelf *self, int64_t contact, const GroupChange *changes, size_t count,
                      size_t *refused_out);

/* Changes that add those whom the server has given key packages of; the packages stay the frame's. For free(). */
int group_step_plan_adds(Store *store, int64_t contact, const Wire__KeyPackages *packages, GroupChange **changes_out,
                         size_t *count_out, const char **about_out);

/* Whoever administers steps down first: *wants_commit_out. Else the wish is on its way, or one was alone. */
int group_step_leave(Store *store, const PeerSelf *self, int64_t contact, bool *wants_commit_out);

/* Changes that remove everybody else, as many as one commit takes; for free(). None are left: the group is ended here. */
int group_step_plan_deletion(Store *store, const PeerSelf *self, int64_t contact, GroupChange **changes_out,
                             size_t *count_out);
