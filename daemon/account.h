/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/account-deletion.h"
#include "daemon/messenger.h"
#include "daemon/registration.h"

/* The account of this state folder, and the way of its keys: no-account -> locked <-> unlocked. */
typedef enum AccountState {
        ACCOUNT_NONE,
        ACCOUNT_LOCKED,
        ACCOUNT_UNLOCKED,
} AccountState;

typedef struct Account Account;

typedef struct AccountHandler {
        void (*locking)(void *userdata);       /* the last look at what is unlocked */
        void (*state_changed)(void *userdata); /* account_messenger() has changed with it */
        void (*link_changed)(void *userdata);
        void (*password_settled)(void *userdata); /* account_password_is_unsettled(), account_is_remembered() */
        void (*committed)(void *userdata);
        void (*setting_changed)(void *userdata, SettingId id);
        void (*contact_changed)(void *userdata, const char *contact);
        void (*attachment_progress)(void *userdata, const AttachmentProgress *progress);
} AccountHandler;

enum { ACCOUNT_HANDLERS_MAX = 4 };

/* folder and worker must outlive it. A vault that cannot be read is -EBADMSG, or what the system says. */
int account_new(StateFolder *folder, PasswordWorker *worker, Account **out);
Account *account_free(Account *account);
void account_freep(Account **account);
/* Each member may be NULL. Whoever listens is known by its userdata. */
void account_add_handler(Account *account, const AccountHandler *handler, void *userdata);
void account_remove_handler(Account *account, void *userdata);

AccountState account_state(const Account *account);
const char *account_state_name(AccountState state);
Messenger *account_messenger(Account *account); /* NULL unless unlocked */

typedef struct AccountResult {
        int result;           /* 0, a Problem, or a negative errno */
        uint64_t retry_at_ms; /* with PROBLEM_RATE_LIMITED: when it is possible again, or 0 */
        const char *sentence; /* what to tell a person instead of the problem's own sentence, or NULL */
} AccountResult;

/* Called once, from the main loop, if the function returned 0. */
typedef void (*AccountDone)(void *userdata, const AccountResult *result);

/* They take the password over, in any case, and return 0, a Problem, or a negative errno. */
int account_register(Account *account, const RegistrationRequest *request, Password *password,
                     AccountDone done, void *userdata);
/* remember: from then on, the desktop's keyring opens it too; PROBLEM_KEYRING_UNAVAILABLE: it is unlocked, and that is all. */
int account_unlock(Account *account, Password *password, bool remember, AccountDone done, void *userdata);

/* By what the keyring remembers, without asking anybody. PROBLEM_NO_ACCOUNT, _KEYRING_UNAVAILABLE, _TOO_MANY_CALLS. */
int account_unlock_by_keyring(Account *account, AccountDone done, void *userdata);
/* The password alone opens it. Succeeds also where the keyring cannot be reached: what it has is worth nothing. */
int account_forget_keyring(Account *account, AccountDone done, void *userdata);
bool account_is_remembered(const Account *account);

/* Needs the unlocked account, online. PROBLEM_LOCKED, PROBLEM_TOO_MANY_CALLS, or of password_change_new(). */
int account_change_password(Account *account, Password *old, Password *new, AccountDone done,
                            void *userdata);
/* A change was cut short: either of two passwords opens, until the server has told which one it has. */
bool account_password_is_unsettled(const Account *account);

/*
 * The account ends, at the server and here: after it there is none. Needs the unlocked account.
 * PROBLEM_LOCKED, PROBLEM_TOO_MANY_CALLS, or of account_deletion_new().
 */
int account_delete(Account *account, const AccountDeletionRequest *request, Password *password,
                   AccountDone done, void *userdata);

/* 0 or PROBLEM_NO_ACCOUNT. Unlocks that are under way end with PROBLEM_LOCKED. */
int account_lock(Account *account);
/* Grows with each account_lock(): who began before it is not to unlock after it. */
unsigned account_locks(const Account *account);
