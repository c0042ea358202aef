/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "daemon/message.h"
#include "e2ee/content.h"

/*
 * How long the messages of a conversation stay: each side may set it for both. A message keeps the time that it was sent
 * with. It counts here from when the message is with the server, or has failed; and of one that came, from when somebody
 * here has read it. expiry.h does the rest; docs/protocol-e2ee.md, "Timers".
 */
enum {
        TIMER_MIN_S = 5,
        TIMER_MAX_S = 365 * 24 * 60 * 60,
};

bool timer_is_possible(uint32_t seconds);

/*
 * By this side, in a transaction of its own; outbox_pump() after it. 0 seconds: messages stay. Whoever is told is accepted by
 * that, as if written to. Returns 0, also where it is so already, PROBLEM_NOT_FOUND, PROBLEM_INVALID_ARGUMENT or
 * PROBLEM_BLOCKED.
 */
int timer_set(Store *store, const PeerSelf *self, const char *name, uint32_t seconds);

/* A message that is about to be written to them gets the time of the conversation. In the caller's transaction. */
int timer_give(Store *store, const Contact *contact, Message *message);

/* By the contact, in the caller's transaction. */
int timer_take(const InboxContext *context, const Content *content);

/* By a change of a group's settings, in the caller's transaction. sender: NULL, by this side. */
int timer_take_group(Store *store, int64_t contact, const char *sender, uint32_t seconds);

/* The time of a message that came: no message is refused for it, the nearest that there is holds. */
uint32_t timer_bounded(uint32_t seconds);
