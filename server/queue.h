/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/inbox.h"

/* What waits for a thread that has no event loop. Any thread may put, and stop it; one takes. */
typedef struct Queue {
        pthread_mutex_t lock;
        pthread_cond_t changed;
        InboxItem *first;
        InboxItem **last;
        size_t count;
        bool stopping;
} Queue;

void queue_init(Queue *queue);
void queue_deinit(Queue *queue);
int queue_put(Queue *queue, InboxItem *item, size_t max); /* max 0: no limit; -EBUSY */
/*
 * Up to count_max items, linked by next; waits until there is one, or for wait_ms (0: for ever). *stopping_out: nothing
 * is left, and the thread is to end.
 */
InboxItem *queue_take(Queue *queue, size_t count_max, uint64_t wait_ms, size_t *count_out, bool *stopping_out);
void queue_stop(Queue *queue);
