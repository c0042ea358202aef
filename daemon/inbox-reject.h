/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"

/* How often a contact may make us start a new session because we could not read what they sent. */
enum { RESET_INTERVAL_MS = 5 * 60 * 1000 };

/*
 * What came and could not be read, in the caller's transaction: it is counted and, where a person should know,
 * reported; of somebody who is not accepted, nothing is. reason: of peer_decrypt(). contact: NULL for somebody whom
 * nobody here knows.
 */
int inbox_reject(Store *store, Contact *contact, int reason);

/* What could be read, and is not taken: it is counted, and that is all. why: for the log, without anything of it. */
int inbox_refuse(Store *store, const char *why);

/* Our new session lets the contact's next messages arrive. An accepted one's, that is: others get no answer. */
int inbox_answer_with_reset(Store *store, Contact *contact);
