/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/router.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/map.h"

/* The backend for one process: a table, in parts with a lock each so that threads seldom meet. */
enum {
        PARTS = 16,
        PASSING_MAX = 256, /* ephemeral envelopes on their way to one thread */
};

typedef struct Place {
        uint64_t ticket;
        uint64_t device; /* key of its name and device ID */
        RouterEndpoint *endpoint;
} Place;

typedef struct Part {
        pthread_mutex_t lock;
        Map places; /* mailbox → Place */
} Part;

/* Taken while the lock of the mailbox's part is held, or alone. */
typedef struct DevicePart {
        pthread_mutex_t lock;
        Map mailboxes; /* key of a device → its mailbox */
} DevicePart;

struct Router {
        Part parts[PARTS];
        DevicePart devices[PARTS];
        uint8_t device_key[crypto_shorthash_KEYBYTES]; /* so that nobody chooses names that collide */
};

/* To a connection, on the way to its thread. */
typedef enum NoticeKind {
        NOTICE_END,
        NOTICE_PREKEYS,
        NOTICE_KEY_PACKAGES,
} NoticeKind;

typedef struct Notice {
        InboxItem item;
        RouterEndpoint *endpoint;
        uint64_t mailbox, ticket;
        NoticeKind kind;
        Wire__GoodbyeReason reason; /* of the end */
        uint32_t left;              /* of the others */
} Notice;

static Part *part_of(Router *router, uint64_t mailbox)
{
        return &router->parts[mailbox % PARTS];
}

static uint64_t key_of(const Router *router, const char *user_name, uint32_t device_id)
{
        uint8_t input[sizeof(device_id) + WIRE_USER_NAME_MAX];
        size_t size = strnlen(user_name, WIRE_USER_NAME_MAX);
        uint64_t key;

        memcpy(input, &device_id, sizeof(device_id));
        memcpy(input + sizeof(device_id), user_name, size);
        crypto_shorthash((unsigned char *)&key, input, sizeof(device_id) + size, router->device_key);
        return key;
}

static DevicePart *device_part_of(Router *router, uint64_t device)
{
        return &router->devices[device % PARTS];
}

static int add_device(Router *router, uint64_t device, uint64_t mailbox)
{
        DevicePart *part = device_part_of(router, device);
        int r;

        pthread_mutex_lock(&part->lock);
        r = map_put(&part->mailboxes, device, mailbox);
        pthread_mutex_unlock(&part->lock);
        return r;
}

static void remove_device(Router *router, uint64_t device)
{
        DevicePart *part = device_part_of(router, device);

        pthread_mutex_lock(&part->lock);
        map_remove(&part->mailboxes, device);
        pthread_mutex_unlock(&part->lock);
}

int router_new(Router **out)
{
        Router *router = calloc(1, sizeof(Router));

        if (!router)
                return -ENOMEM;
        randombytes_buf(router->device_key, sizeof(router->device_key));
        for (unsigned i = 0; i < PARTS; i++) {
                pthread_mutex_init(&router->parts[i].lock, NULL);
                pthread_mutex_init(&router->devices[i].lock, NULL);
        }
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
                map_deinit(&router->devices[i].mailboxes);
                pthread_mutex_destroy(&router->devices[i].lock);
        }
        free(router);
        return NULL;
}

