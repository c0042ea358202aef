/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/envelope.h"
#include "server/inbox.h"
#include "wire/messenger.pb-c.h"

/*
 * Who is connected where: for each mailbox, the thread that holds its connection. Any thread may call it. It
 * may lose an envelope on its way (a connection that moves while it is under way): whoever receives one
 * compares its `previous` with what it has, and reads the mailbox where they do not meet.
 * docs/decisions/0002-store-and-router.md.
 */
typedef struct Router Router;

/* How a thread takes what arrives. The functions run on the thread of `inbox`. */
typedef struct RouterEndpoint {
        Inbox *inbox;
        void *owner;
        _Atomic unsigned passing; /* ephemeral envelopes on their way to it */
        void (*deliver)(void *owner, Envelope *envelope); /* owns the envelope */
        /* The connection `ticket` of a mailbox has to go. */
        void (*end)(void *owner, uint64_t mailbox, uint64_t ticket, Wire__GoodbyeReason reason);
        /* The mailbox's device has only so many one-time prekeys left. */
        void (*prekeys)(void *owner, uint64_t mailbox, uint64_t ticket, uint32_t left);
        /* Or one-time key packages. */
        void (*key_packages)(void *owner, uint64_t mailbox, uint64_t ticket, uint32_t left);
        /* What the connection watches as the so-manieth of a version of its tickets is shown now, or no more. */
        void (*presence)(void *owner, uint64_t mailbox, uint64_t ticket, uint64_t version, uint32_t watched,
                         bool connected);
} RouterEndpoint;

int router_new(Router **out);
Router *router_free(Router *router);

/* Whose mailbox it is: for what is sent to a device without a look into the store. */
typedef struct RouterDevice {
        const char *user_name;
        uint32_t device_id;
} RouterDevice;

/*
 * The mailbox's connection is at this endpoint now. The one that was there is told to end with REPLACED.
 * ticket tells this connection from an earlier or later one of the same mailbox. -ENOMEM.
 */
int router_attach(Router *router, uint64_t mailbox, uint64_t ticket, const RouterDevice *device,
                  RouterEndpoint *endpoint);
/* Does nothing if another connection has taken the mailbox meanwhile. */
void router_detach(Router *router, uint64_t mailbox, uint64_t ticket);

/*
 * Owns the envelope, which is stored; it is freed if nobody is there. from: the caller's endpoint, or NULL.
 */
void router_deliver(Router *router, Envelope *envelope, RouterEndpoint *from);
/* One of the mailboxes that a payload went to. */
typedef struct RouterShare {
        uint64_t mailbox, sequence, previous;
} RouterShare;

/*
 * The same payload to many mailboxes, of which those that are connected get an envelope: as `original` is, with what
 * the share says. All that is for one thread gets there at once. What there is no memory for is lost on the way.
 */
void router_deliver_shares(Router *router, const Envelope *original, const RouterShare *shares, size_t count);
/*
 * An envelope that nobody has stored, by its recipient and device. Owns it; where the device is not connected, or
 * its thread has too many on their way to it already, it is dropped.
 */
void router_deliver_ephemeral(Router *router, Envelope *envelope, RouterEndpoint *from);
/* Tell the mailbox's connection, if there is one. */
void router_prekeys(Router *router, uint64_t mailbox, uint32_t left);
void router_key_packages(Router *router, uint64_t mailbox, uint32_t left);
void router_end(Router *router, uint64_t mailbox, Wire__GoodbyeReason reason);
