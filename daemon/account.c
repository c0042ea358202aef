/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/account.h"

#include <errno.h>
#include <sodium.h>

#include "daemon/account-private.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"

typedef struct Unlocking {
        Account *account;
        GateTry *try;
        bool remember;
        AccountDone done;
        void *userdata;
} Unlocking;

const char *account_state_name(AccountState state)
{
        static const char *const names[] = {
                        [ACCOUNT_NONE] = "no-account",
                        [ACCOUNT_LOCKED] = "locked",
                        [ACCOUNT_UNLOCKED] = "unlocked",
        };

        return names[state];
}

static void set_state(Account *account, AccountState state)
{
        if (account->state == state)
                return;
        log_info("account", "%s -> %s", account_state_name(account->state), account_state_name(state));
        account->state = state;
        TELL(account, state_changed);
}

AccountState account_state(const Account *account)
{
        return account->state;
}

Messenger *account_messenger(Account *account)
{
        return account->state == ACCOUNT_UNLOCKED ? account->messenger : NULL;
}

void account_add_handler(Account *account, const AccountHandler *handler, void *userdata)
{
        size_t i = 0;

        while (account->listeners[i].handler)
                i++;
        account->listeners[i].handler = handler;
        account->listeners[i].userdata = userdata;
}

void account_remove_handler(Account *account, void *userdata)
{
        for (size_t i = 0; i < ACCOUNT_HANDLERS_MAX; i++)
                if (account->listeners[i].userdata == userdata)
                        account->listeners[i].handler = NULL;
}

int account_new(StateFolder *folder, PasswordWorker *worker, Account **out)
{
        _cleanup_(account_freep) Account *account = calloc(1, sizeof(*account));
        int r;

        if (!account)
                return -ENOMEM;
        account->folder = folder;
        account->worker = worker;
        r = gate_init(&account->gate, folder->fd, worker);
        if (r < 0)
                return r;
        r = keyring_new(folder->path, &account->keyring);
        if (r < 0)
                return r;
        account->state = account->gate.has_vault ? ACCOUNT_LOCKED : ACCOUNT_NONE;
        *out = g_steal_pointer(&account);
        return 0;
}

Account *account_free(Account *account)
{
        if (!account)
                return NULL;
        for (GList *l = account->unlocking; l; l = l->next)
                gate_try_cancel(((Unlocking *)l->data)->try);
        g_list_free_full(account->unlocking, g_free);
        registration_free(account->registration);
        account_password_deinit(account);
        account_deletion_free(account->deletion);
        keyring_free(account->keyring);
        messenger_free(account->messenger);
        free(account);
        return NULL;
}

void account_freep(Account **account)
{
        *account = account_free(*account);
}

/* ---- Unlocked ---- */

static void on_link_changed(void *userdata)
{
        Account *account = userdata;

        if (account->state != ACCOUNT_UNLOCKED)
                return;
        TELL(account, link_changed);
        account_password_link_changed(account);
        account_delete_link_changed(account);
}

static void on_committed(void *userdata)
{
        Account *account = userdata;

        if (account->state != ACCOUNT_UNLOCKED)
                return;
        TELL(account, committed);
        account_delete_committed(account);
}

static void on_setting_changed(void *userdata, SettingId id)
{
        Account *account = userdata;

        if (account->state == ACCOUNT_UNLOCKED)
                TELL(account, setting_changed, id);
}

static void on_contact_changed(void *userdata, const char *contact)
{
        Account *account = userdata;

        if (account->state == ACCOUNT_UNLOCKED)
                TELL(account, contact_changed, contact);
}

static void on_attachment_progress(void *userdata, const AttachmentProgress *progress)
{
        Account *account = userdata;

        if (account->state == ACCOUNT_UNLOCKED)
                TELL(account, attachment_progress, progress);
}

static const MessengerHandler messenger_handler = {
                .link_changed = on_link_changed,
                .committed = on_committed,
                .setting_changed = on_setting_changed,
                .contact_changed = on_contact_changed,
                .attachment_progress = on_attachment_progress,
};

/* Takes store and connection over, in any case. */
static int open_messenger(Account *account, Store *store, Connection *connection)
{
        int r;

        r = messenger_new(store, account->folder->fd, &messenger_handler, account, &account->messenger);
        if (r < 0) {
                connection_free(connection);
                store_free(store);
                return r;
        }
        set_state(account, ACCOUNT_UNLOCKED);
        messenger_start(account->messenger, connection);
        return 0;
}

