/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdbool.h>

/*
 * How another thread hands work to a thread that runs an event loop: a list of items, taken whole. The only
 * lock is held for a few instructions. Items are embedded in what they carry, so posting cannot fail.
 */
typedef struct InboxItem InboxItem;
typedef void (*InboxRun)(InboxItem *item, void *owner); /* runs on the owner's thread, and owns the item */

struct InboxItem {
        InboxItem *next;
        InboxRun run;
};

typedef struct Inbox {
        pthread_mutex_t lock;
        InboxItem *first;
        InboxItem **last;
        void (*wake)(void *owner); /* any thread; called once for each time the inbox stops being empty */
        void *owner;
} Inbox;

void inbox_init(Inbox *inbox, void (*wake)(void *owner), void *owner);
/* Items that are still there are lost: their owner has run the inbox for the last time. */
void inbox_deinit(Inbox *inbox);

void inbox_post(Inbox *inbox, InboxItem *item);
/* A list from first to last, linked by next. */
void inbox_post_list(Inbox *inbox, InboxItem *first, InboxItem *last);

/* Runs what is there now, on the owner's thread; false if nothing was. */
bool inbox_run(Inbox *inbox);
