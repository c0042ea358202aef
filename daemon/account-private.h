/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "daemon/account.h"
#include "daemon/gate.h"
#include "daemon/keyring.h"
#include "daemon/password-change.h"
#include "daemon/password-settle.h"

/* What the files account*.c share. */

typedef struct Listener {
        const AccountHandler *handler; /* NULL: free */
        void *userdata;
} Listener;

struct Account {
        StateFolder *folder;
        PasswordWorker *worker;
        Listener listeners[ACCOUNT_HANDLERS_MAX];
        AccountState state;
        Gate gate;
        Messenger *messenger;
        Registration *registration;
        AccountDone registration_done;
        void *registration_userdata;
        GList *unlocking; /* Unlocking */
        unsigned locks;   /* how often it was locked */

        PasswordChange *change;
        AccountDone change_done;
        void *change_userdata;
        PasswordSettle *settle;
        guint settle_retry;

        AccountDeletion *deletion;
        AccountDone deletion_done;
        void *deletion_userdata;

        Keyring *keyring;
        AccountDone keyring_done; /* NULL: nothing is under way there */
        void *keyring_userdata;
        bool keyring_storing;
};

/* Tells all listeners that want to hear it. */
#define TELL(account, member, ...)                                                                             \
        do {                                                                                                   \
                for (Listener *l = (account)->listeners; l < (account)->listeners + ACCOUNT_HANDLERS_MAX; l++) \
                        if (l->handler && l->handler->member)                                                  \
                                l->handler->member(l->userdata, ##__VA_ARGS__);                                \
        } while (0)

/* What the gate said, in the words of a call. */
AccountResult account_gate_result(int result, uint64_t retry_at_ms);

/* account-password.c: what the rest tells it. A change that is under way ends with PROBLEM_LOCKED, or unheard. */
void account_password_link_changed(Account *account);
void account_password_locking(Account *account);
void account_password_deinit(Account *account);

/* account-delete.c: likewise. */
void account_delete_link_changed(Account *account);
void account_delete_committed(Account *account);
void account_delete_locking(Account *account);

/* account.c: all that is unlocked goes, as with a lock, and there is no account. */
void account_forget(Account *account);
int account_unlock_with(Account *account, const DatabaseKey *master); /* 0, a Problem, or a negative errno */

/* account-keyring.c */
int account_remember(Account *account, const DatabaseKey *master, AccountDone done, void *userdata);
void account_keyring_cancel(Account *account); /* what is under way ends with PROBLEM_LOCKED */
