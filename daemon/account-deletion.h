/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/gate.h"
#include "daemon/messenger.h"

/*
 * Ends the account at the server. The contacts' programs are told first, end to end, for afterwards nobody could:
 * the server is asked once it has those envelopes durably, or after ACCOUNT_DELETION_TELL_SECONDS, so that one full
 * mailbox keeps nobody's account alive. What is here is the caller's to destroy.
 */
typedef struct AccountDeletion AccountDeletion;

enum { ACCOUNT_DELETION_TELL_SECONDS = 20 };

typedef struct AccountDeletionResult {
        int result; /* 0: the server has nothing of it any more; else a Problem, or a negative errno */
        uint64_t retry_at_ms;
        bool by_server;
        bool unsure; /* the server was asked, and its answer did not come */
} AccountDeletionResult;

/* Called once, from the main loop, after which the deletion is to be freed. */
typedef void (*AccountDeletionDone)(void *userdata, const AccountDeletionResult *result);

typedef struct AccountDeletionRequest {
        bool local_only; /* the password is looked at, and nobody is told */
} AccountDeletionRequest;

/*
 * Takes the password over, also when it fails. gate and messenger must outlive it. Returns as gate_try().
 */
int account_deletion_new(Gate *gate, Messenger *messenger, const AccountDeletionRequest *request,
                         Password *password, AccountDeletionDone done, void *userdata, AccountDeletion **out);
AccountDeletion *account_deletion_free(AccountDeletion *deletion); /* without done */
void account_deletion_freep(AccountDeletion **deletion);

void account_deletion_link_changed(AccountDeletion *deletion);
void account_deletion_committed(AccountDeletion *deletion);
