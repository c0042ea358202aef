/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/content.h"
#include "e2ee/sas.h"

typedef enum VerificationState {
        VERIFICATION_NONE,
        VERIFICATION_STARTED,   /* by somebody here; the contact is asked */
        VERIFICATION_OFFERED,   /* by the contact; somebody here is asked */
        VERIFICATION_ACCEPTED,  /* here; the contact reveals their key next */
        VERIFICATION_COMPARING, /* there are emoji to look at */
        VERIFICATION_CONFIRMED, /* here; the contact still looks */
        /* How it ended: */
        VERIFICATION_VERIFIED,
        VERIFICATION_CANCELLED,
        VERIFICATION_MISMATCH,
        VERIFICATION_TIMED_OUT,
} VerificationState;

/* An exchange of emoji with a contact, or the last one that there was: one for each contact. */
typedef struct Verification {
        int64_t contact;
        uint8_t exchange[CONTENT_EXCHANGE_SIZE];
        bool started_here;
        VerificationState state;
        uint64_t last_step_ms;
        PublicIdentity identity; /* of the contact, as the exchange is about it */
        bool has_secret;         /* our ephemeral key; wiped when the exchange ends */
        DhKeyPair local;
        SasCommitment commitment; /* the contact's, where they have started it */
        bool has_remote_key;
        DhPublicKey remote_key;
        bool confirmed_there;
} Verification;

/* "comparing". The names of the bus and of the store. */
const char *verification_state_name(VerificationState state);
bool verification_is_active(const Verification *verification);

/* With state VERIFICATION_NONE where there was never one. The caller wipes what it gets. */
int store_verification_load(Store *store, int64_t contact, Verification *out);
int store_verification_save(Store *store, const Verification *verification);

/* Contacts with an active one, and when its last step was; as other each() functions. */
typedef int (*VerificationEach)(void *userdata, int64_t contact, uint64_t last_step_ms);
int store_verification_each_active(Store *store, VerificationEach each, void *userdata);
