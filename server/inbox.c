/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/inbox.h"

#include <stddef.h>

void inbox_init(Inbox *inbox, void (*wake)(void *owner), void *owner)
{
        *inbox = (Inbox){.wake = wake, .owner = owner};
        inbox->last = &inbox->first;
        pthread_mutex_init(&inbox->lock, NULL);
}

void inbox_deinit(Inbox *inbox)
{
        pthread_mutex_destroy(&inbox->lock);
}

void inbox_post_list(Inbox *inbox, InboxItem *first, InboxItem *last)
{
        bool was_empty;

        last->next = NULL;
        pthread_mutex_lock(&inbox->lock);
        was_empty = !inbox->first;
        *inbox->last = first;
        inbox->last = &last->next;
        pthread_mutex_unlock(&inbox->lock);
        if (was_empty)
                inbox->wake(inbox->owner);
}

void inbox_post(Inbox *inbox, InboxItem *item)
{
        inbox_post_list(inbox, item, item);
}

bool inbox_run(Inbox *inbox)
{
        InboxItem *item;

        pthread_mutex_lock(&inbox->lock);
        item = inbox->first;
        inbox->first = NULL;
        inbox->last = &inbox->first;
        pthread_mutex_unlock(&inbox->lock);
        if (!item)
                return false;
        while (item) {
                InboxItem *next = item->next;

                item->run(item, inbox->owner);
                item = next;
        }
        return true;
}
