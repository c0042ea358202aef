/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/queue.h"

#include <errno.h>
#include <time.h>

void queue_init(Queue *queue)
{
        pthread_condattr_t attributes;

        *queue = (Queue){};
        queue->last = &queue->first;
        pthread_mutex_init(&queue->lock, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&queue->changed, &attributes);
        pthread_condattr_destroy(&attributes);
}

void queue_deinit(Queue *queue)
{
        pthread_cond_destroy(&queue->changed);
        pthread_mutex_destroy(&queue->lock);
}

int queue_put(Queue *queue, InboxItem *item, size_t max)
{
        bool was_empty;

        item->next = NULL;
        pthread_mutex_lock(&queue->lock);
        if (max != 0 && queue->count >= max) {
                pthread_mutex_unlock(&queue->lock);
                return -EBUSY;
        }
        was_empty = !queue->first;
        *queue->last = item;
        queue->last = &item->next;
        queue->count++;
        pthread_mutex_unlock(&queue->lock);
        if (was_empty)
                pthread_cond_signal(&queue->changed);
        return 0;
}

static void wait_for_change(Queue *queue, uint64_t wait_ms)
{
        struct timespec until;

        if (wait_ms == 0) {
                pthread_cond_wait(&queue->changed, &queue->lock);
                return;
        }
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += (time_t)(wait_ms / 1000);
        until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
        if (until.tv_nsec >= 1000000000) {
                until.tv_sec++;
                until.tv_nsec -= 1000000000;
        }
        pthread_cond_timedwait(&queue->changed, &queue->lock, &until);
}

InboxItem *queue_take(Queue *queue, size_t count_max, uint64_t wait_ms, size_t *count_out, bool *stopping_out)
{
        InboxItem *first, *last = NULL;
        size_t count = 0;

        pthread_mutex_lock(&queue->lock);
        if (!queue->first && !queue->stopping)
                wait_for_change(queue, wait_ms);
        first = queue->first;
        for (InboxItem *i = first; i && count < count_max; i = i->next) {
                last = i;
                count++;
        }
        if (last) {
                queue->first = last->next;
                if (!queue->first)
                        queue->last = &queue->first;
                last->next = NULL;
        }
        queue->count -= count;
        *stopping_out = queue->stopping && !queue->first;
        pthread_mutex_unlock(&queue->lock);
        *count_out = count;
        return first;
}

void queue_stop(Queue *queue)
{
        pthread_mutex_lock(&queue->lock);
        queue->stopping = true;
        pthread_cond_broadcast(&queue->changed);
        pthread_mutex_unlock(&queue->lock);
}
