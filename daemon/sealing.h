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

/*
 * Encrypts a new entry at once if there is a session and nothing older waits for one, in the caller's
 * transaction; else it waits for a bundle. Returns 0 for both, or SEALING_TOO_LARGE.
 */
int seal_new_entry(Store *store, const PeerSelf *self, const Contact *contact, int64_t number);

/* What an entry says, encoded; malloc()ed, to be wiped. 0 or SEALING_TOO_LARGE. */
int seal_read_plaintext(Store *store, const OutboxEntry *entry, uint8_t **out, size_t *size_out);

/*
 * Encrypts what is good for the moment only and has no entry, in the caller's transaction. 0, SEALING_NO_SESSION or
 * SEALING_TOO_LARGE.
 */
int seal_ephemeral(Store *store, const PeerSelf *self, const Contact *contact, const Content *content,
                   uint8_t **envelope_out, size_t *size_out); /* malloc()ed */

/*
 * Encrypts an entry again whose message has changed, in the caller's transaction, so that what was there before does not
 * leave any more. Should it have left already, the recipient keeps whichever comes first. Returns 0 or
 * SEALING_TOO_LARGE.
 */
int seal_again(Store *store, const PeerSelf *self, const Contact *contact, const OutboxEntry *entry);
