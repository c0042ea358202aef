/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/gate.h"
#include "daemon/store-account.h"

/*
 * Finds out which of two passwords the server has, after a change that was cut short: it asks for the account's
 * salt, as a login would, by a connection of its own. No password is needed for that.
 */
typedef struct PasswordSettle PasswordSettle;

/* Called once, from the main loop, after which it is to be freed. settled: the gate has one vault again. */
typedef void (*PasswordSettleDone)(void *userdata, bool settled);

/* gate and record must outlive it. -ENOMEM. */
int password_settle_new(Gate *gate, const AccountRecord *record, PasswordSettleDone done, void *userdata,
                        PasswordSettle **out);
PasswordSettle *password_settle_free(PasswordSettle *settle);
