/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/event.h"

/*
 * Tells of received messages by the desktop's notification service, while no window is open. One
 * notification a conversation, which is replaced by the next; what comes together is told together, and
 * where it is from several conversations, as after a long absence, by one for all of it. Who has not been
 * accepted is told of without their words.
 */
typedef struct Notifier Notifier;
struct Bus;

int notifier_new(struct Bus *bus, Notifier **out);
Notifier *notifier_free(Notifier *notifier);

/* Something happened. */
void notifier_take(Notifier *notifier, const Event *event);
/* The messages of a conversation have been read, or are gone; NULL: all, as before a lock. */
void notifier_clear(Notifier *notifier, const char *conversation);
