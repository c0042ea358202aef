/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/router.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "server/map.h"

/* The backend for one process: a table, in parts with a lock each so that threads seldom meet. */
enum { PARTS = 16 };

typedef struct Place {
        uint64_t ticket;
        RouterEndpoint *endpoint;
} Place;

typedef struct Part {
        pthread_mutex_t lock;
        Map places; /* mailbox → Place */
} Part;

struct Router {
        Part parts[PARTS];
};

/* To a connection, on the way to its thread. */
typedef struct Notice {
        InboxItem item;
        RouterEndpoint *endpoint;
        uint64_t mailbox, ticket;
        bool ends;
        Wire__GoodbyeReason reason; /* if it ends */
        uint32_t prekeys_left;      /* if not */
} Notice;

static Part *part_of(Router *router, uint64_t mailbox)
{
        return &router->parts[mailbox % PARTS];
}

int router_new(Router **out)
{
        Router *router = calloc(1, sizeof(Router));

        if (!router)
                return -ENOMEM;
        for (unsigned i = 0; i < PARTS; i++)
                pthread_mutex_init(&router->parts[i].lock, NULL);
        *out = router;
        return 0;
}

Router *router_free(Router *router)
{
        if (!router)
                return NULL;
        for (unsigned i = 0; i < PARTS; i++) {
                size_t position = 0;
                uint64_t *place;

                while ((place = map_next(&router->parts[i].places, &position, NULL)))
                        free((Place *)(uintptr_t)*place);
                map_deinit(&router->parts[i].places);
                pthread_mutex_destroy(&router->parts[i].lock);
        }
        free(router);
        return NULL;
}

static void run_notice(InboxItem *item, void *owner)
{
        Notice *notice = (Notice *)item;
        RouterEndpoint *endpoint = notice->endpoint;

        if (notice->ends)
                endpoint->end(endpoint->owner, notice->mailbox, notice->ticket, notice->reason);
        else
                endpoint->prekeys(endpoint->owner, notice->mailbox, notice->ticket, notice->prekeys_left);
        free(notice);
}

/* Where there is no memory for it, the connection stays until it notices by itself; nothing is delivered to
 * it. */
static void post(const Place *place, uint64_t mailbox, const Notice *what)
{
        Notice *notice = calloc(1, sizeof(Notice));

        if (!notice)
                return;
        *notice = *what;
        notice->item.run = run_notice;
        notice->endpoint = place->endpoint;
        notice->mailbox = mailbox;
        notice->ticket = place->ticket;
        inbox_post(place->endpoint->inbox, &notice->item);
}

int router_attach(Router *router, uint64_t mailbox, uint64_t ticket, RouterEndpoint *endpoint)
{
        Part *part = part_of(router, mailbox);
        Place *place;
        int r = 0;

        pthread_mutex_lock(&part->lock);
        place = map_find_pointer(&part->places, mailbox);
        if (place) {
                post(place, mailbox,
                     &(Notice){.ends = true, .reason = WIRE__GOODBYE_REASON__GOODBYE_REASON_REPLACED});
        } else {
                place = calloc(1, sizeof(Place));
                r = place ? map_put_pointer(&part->places, mailbox, place) : -ENOMEM;
                if (r < 0) {
                        free(place);
                        place = NULL;
                }
        }
        if (place)
                *place = (Place){.ticket = ticket, .endpoint = endpoint};
        pthread_mutex_unlock(&part->lock);
        return r;
}

void router_detach(Router *router, uint64_t mailbox, uint64_t ticket)
{
        Part *part = part_of(router, mailbox);
        Place *place;

        pthread_mutex_lock(&part->lock);
        place = map_find_pointer(&part->places, mailbox);
        if (place && place->ticket == ticket) {
                map_remove(&part->places, mailbox);
                free(place);
        }
        pthread_mutex_unlock(&part->lock);
}

static void run_delivery(InboxItem *item, void *owner)
{
        Envelope *envelope = (Envelope *)item;
        RouterEndpoint *endpoint = envelope->route;

        endpoint->deliver(endpoint->owner, envelope);
}

void router_deliver(Router *router, Envelope *envelope, RouterEndpoint *from)
{
        Part *part = part_of(router, envelope->mailbox);
        RouterEndpoint *endpoint = NULL;
        Place *place;

        pthread_mutex_lock(&part->lock);
        place = map_find_pointer(&part->places, envelope->mailbox);
        if (place)
                endpoint = place->endpoint;
        pthread_mutex_unlock(&part->lock);

        if (!endpoint) {
                envelope_free(envelope);
        } else if (endpoint == from) {
                endpoint->deliver(endpoint->owner, envelope);
        } else {
                envelope->item.run = run_delivery;
                envelope->route = endpoint;
                inbox_post(endpoint->inbox, &envelope->item);
        }
}

static void tell(Router *router, uint64_t mailbox, const Notice *notice)
{
        Part *part = part_of(router, mailbox);
        Place *place;

        pthread_mutex_lock(&part->lock);
        place = map_find_pointer(&part->places, mailbox);
        if (place)
                post(place, mailbox, notice);
        pthread_mutex_unlock(&part->lock);
}

void router_end(Router *router, uint64_t mailbox, Wire__GoodbyeReason reason)
{
        tell(router, mailbox, &(Notice){.ends = true, .reason = reason});
}

void router_prekeys(Router *router, uint64_t mailbox, uint32_t left)
{
        tell(router, mailbox, &(Notice){.prekeys_left = left});
}
