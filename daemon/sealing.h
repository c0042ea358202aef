/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"
#include "daemon/store-outbox.h"
#include "e2ee/peer.h"

enum {
        SEALING_NO_SESSION = 1, /* a bundle is needed first */
        SEALING_TOO_LARGE = 2,
};

/*
 * Encrypts an entry of the outbox for the contact's device with its sessions, and stores the envelope. The
 * caller saves the peer in the same transaction, which it must have begun.
 */
int seal_entry(Store *store, const PeerSelf *self, Peer *peer, const Contact *contact,
               const OutboxEntry *entry);
