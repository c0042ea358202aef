/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"
#include "e2ee/peer.h"

/*
 * A session does its time, then a new X3DH begins another one (docs/protocol-e2ee.md, "Renewal"). Nothing waits
 * for that: until the contact's bundle is here, messages leave in the session that there is, and whatever was sealed in
 * it still arrives. That a renewal is wanted stands in the store, so that it is done sooner or later.
 */
enum {
        RENEWAL_MESSAGES = 10000, /* sent and received */
        RENEWAL_DAYS = 30,
        /* Whoever has not started the session leaves it to the other one for so much longer. */
        RENEWAL_PATIENCE_MESSAGES = 100,
        RENEWAL_PATIENCE_DAYS = 1,
};

typedef struct RenewalDue {
        uint64_t messages; /* when so many were sent and received in the session, */
        uint64_t time_ms;  /* or from then on, whichever comes first */
} RenewalDue;
RenewalDue renewal_due(const PeerSessionInfo *info);
bool renewal_is_due(const PeerSessionInfo *info, uint64_t now_ms);

/* After each message, in the transaction of the caller: the renewal is wanted if it is due. */
int renewal_look(Store *store, const Contact *contact, const Peer *peer);

/*
 * A new session was started with a contact, in the caller's transaction: if that was to be a renewal, it is done, and the
 * contact is told by the first envelope.
 */
int renewal_started(Store *store, const Contact *contact);

/*
 * A person wants it, in a transaction of its own. PROBLEM_NOT_FOUND; PROBLEM_BLOCKED; PROBLEM_KEY_CHANGED: first somebody
 * has to accept the new key; PROBLEM_INVALID_ARGUMENT: nobody has accepted them.
 */
int renewal_ask(Store *store, const char *name);
