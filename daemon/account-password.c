/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <libintl.h>

#include "daemon/account-private.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"

#define _(text) gettext(text)

enum { SETTLE_RETRY_SECONDS = 30 };

AccountResult account_gate_result(int result, uint64_t retry_at_ms)
{
        return (AccountResult){
                        .result = result,
                        .retry_at_ms = retry_at_ms,
                        .sentence = result == PROBLEM_RATE_LIMITED
                                                    ? _("Too many wrong passwords were given here.")
                                                    : NULL,
        };
}

bool account_password_is_unsettled(const Account *account)
{
        return account->gate.has_next;
}

/* ---- Which password has the server? ---- */

static void settle(Account *account);

static gboolean on_settle_retry(gpointer userdata)
{
        Account *account = userdata;

        account->settle_retry = 0;
        settle(account);
        return G_SOURCE_REMOVE;
}

static void on_settled(void *userdata, bool settled)
{
        Account *account = userdata;

        account->settle = password_settle_free(account->settle);
        if (settled)
                TELL(account, password_settled);
        else
                account->settle_retry = g_timeout_add_seconds(SETTLE_RETRY_SECONDS, on_settle_retry, account);
}

static void settle(Account *account)
{
        int r;

        if (!account->gate.has_next || account->change || account->settle || account->settle_retry ||
            account->state != ACCOUNT_UNLOCKED ||
            server_link_state(account->messenger->link) != LINK_ONLINE)
                return;
        r = password_settle_new(&account->gate, &account->messenger->record, on_settled, account,
                                &account->settle);
        if (r < 0)
                log_error("account", r, "cannot ask the server which password it has");
}

void account_password_deinit(Account *account)
{
        if (account->settle_retry)
                g_source_remove(account->settle_retry);
        account->settle_retry = 0;
        account->settle = password_settle_free(account->settle);
        account->change = password_change_free(account->change);
}

/* ---- Changing it ---- */

static void finish(Account *account, const AccountResult *result)
{
        account->change = password_change_free(account->change);
        account->change_done(account->change_userdata, result);
}

static void on_changed(void *userdata, const PasswordChangeResult *result)
{
        Account *account = userdata;
        AccountResult out = result->by_server
                                            ? (AccountResult){.result = result->result,
                                                              .retry_at_ms = result->retry_at_ms}
                                            : account_gate_result(result->result, result->retry_at_ms);

        if (result->unsettled)
                out.sentence = _("The server's answer did not come. It may have the new password or the old one; "
                                 "until it has told, at the next connection, either opens the store here.");
        else if (result->by_server && result->result == PROBLEM_WRONG_PASSWORD)
                out.sentence = _("The password opens the store here, but the server has another one for this "
                                 "account. Nothing was changed.");
        finish(account, &out);
        TELL(account, password_settled);
        settle(account);
}

void account_password_link_changed(Account *account)
{
        if (account->change)
                password_change_link_changed(account->change);
        settle(account);
}

void account_password_locking(Account *account)
{
        if (account->change)
                finish(account, &(AccountResult){.result = PROBLEM_LOCKED});
        account_password_deinit(account);
}

int account_change_password(Account *account, Password *old, Password *new, AccountDone done,
                            void *userdata)
{
        _cleanup_(password_freep) Password *owned_old = old;
        _cleanup_(password_freep) Password *owned_new = new;

        if (account->state != ACCOUNT_UNLOCKED)
                return account->state == ACCOUNT_NONE ? PROBLEM_NO_ACCOUNT : PROBLEM_LOCKED;
        if (account->change || account->deletion)
                return PROBLEM_TOO_MANY_CALLS;
        account->change_done = done;
        account->change_userdata = userdata;
        return password_change_new(&account->gate, account->messenger->link, g_steal_pointer(&owned_old),
                                   g_steal_pointer(&owned_new), on_changed, account, &account->change);
}
