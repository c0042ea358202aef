/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"
#include "e2ee/peer.h"

/*
 * Who a contact is: the first identity key that is seen is taken, a later other one stops sending until a
 * person has accepted it. The first two take part in the transaction of their caller.
 */

/* The contact of this name; a new one, accepted, if there is none. */
int contact_ensure(Store *store, const char *name, Contact *out);

/* Notes: the conversation with oneself. It has no key, no session, and no envelopes. */
bool contact_is_self(const PeerSelf *self, const Contact *contact);

/* A stranger has written: a new contact that is a request. */
int contact_meet(Store *store, const char *name, Contact *out);

/* Is it the accepted identity, or the one that waits to be accepted? */
bool contact_has_shown(const Contact *contact, const PublicIdentity *identity);

/* Is it the one that a person is shown: the newest that is known? */
bool contact_shows_identity(const Contact *contact, const PublicIdentity *identity);
bool contact_shows_key(const Contact *contact, const SigningPublicKey *key);

enum { CONTACT_KEY_CHANGED = 1 };

/*
 * Somebody showed this identity as the contact's. Returns 0 if it is the accepted one (now),
 * CONTACT_KEY_CHANGED if it is not: that stands in the history then, once, and what is queued waits. With
 * somebody who is not accepted it stands there once they are: contact_note_key_change().
 */
int contact_see_identity(Store *store, const PeerSelf *self, Contact *contact,
                         const PublicIdentity *identity);
int contact_note_key_change(Store *store, const Contact *contact);

/* The changed key is accepted, in the caller's transaction; what waited leaves. */
int contact_accept_shown(Store *store, Contact *contact);

enum { CONTACT_OTHER_KEY = 1 };

/* A person accepts this key, in a transaction of its own. CONTACT_OTHER_KEY: it is not the one that they
 * have now. */
int contact_accept_key(Store *store, const char *name, const SigningPublicKey *key);
