/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "e2ee/content.h"

/* One sign that a person puts to a message of either side: docs/protocol-e2ee.md, "Reactions". */

/*
 * By this side, in a transaction of its own; outbox_pump() after it. emoji "": takes it back. Returns 0, PROBLEM_NOT_FOUND,
 * PROBLEM_NOT_ALLOWED (to a notice, to what was deleted, to somebody who is not accepted) or PROBLEM_INVALID_ARGUMENT (it
 * is not one emoji).
 */
int react_to_message(Store *store, const PeerSelf *self, const ContentMessageId *id, const char *emoji);

/* By the contact, in the caller's transaction. */
int reaction_take(const InboxContext *context, const Content *content);
