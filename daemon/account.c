/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/account.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>

#include "daemon/cleanup.h"
#include "daemon/log.h"

typedef struct Unlocking {
        Account *account;
        PasswordJob *job;
        AccountDone done;
        void *userdata;
} Unlocking;

typedef struct Listener {
        const AccountHandler *handler; /* NULL: free */
        void *userdata;
} Listener;

struct Account {
        StateFolder *folder;
        PasswordWorker *worker;
        Listener listeners[ACCOUNT_HANDLERS_MAX];
        AccountState state;
        Vault vault;
        Messenger *messenger;
        Registration *registration;
        AccountDone registration_done;
        void *registration_userdata;
        GList *unlocking; /* Unlocking */
        unsigned locks;   /* how often it was locked */
};

const char *account_state_name(AccountState state)
{
        static const char *const names[] = {
                        [ACCOUNT_NONE] = "no-account",
                        [ACCOUNT_LOCKED] = "locked",
                        [ACCOUNT_UNLOCKED] = "unlocked",
        };

        return names[state];
}

/* Tells all listeners that want to hear it. */
#define TELL(account, member, ...)                                                                   \
        for (Listener *l = (account)->listeners; l < (account)->listeners + ACCOUNT_HANDLERS_MAX; l++) \
                if (l->handler && l->handler->member)                                                \
                        l->handler->member(l->userdata, ##__VA_ARGS__)

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
        r = vault_read(folder->fd, &account->vault);
        if (r == VAULT_MALFORMED)
                return -EBADMSG;
        if (r < 0 && r != -ENOENT)
                return r;
        account->state = r == 0 ? ACCOUNT_LOCKED : ACCOUNT_NONE;
        *out = g_steal_pointer(&account);
        return 0;
}

Account *account_free(Account *account)
{
        if (!account)
                return NULL;
        for (GList *l = account->unlocking; l; l = l->next)
                password_job_cancel(((Unlocking *)l->data)->job);
        g_list_free_full(account->unlocking, g_free);
        registration_free(account->registration);
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

        if (account->state == ACCOUNT_UNLOCKED)
                TELL(account, link_changed);
}

static void on_committed(void *userdata)
{
        Account *account = userdata;

        if (account->state == ACCOUNT_UNLOCKED)
                TELL(account, committed);
}

static void on_setting_changed(void *userdata, SettingId id)
{
        Account *account = userdata;

        if (account->state == ACCOUNT_UNLOCKED)
                TELL(account, setting_changed, id);
}

static const MessengerHandler messenger_handler = {
                .link_changed = on_link_changed,
                .committed = on_committed,
                .setting_changed = on_setting_changed,
};

/* Takes store and connection over, in any case. */
static int open_messenger(Account *account, Store *store, Connection *connection)
{
        int r;

        r = messenger_new(store, &messenger_handler, account, &account->messenger);
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
                password_job_cancel(unlocking->job);
                unlocking->done(unlocking->userdata, PROBLEM_LOCKED, 0);
        }
}

unsigned account_locks(const Account *account)
{
        return account->locks;
}

int account_lock(Account *account)
{
        if (account->state == ACCOUNT_NONE)
                return PROBLEM_NO_ACCOUNT;
        account->locks++;
        end_unlocking(account);
        if (account->state == ACCOUNT_LOCKED)
                return 0;
        TELL(account, locking);
        set_state(account, ACCOUNT_LOCKED);
        account->messenger = messenger_free(account->messenger);
        return 0;
}

static int unlock_with(Account *account, const StoreKey *key)
{
        Store *store = NULL;
        DatabaseKey master;
        int r;

        if (vault_unwrap(&account->vault, key, &master) != 0)
                return PROBLEM_WRONG_PASSWORD;
        if (account->state == ACCOUNT_UNLOCKED) {
                sodium_memzero(&master, sizeof(master));
                return 0;
        }
        r = store_open(account->folder->store_path, &master, &store);
        sodium_memzero(&master, sizeof(master));
        if (r < 0) {
                log_error("store", r, "cannot open it");
                return r == -ENOENT ? PROBLEM_STORE_DAMAGED : r;
        }
        return open_messenger(account, store, NULL);
}

static void on_unlock_derived(void *userdata, int result, const PasswordKeys *keys)
{
        g_autofree Unlocking *unlocking = userdata;
        Account *account = unlocking->account;

        account->unlocking = g_list_remove(account->unlocking, unlocking);
        if (result == 0)
                result = unlock_with(account, &keys->store);
        unlocking->done(unlocking->userdata, result, 0);
}

int account_unlock(Account *account, Password *password, AccountDone done, void *userdata)
{
        _cleanup_(password_freep) Password *owned = password;
        g_autofree Unlocking *unlocking = NULL;
        int r;

        if (account->state == ACCOUNT_NONE)
                return PROBLEM_NO_ACCOUNT;
        unlocking = g_new0(Unlocking, 1);
        unlocking->account = account;
        unlocking->done = done;
        unlocking->userdata = userdata;
        r = password_worker_start(account->worker, g_steal_pointer(&owned), &account->vault.parameters,
                                  on_unlock_derived, unlocking, &unlocking->job);
        if (r != 0)
                return r;
        account->unlocking = g_list_prepend(account->unlocking, g_steal_pointer(&unlocking));
        return 0;
}

/* ---- Registration ---- */

static int take_account(Account *account, Store *store, Connection *connection)
{
        int r;

        r = vault_read(account->folder->fd, &account->vault);
        if (r == 0)
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
        account->registration_done(account->registration_userdata, r, result->retry_at_ms);
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