static void end_unlocking(Account *account)
{
        while (account->unlocking) {
                g_autofree Unlocking *unlocking = account->unlocking->data;

                account->unlocking = g_list_delete_link(account->unlocking, account->unlocking);
                gate_try_cancel(unlocking->try);
                unlocking->done(unlocking->userdata, &(AccountResult){.result = PROBLEM_LOCKED});
        }
}

unsigned account_locks(const Account *account)
{
        return account->locks;
}

static void wipe(Account *account, AccountState state)
{
        TELL(account, locking);
        set_state(account, state);
        account->messenger = messenger_free(account->messenger);
}

void account_forget(Account *account)
{
        account->locks++;
        end_unlocking(account);
        account_keyring_cancel(account);
        account_password_deinit(account);
        wipe(account, ACCOUNT_NONE);
}

int account_lock(Account *account)
{
        if (account->state == ACCOUNT_NONE)
                return PROBLEM_NO_ACCOUNT;
        account->locks++;
        end_unlocking(account);
        account_keyring_cancel(account);
        if (account->state == ACCOUNT_LOCKED)
                return 0;
        account_password_locking(account);
        account_delete_locking(account);
        wipe(account, ACCOUNT_LOCKED);
        return 0;
}

int account_unlock_with(Account *account, const DatabaseKey *master)
{
        Store *store = NULL;
        int r;

        if (account->state == ACCOUNT_UNLOCKED)
                return 0;
        r = store_open(account->folder->store_path, master, &store);
        if (r < 0) {
                log_error("store", r, "cannot open it");
                return r == -ENOENT ? PROBLEM_STORE_DAMAGED : r;
        }
        return open_messenger(account, store, NULL);
}

static void on_tried(void *userdata, const GateResult *result)
{
        g_autofree Unlocking *unlocking = userdata;
        Account *account = unlocking->account;
        AccountResult out = account_gate_result(result->result, result->retry_at_ms);

        account->unlocking = g_list_remove(account->unlocking, unlocking);
        if (out.result == 0)
                out.result = account_unlock_with(account, &result->keys->master);
        if (out.result == 0 && unlocking->remember)
                out.result = account_remember(account, &result->keys->master, unlocking->done,
                                              unlocking->userdata);
        else
                unlocking->remember = false;
        if (!unlocking->remember || out.result != 0)
                unlocking->done(unlocking->userdata, &out);
}

int account_unlock(Account *account, Password *password, bool remember, AccountDone done, void *userdata)
{
        _cleanup_(password_freep) Password *owned = password;
        g_autofree Unlocking *unlocking = NULL;
        int r;

        if (account->state == ACCOUNT_NONE)
                return PROBLEM_NO_ACCOUNT;
        unlocking = g_new0(Unlocking, 1);
        unlocking->account = account;
        unlocking->remember = remember;
        unlocking->done = done;
        unlocking->userdata = userdata;
        r = gate_try(&account->gate, g_steal_pointer(&owned), on_tried, unlocking, &unlocking->try);
        if (r != 0)
                return r;
        account->unlocking = g_list_prepend(account->unlocking, g_steal_pointer(&unlocking));
        return 0;
}

/* ---- Registration ---- */

static int take_account(Account *account, Store *store, Connection *connection)
{
        int r;

        r = gate_init(&account->gate, account->folder->fd, account->worker);
        if (r == 0 && account->gate.has_vault)
                return open_messenger(account, store, connection);
        connection_free(connection);
        store_free(store);
        return r < 0 ? r : -EBADMSG;
}

static void on_registered(void *userdata, const RegistrationResult *result)
{
        Account *account = userdata;
        int r = result->result;

        account->registration = registration_free(account->registration);
        if (r == 0)
                r = take_account(account, result->store, result->connection);
        account->registration_done(account->registration_userdata,
                                   &(AccountResult){.result = r, .retry_at_ms = result->retry_at_ms});
}

int account_register(Account *account, const RegistrationRequest *request, Password *password,
                     AccountDone done, void *userdata)
{
        _cleanup_(password_freep) Password *owned = password;
        int r;

        if (account->state != ACCOUNT_NONE)
                return PROBLEM_ALREADY_REGISTERED;
        if (account->registration)
                return PROBLEM_TOO_MANY_CALLS;
        account->registration_done = done;
        account->registration_userdata = userdata;
        r = registration_new(account->folder, account->worker, request, owned, on_registered, account,
                             &account->registration);
        if (r == 0)
                owned = NULL;
        return r;
}
