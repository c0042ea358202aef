/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/contact.h"
#include "daemon/store-trust.h"

/*
 * Verified contacts: somebody here has made sure whose key it is. It is withdrawn when the key changes, when
 * emoji did not fit, or by hand; each way stands in the history. These take part in the transaction of their
 * caller.
 */

/* The shown key is theirs. A new one that waited to be accepted is accepted by that. */
int trust_verify(Store *store, Contact *contact, VerifiedHow how);
/* The contact showed other emoji: it is not verified, and the history says why. */
int trust_mismatch(Store *store, const Contact *contact);
/* Nothing happens where the contact is not verified. */
int trust_withdraw(Store *store, const Contact *contact);

/* What a person decides, in transactions of their own. PROBLEM_NOT_FOUND: no such contact. */

/* The safety number of this key was compared. PROBLEM_KEY_CHANGED: it is not the one that they have now. */
int trust_mark(Store *store, const char *name, const SigningPublicKey *key);
int trust_unmark(Store *store, const char *name);
