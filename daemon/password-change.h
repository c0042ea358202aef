/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/gate.h"
#include "daemon/server-link.h"

/*
 * Gives the account another password, at the server and here. The order makes that nobody is ever locked out:
 *
 *     1. the old password opens the vault; the new one is derived, with a fresh salt
 *     2. the master key under the new password is made durable, beside the old: from here on either opens
 *     3. the server is asked
 *     4. it says yes: the new one holds alone; it says no: the old one does
 *
 * Whatever ends it between 2 and 4 (the power, the network, a lock) leaves both. Which of them the server has, it tells later:
 * its salt is the one of that password (daemon/password-settle.h).
 */
typedef struct PasswordChange PasswordChange;

typedef struct PasswordChangeResult {
        int result; /* 0, a Problem, or a negative errno */
        uint64_t retry_at_ms;
        bool by_server; /* the server said it */
        bool unsettled; /* either password opens, until the server has told */
} PasswordChangeResult;

/* Called once, from the main loop, after which the change is to be freed. */
typedef void (*PasswordChangeDone)(void *userdata, const PasswordChangeResult *result);

/*
 * Takes the passwords over, also when it fails. gate and link must outlive it. Returns 0; PROBLEM_BAD_PASSWORD,
 * PROBLEM_SERVER_UNREACHABLE: nothing was changed; another of gate_try().
 */
int password_change_new(Gate *gate, ServerLink *link, Password *old, Password *new, PasswordChangeDone done,
                        void *userdata, PasswordChange **out);
/* Without done. What the server may have heard stays unsettled. */
PasswordChange *password_change_free(PasswordChange *change);
void password_change_freep(PasswordChange **change);
void password_change_link_changed(PasswordChange *change);
