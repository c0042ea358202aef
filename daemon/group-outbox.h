/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/problem.h"
#include "daemon/server-link.h"
#include "e2ee/peer.h"

/*
 * What goes to the server for groups, one thing at a time: commits of ours before anything else, then the question
 * for commits that are missing, messages, and goodbyes. Messages are sealed when they leave, in the epoch of that time. Everything
 * is in the store until the server has answered, and is sent again with the same ID.
 */
typedef struct GroupOutbox GroupOutbox;

typedef struct GroupOutboxHandler {
        /* Nothing of ours is under way in this group any more: it was accepted or has become needless, or
         * why not. */
        void (*settled)(void *userdata, int64_t contact, Problem result);
        void (*changed)(void *userdata); /* the store may have more to send, for anybody */
} GroupOutboxHandler;

/* The others must outlive it. NULL: no memory. */
GroupOutbox *group_outbox_new(Store *store, const PeerSelf *self, ServerLink *link,
                              const GroupOutboxHandler *handler, void *userdata);
GroupOutbox *group_outbox_free(GroupOutbox *outbox);

void group_outbox_pump(GroupOutbox *outbox);
void group_outbox_link_changed(GroupOutbox *outbox);
