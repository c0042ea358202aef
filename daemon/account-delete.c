/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libintl.h>

#include "daemon/account-private.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"

#define _(text) gettext(text)

static void finish(Account *account, const AccountResult *result)
{
        account->deletion = account_deletion_free(account->deletion);
        account->deletion_done(account->deletion_userdata, result);
}

static void on_forgotten(void *userdata, int result, const UnlockKey *none)
{
        if (result < 0)
                log_warning("account", result, "a key stays in the keyring; it opens nothing any more");
}

/* The keys first: what is left after a power cut is for nobody. */
static int destroy(Account *account)
{
        bool remembered = account_is_remembered(account);
        int r, result;

        account_forget(account);
        result = gate_destroy(&account->gate);
        r = vault_destroy_name(account->folder->fd, KEY_VAULT_NAME);
        if (r < 0)
                result = r;
        if (remembered)
                keyring_forget(account->keyring, on_forgotten, account);
        r = state_folder_remove_store(account->folder);
        return result < 0 ? result : r;
}

static void on_deleted(void *userdata, const AccountDeletionResult *result)
{
        Account *account = userdata;
        AccountResult out = result->by_server
                                            ? (AccountResult){.result = result->result,
                                                              .retry_at_ms = result->retry_at_ms}
                                            : account_gate_result(result->result, result->retry_at_ms);

        if (result->result == 0) {
                out.result = destroy(account);
                if (out.result < 0) {
                        log_error("account", out.result, "cannot remove the store");
                        out.sentence = _("The account is deleted, but not all of its files here. Remove the state folder of "
                                         "smd.");
                }
        } else if (result->unsure) {
                out.sentence = _("The server's answer did not come. If the account is gone there, this device is "
                                 "refused at the next connection: then delete what is here alone.");
        } else if (result->result == PROBLEM_SERVER_UNREACHABLE) {
                out.sentence = _("There is no connection to the server. Nothing was deleted.");
        }
        finish(account, &out);
}

void account_delete_link_changed(Account *account)
{
        if (account->deletion)
                account_deletion_link_changed(account->deletion);
}

void account_delete_committed(Account *account)
{
        if (account->deletion)
                account_deletion_committed(account->deletion);
}

void account_delete_locking(Account *account)
{
        if (account->deletion)
                finish(account, &(AccountResult){.result = PROBLEM_LOCKED});
}

int account_delete(Account *account, const AccountDeletionRequest *request, Password *password,
                   AccountDone done, void *userdata)
{
        _cleanup_(password_freep) Password *owned = password;

        if (account->state != ACCOUNT_UNLOCKED)
                return account->state == ACCOUNT_NONE ? PROBLEM_NO_ACCOUNT : PROBLEM_LOCKED;
        if (account->change || account->deletion)
                return PROBLEM_TOO_MANY_CALLS;
        account->deletion_done = done;
        account->deletion_userdata = userdata;
        return account_deletion_new(&account->gate, account->messenger, request, g_steal_pointer(&owned),
                                    on_deleted, account, &account->deletion);
}
