/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-link.h"
#include "e2ee/peer.h"

/*
 * Gets the prekey bundle of a contact to whom something waits, or with whom a renewal is wanted, starts a session with it, and
 * encrypts what waits. One request at a time. Where the bundle shows another identity, everything goes on waiting for a
 * person.
 */
typedef struct BundleFetch BundleFetch;

/* sealed: something is ready to be sent now. NULL: no memory. */
BundleFetch *bundle_fetch_new(Store *store, const PeerSelf *self, ServerLink *link,
                              void (*sealed)(void *userdata), void *userdata);
BundleFetch *bundle_fetch_free(BundleFetch *fetch);

void bundle_fetch_pump(BundleFetch *fetch);
void bundle_fetch_forget(BundleFetch *fetch); /* the connection is gone, and the answer with it */
