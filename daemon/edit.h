/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "e2ee/content.h"

/*
 * Other words for a text that was sent already. Only its author may find them, only so often, and the words before are not
 * kept. docs/protocol-e2ee.md, "Edits".
 */
enum { EDITS_MAX = 100 }; /* of one message */

/*
 * An edit by this side, in a transaction of its own; outbox_pump() after it. A message that has not left yet leaves with the
 * new text. Returns 0, PROBLEM_NOT_FOUND, PROBLEM_NOT_ALLOWED, PROBLEM_BAD_TEXT or PROBLEM_TEXT_TOO_LONG.
 */
int edit_message(Store *store, const PeerSelf *self, const ContentMessageId *id, const char *text, size_t size);

/* An edit by the contact, in the caller's transaction. */
int edit_take(const InboxContext *context, const Content *content);
