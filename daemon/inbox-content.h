/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"
#include "daemon/typing.h"
#include "e2ee/peer.h"

/* Where a content came from. */
typedef struct InboxContext {
        Store *store;
        const PeerSelf *self;
        Contact *contact;
        const char *sender; /* who said it: the contact, or a member of the group that it is */
        const PublicIdentity *identity; /* whose session it came in */
        bool in_current_session;
        bool unaccepted_key; /* that identity waits to be accepted */
        bool ephemeral; /* good for the moment only: nobody will send it again */
        Typing *typing;
} InboxContext;

/*
 * Takes in what an envelope said, in the caller's transaction: one function for each kind of content, which decides
 * whether the contact may say it. Returns 0, also where the content was rejected.
 */
int inbox_take_content(const InboxContext *context, const uint8_t *plaintext, size_t size);
