/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "daemon/server-link.h"
#include "daemon/settings.h"
#include "e2ee/content.h"

/*
 * Who is connected. Whoever may see us is given a ticket of their own, end to end; the server is told all tickets that we
 * show ourselves under, and those that we were given (docs/protocol.md, "Presence"). Tickets are in the store, so whoever is no
 * longer to see us is just left out; who is connected is known in memory only.
 */
typedef struct Presence Presence;

typedef struct PresenceWith {
        Store *store;
        const PeerSelf *self;
        const Settings *settings;
        ServerLink *link;
        void (*changed)(void *userdata, const char *contact);
        void *userdata;
} PresenceWith;

/* All of `with` must outlive it. NULL: no memory. */
Presence *presence_new(const PresenceWith *with);
Presence *presence_free(Presence *presence);

/* After whatever may have changed who sees whom. outbox_pump() after it. */
void presence_run(Presence *presence);
void presence_link_changed(Presence *presence);
void presence_changed(Presence *presence, const Wire__PresenceChanged *changed);

bool presence_is_online(const Presence *presence, const char *contact);

/* A ticket that came, or was withdrawn; as inbox_take_content() says. */
int presence_take_ticket(const InboxContext *context, const Content *content);
