/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/router.h"

/*
 * The router's other half: where those who show themselves under a ticket meet those who watch it. wire/messenger.proto,
 * "Presence". It lives in memory only, and knows tickets, not who shares them. Any thread may call it.
 * docs/decisions/0002-store-and-router.md says what another backend has to keep to.
 */
typedef struct Presence Presence;
typedef struct PresenceMember PresenceMember; /* what one connection shows and watches */

enum { PRESENCE_WATCHERS_MAX = 8 }; /* of one ticket: the devices of one account; more are not told */

/* tickets_max: shown and watched by all together. grace_us: see presence_leave(). -ENOMEM. */
int presence_new(size_t tickets_max, uint64_t grace_us, Presence **out);
Presence *presence_free(Presence *presence); /* after all members have left */

/* Whose they are; version comes back with what is told, and tells it from what an older set was told. */
typedef struct PresencePlace {
        RouterEndpoint *endpoint;
        uint64_t mailbox, ticket; /* as with router_attach() */
        uint64_t version;
} PresencePlace;

/*
 * Takes the place of all that *member (NULL: nothing) has had. connected_out has a place for each of `watched`: whether
 * it is shown now; later changes are told to the endpoint. Tickets have WIRE_TICKET_SIZE bytes. -EBUSY: there are too
 * many of all; -ENOMEM. Then nothing has changed.
 */
int presence_set(Presence *presence, const PresencePlace *place, const Wire__SetPresence *set, bool *connected_out,
                 PresenceMember **member);
size_t presence_member_tickets(const PresenceMember *member);

/*
 * The connection is gone. Those who watch hear of it when nobody has shown themselves again within the grace: a
 * client that comes back at once was never away. Sets *member to NULL.
 */
void presence_leave(Presence *presence, PresenceMember **member, uint64_t now_us);

/* Tells of those whose grace is over. To be called each second or so. */
void presence_sweep(Presence *presence, uint64_t now_us);
/* From here on nobody is told anything. */
void presence_silence(Presence *presence);
