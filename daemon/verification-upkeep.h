/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/verification.h"

/* Ends comparisons of emoji that have waited for too long. */
typedef struct VerificationUpkeep VerificationUpkeep;

/* expired: some did, and the outbox has something to say. NULL: no memory. */
VerificationUpkeep *verification_upkeep_new(Store *store, const PeerSelf *self,
                                            void (*expired)(void *userdata), void *userdata);
VerificationUpkeep *verification_upkeep_free(VerificationUpkeep *upkeep);

/* Looks now, and again when the next may be over: after whatever may have begun one. */
void verification_upkeep_run(VerificationUpkeep *upkeep);
