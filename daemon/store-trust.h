/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/* How somebody here made sure that a contact's key is theirs. */
typedef enum VerifiedHow {
        VERIFIED_NOT,
        VERIFIED_BY_EMOJI,
        VERIFIED_BY_NUMBER, /* the safety number was compared, by eye or by a code that was scanned */
} VerifiedHow;

typedef struct ContactTrust {
        VerifiedHow how;
        uint64_t verified_ms; /* 0 for VERIFIED_NOT */
} ContactTrust;

/* "emoji"; "" for VERIFIED_NOT. */
const char *verified_how_name(VerifiedHow how);

int store_trust_get(Store *store, int64_t contact, ContactTrust *out);
int store_trust_set(Store *store, int64_t contact, const ContactTrust *trust);
