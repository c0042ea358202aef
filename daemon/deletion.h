/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "daemon/inbox-content.h"
#include "e2ee/content.h"

/*
 * Messages that are taken back. One that is deleted keeps its place and its time, so that what is beside it stays
 * understandable; its text, its edits and what waits about it go, from the file as well (see purge.h).
 * docs/protocol-e2ee.md, "Deletions".
 */

/*
 * By this side, in a transaction of its own; outbox_pump() after it. A message that has not left does not leave any more.
 * for_everyone: the other side is told to delete it as well; only for messages of one's own. Returns 0, PROBLEM_NOT_FOUND or
 * PROBLEM_NOT_ALLOWED.
 */
int delete_message(Store *store, const PeerSelf *self, const ContentMessageId *id, bool for_everyone);

/* By the contact, in the caller's transaction. */
int deletion_take(const InboxContext *context, const Content *content);
