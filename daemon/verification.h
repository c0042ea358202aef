/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/contact.h"
#include "daemon/problem.h"
#include "daemon/store-verification.h"

/*
 * Comparing emoji with a contact (docs/protocol-e2ee.md, "Comparing emoji"). One exchange at a time with
 * each; all of it is in the store, so it survives a restart, and goes on as long as it is younger than
 * VERIFICATION_STEP_MS since its last step. inbox-verification.h takes in what the contact says.
 */
enum { VERIFICATION_STEP_MS = 10 * 60 * 1000 };

/* What a person does, each in a transaction of its own; outbox_pump() afterwards. PROBLEM_NOT_FOUND: no such
 * contact. */

/*
 * Starts an exchange, or takes part in the one that is under way. PROBLEM_NO_VERIFICATION: no key of the
 * contact's is known yet.
 */
int verification_start(Store *store, const PeerSelf *self, const char *name,
                       uint8_t exchange_out[static CONTENT_EXCHANGE_SIZE]);

typedef enum VerificationAct {
        VERIFICATION_ACCEPT,
        VERIFICATION_CONFIRM, /* the emoji fit */
        VERIFICATION_DIFFER,  /* they do not */
        VERIFICATION_CANCEL,
} VerificationAct;

/*
 * In the exchange that the person has looked at. What is done already stays done: 0.
 * PROBLEM_NO_VERIFICATION: that exchange is over, or not so far.
 */
int verification_act(Store *store, const PeerSelf *self, const char *name,
                     const uint8_t exchange[static CONTENT_EXCHANGE_SIZE], VerificationAct act);

/* Ends what has waited for too long, in a transaction of its own. *next_ms_out: until the next may have to;
 * 0: none. */
int verification_expire(Store *store, const PeerSelf *self, uint64_t *next_ms_out);

/* ---- For verification.c's own kind; in the caller's transaction ---- */

/* The one setter: saves it, wipes what is not needed any more, and runs the consequences. */
int verification_set_state(Store *store, Contact *contact, Verification *verification,
                           VerificationState state);
int verification_say(Store *store, const PeerSelf *self, const Contact *contact,
                     const Verification *verification, ContentVerificationStep step, const uint8_t *data);
int verification_accept(Store *store, const PeerSelf *self, Contact *contact, Verification *verification);
/* Both keys are there: 0, SAS_BAD_KEY or a negative errno. */
int verification_finish(const Verification *verification, const PeerSelf *self, const Contact *contact,
                        SasResult *out);
SasExchange verification_exchange(const Verification *verification, const PeerSelf *self,
                                  const Contact *contact);
/* The contact has another key now, and whatever was under way was about the old one. */
int verification_key_changed(Store *store, Contact *contact);
