/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>

#include "daemon/account-private.h"
#include "daemon/log.h"

static void finish(Account *account, int result)
{
        AccountDone done = account->keyring_done;

        account->keyring_done = NULL;
        if (done)
                done(account->keyring_userdata, &(AccountResult){.result = result});
}

bool account_is_remembered(const Account *account)
{
        return account->state != ACCOUNT_NONE && key_vault_is_there(account->folder->fd);
}

void account_keyring_cancel(Account *account)
{
        keyring_cancel(account->keyring);
        /* Whether the keyring has the key by now, nobody knows. */
        if (account->keyring_storing)
                vault_remove_name(account->folder->fd, KEY_VAULT_NAME);
        account->keyring_storing = false;
        finish(account, PROBLEM_LOCKED);
}

/* ---- Remembering ---- */

static void on_stored(void *userdata, int result, const UnlockKey *none)
{
        Account *account = userdata;

        account->keyring_storing = false;
        if (result < 0)
                vault_remove_name(account->folder->fd, KEY_VAULT_NAME);
        TELL(account, password_settled);
        finish(account, result < 0 ? PROBLEM_KEYRING_UNAVAILABLE : 0);
}

int account_remember(Account *account, const DatabaseKey *master, AccountDone done, void *userdata)
{
        UnlockKey key;
        int r;

        if (account->keyring_done)
                return PROBLEM_TOO_MANY_CALLS;
        randombytes_buf(key.bytes, sizeof(key.bytes));
        r = key_vault_write(account->folder->fd, &key, master);
        if (r == 0) {
                account->keyring_done = done;
                account->keyring_userdata = userdata;
                account->keyring_storing = true;
                keyring_store(account->keyring, &key, on_stored, account);
        }
        sodium_memzero(&key, sizeof(key));
        return r;
}

/* ---- Unlocking by it ---- */

static void on_found(void *userdata, int result, const UnlockKey *key)
{
        Account *account = userdata;
        DatabaseKey master;
        int r = PROBLEM_KEYRING_UNAVAILABLE;

        if (result == 0)
                r = key_vault_open(account->folder->fd, key, &master);
        if (result == 0 && r == 0) {
                r = account_unlock_with(account, &master);
                sodium_memzero(&master, sizeof(master));
        } else if (r >= 0) {
                r = PROBLEM_KEYRING_UNAVAILABLE;
        }
        finish(account, r);
}

int account_unlock_by_keyring(Account *account, AccountDone done, void *userdata)
{
        if (account->state == ACCOUNT_NONE)
                return PROBLEM_NO_ACCOUNT;
        if (account->keyring_done)
                return PROBLEM_TOO_MANY_CALLS;
        if (!account_is_remembered(account))
                return PROBLEM_KEYRING_UNAVAILABLE;
        account->keyring_done = done;
        account->keyring_userdata = userdata;
        keyring_lookup(account->keyring, on_found, account);
        return 0;
}

/* ---- Forgetting ---- */

static void on_forgotten(void *userdata, int result, const UnlockKey *none)
{
        if (result < 0)
                log_warning("account", result, "a key stays in the keyring; it opens nothing any more");
        finish(userdata, 0);
}

int account_forget_keyring(Account *account, AccountDone done, void *userdata)
{
        int r;

        if (account->state == ACCOUNT_NONE)
                return PROBLEM_NO_ACCOUNT;
        if (account->keyring_done)
                return PROBLEM_TOO_MANY_CALLS;
        r = vault_destroy_name(account->folder->fd, KEY_VAULT_NAME);
        if (r < 0)
                return r;
        TELL(account, password_settled);
        account->keyring_done = done;
        account->keyring_userdata = userdata;
        keyring_forget(account->keyring, on_forgotten, account);
        return 0;
}
