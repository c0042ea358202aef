/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/message.h"
#include "daemon/store-group.h"
#include "e2ee/peer.h"

/*
 * What becomes of a group's events in the store: notices in its history, its name, where we stand in it. All of
 * it takes part in the caller's transaction.
 */
GroupSelf group_self(const PeerSelf *self);

/* The conversation of a new group: its name behind a plus sign, with a number where that is taken. */
int group_add_conversation(Store *store, const char *name, Contact *out);

/* Finds a group by its conversation's name, or by its ID behind the plus sign. 0 or STORE_GROUP_NONE. */
int group_find(Store *store, const char *conversation, GroupRecord *out);

/* A stranger has added us to this conversation's group, and no person has answered: what is said there waits, as a request does. */
bool group_is_invitation(Store *store, const Contact *conversation);

/* A notice of the group, and the event that tells of it. sender, subject: NULL where there is none. */
int group_note(Store *store, int64_t contact, MessageKind kind, const char *sender, const char *subject);

/* The same, but one stands for all that follow it directly. */
int group_note_once(Store *store, int64_t contact, MessageKind kind, const char *sender);

/* The group is in its next epoch by these changes: tells of them, and takes care of a commit of ours. The
 * caller saves session and record. */
int group_take_changes(Store *store, const PeerSelf *self, GroupRecord *record, GroupSession *session,
                       const GroupEvent *event);

/*
 * Puts a commit that the session has just made on its way, in spite of the one that was refused here, if there is
 * such. The caller saves the session.
 */
int group_queue_commit(Store *store, const GroupRecord *record, const GroupSession *session,
                       const GroupCommit *commit);
/* Makes and queues a commit of nothing but what others wish for. */
int group_let_go(Store *store, const PeerSelf *self, const GroupRecord *record, GroupSession *session);
/* Says to the group that we want to leave it. 0, or a refusal of group_session_leave(). */
int group_queue_leave(Store *store, GroupRecord *record, GroupSession *session);

/* We are in the group no more: nothing leaves for it, and the server sends us nothing of it. */
int group_end(Store *store, GroupRecord *record, GroupStanding standing);
