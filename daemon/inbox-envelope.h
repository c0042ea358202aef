/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/typing.h"
#include "e2ee/peer.h"
#include "wire/messenger.pb-c.h"

/*
 * Takes in one envelope, in the caller's transaction: decrypts it and stores what it says, or counts it as
 * rejected and, where a person should know, says so. Returns 0 for both; a negative errno means that the
 * transaction must be given up. expect_repeat: it may have come before and not have been acknowledged, so
 * that it comes again says nothing against anybody. typing is told who writes.
 */
int inbox_take_envelope(Store *store, const PeerSelf *self, const Wire__Envelope *envelope,
                        bool expect_repeat, Typing *typing);