static void run_notice(InboxItem *item, void *owner)
{
        Notice *notice = (Notice *)item;
        RouterEndpoint *endpoint = notice->endpoint;

        switch (notice->kind) {
        case NOTICE_END:
                endpoint->end(endpoint->owner, notice->mailbox, notice->ticket, notice->reason);
                break;
        case NOTICE_PREKEYS:
                endpoint->prekeys(endpoint->owner, notice->mailbox, notice->ticket, notice->left);
                break;
        case NOTICE_KEY_PACKAGES:
                endpoint->key_packages(endpoint->owner, notice->mailbox, notice->ticket, notice->left);
                break;
        }
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

static int add_place(Router *router, Part *part, uint64_t mailbox, uint64_t device, Place **out)
{
        Place *place = calloc(1, sizeof(Place));
        int r;

        r = place ? map_put_pointer(&part->places, mailbox, place) : -ENOMEM;
        if (r >= 0) {
                r = add_device(router, device, mailbox);
                if (r < 0)
                        map_remove(&part->places, mailbox);
        }
        if (r < 0)
                free(place);
        else
                *out = place;
        return r;
}

int router_attach(Router *router, uint64_t mailbox, uint64_t ticket, const RouterDevice *device,
                  RouterEndpoint *endpoint)
{
        Part *part = part_of(router, mailbox);
        uint64_t key = key_of(router, device->user_name, device->device_id);
        Place *place;
        int r = 0;

        pthread_mutex_lock(&part->lock);
        place = map_find_pointer(&part->places, mailbox);
        if (place)
                post(place, mailbox,
                     &(Notice){.kind = NOTICE_END, .reason = WIRE__GOODBYE_REASON__GOODBYE_REASON_REPLACED});
        else
                r = add_place(router, part, mailbox, key, &place);
        if (r >= 0)
                *place = (Place){.ticket = ticket, .device = key, .endpoint = endpoint};
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
                remove_device(router, place->device);
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

static RouterEndpoint *find_endpoint(Router *router, uint64_t mailbox)
{
        Part *part = part_of(router, mailbox);
        RouterEndpoint *endpoint = NULL;
        Place *place;

        pthread_mutex_lock(&part->lock);
        place = map_find_pointer(&part->places, mailbox);
        if (place)
                endpoint = place->endpoint;
        pthread_mutex_unlock(&part->lock);
        return endpoint;
}

void router_deliver(Router *router, Envelope *envelope, RouterEndpoint *from)
{
        RouterEndpoint *endpoint = find_endpoint(router, envelope->mailbox);

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

/* What is collected for one thread. */
typedef struct Parcel {
        RouterEndpoint *endpoint;
        InboxItem *first, *last;
} Parcel;

enum { PARCELS_MAX = 64 }; /* threads; more are given theirs one by one */

static Envelope *copy_for(const Envelope *original, const RouterShare *share)
{
        Envelope *envelope = envelope_new_shared(original->shared);

        if (!envelope)
                return NULL;
        envelope->mailbox = share->mailbox;
        envelope->sequence = share->sequence;
        envelope->previous = share->previous;
        envelope->stored_ms = original->stored_ms;
        envelope->sender_device = original->sender_device;
        envelope->has_group = original->has_group;
        memcpy(envelope->group, original->group, sizeof(envelope->group));
        memcpy(envelope->sender, original->sender, sizeof(envelope->sender));
        memcpy(envelope->id, original->id, sizeof(envelope->id));
        return envelope;
}

static void put_in_parcel(Parcel *parcels, size_t *count, RouterEndpoint *endpoint, InboxItem *item)
{
        item->next = NULL;
        for (size_t i = 0; i < *count; i++)
                if (parcels[i].endpoint == endpoint) {
                        parcels[i].last->next = item;
                        parcels[i].last = item;
                        return;
                }
        if (*count < PARCELS_MAX)
                parcels[(*count)++] = (Parcel){.endpoint = endpoint, .first = item, .last = item};
        else
                inbox_post(endpoint->inbox, item);
}

void router_deliver_shares(Router *router, const Envelope *original, const RouterShare *shares, size_t count)
{
        Parcel parcels[PARCELS_MAX];
        size_t parcels_count = 0;

        for (size_t i = 0; i < count; i++) {
                RouterEndpoint *endpoint = find_endpoint(router, shares[i].mailbox);
                Envelope *envelope = endpoint ? copy_for(original, &shares[i]) : NULL;

                if (!envelope)
                        continue;
                envelope->item.run = run_delivery;
                envelope->route = endpoint;
                put_in_parcel(parcels, &parcels_count, endpoint, &envelope->item);
        }
        for (size_t i = 0; i < parcels_count; i++)
                inbox_post_list(parcels[i].endpoint->inbox, parcels[i].first, parcels[i].last);
}

static void run_ephemeral(InboxItem *item, void *owner)
{
        Envelope *envelope = (Envelope *)item;
        RouterEndpoint *endpoint = envelope->route;

        atomic_fetch_sub(&endpoint->passing, 1);
        endpoint->deliver(endpoint->owner, envelope);
}

void router_deliver_ephemeral(Router *router, Envelope *envelope, RouterEndpoint *from)
{
        uint64_t key = key_of(router, envelope->recipient, envelope->recipient_device), *mailbox;
        DevicePart *part = device_part_of(router, key);
        RouterEndpoint *endpoint = NULL;

        pthread_mutex_lock(&part->lock);
        mailbox = map_find(&part->mailboxes, key);
        envelope->mailbox = mailbox ? *mailbox : 0;
        pthread_mutex_unlock(&part->lock);
        if (envelope->mailbox != 0)
                endpoint = find_endpoint(router, envelope->mailbox);

        if (!endpoint) {
                envelope_free(envelope);
        } else if (endpoint == from) {
                endpoint->deliver(endpoint->owner, envelope);
        } else if (atomic_fetch_add(&endpoint->passing, 1) >= PASSING_MAX) {
                atomic_fetch_sub(&endpoint->passing, 1);
                envelope_free(envelope);
        } else {
                envelope->item.run = run_ephemeral;
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
        tell(router, mailbox, &(Notice){.kind = NOTICE_END, .reason = reason});
}

void router_prekeys(Router *router, uint64_t mailbox, uint32_t left)
{
        tell(router, mailbox, &(Notice){.kind = NOTICE_PREKEYS, .left = left});
}

void router_key_packages(Router *router, uint64_t mailbox, uint32_t left)
{
        tell(router, mailbox, &(Notice){.kind = NOTICE_KEY_PACKAGES, .left = left});
}
