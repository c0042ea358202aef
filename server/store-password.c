/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

/* 1: the account is still the one whose hash was verified, and, unless mailbox is 0, has this device; 0: no more. */
static int is_unchanged(Store *store, const char *name, uint64_t mailbox, const char *hash, int64_t *account_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *found = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, auth_hash FROM account JOIN device ON device.account = account.number "
                              "WHERE name = :name AND (:mailbox = 0 OR mailbox = :mailbox)");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
        r = statement_step(s);
        if (r <= 0)
                return r;
        r = statement_column_int64(s, "number", account_out);
        if (r < 0)
                return r;
        r = statement_column_text(s, "auth_hash", &found);
        if (r < 0)
                return r;
        return found && strcmp(found, hash) == 0;
}

int store_has_hash(Store *store, const char *name, const char *hash)
{
        int64_t account = 0;

        return is_unchanged(store, name, 0, hash, &account);
}

int store_set_hash(Store *store, int64_t account, const char *hash)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE account SET auth_hash = :hash WHERE number = :account");
        if (r < 0)
                return r;
        statement_bind_text(s, ":hash", hash);
        statement_bind_int64(s, ":account", account);
        return statement_run(s);
}

int store_change_password(Store *store, const StoreChangePassword *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t account = 0;
        int r;

        r = is_unchanged(store, request->name, request->mailbox, request->verified_hash, &account);
        if (r <= 0)
                return r < 0 ? r : STORE_STALE_DEVICE;
        r = statement_prepare(store->database, &s,
                              "UPDATE account SET salt = :salt, passes = :passes, memory_kib = :memory_kib, "
                              "auth_hash = :auth_hash WHERE number = :account");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":salt", request->password.salt, sizeof(request->password.salt));
        statement_bind_int64(s, ":passes", request->password.passes);
        statement_bind_int64(s, ":memory_kib", request->password.memory_kib);
        statement_bind_text(s, ":auth_hash", request->auth_hash);
        statement_bind_int64(s, ":account", account);
        return statement_run(s);
}

static int reserve_name(Store *store, const char *name)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT OR REPLACE INTO reserved_name (name, since_ms) VALUES (:name, :since_ms)");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        statement_bind_int64(s, ":since_ms", (int64_t)store->now_ms);
        return statement_run(s);
}

/* One device an account; the mailbox goes with it, and the prekeys with the device. */
int store_delete_account(Store *store, const StoreDeleteAccount *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t account = 0;
        int r;

        r = is_unchanged(store, request->name, request->mailbox, request->verified_hash, &account);
        if (r <= 0)
                return r < 0 ? r : STORE_STALE_DEVICE;
        r = store_remove_mailbox(store, request->mailbox);
        if (r < 0)
                return r;
        r = store_leave_all_groups(store, account);
        if (r < 0)
                return r;
        r = reserve_name(store, request->name);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &s, "DELETE FROM account WHERE number = :account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":account", account);
        return statement_run(s);
}

static int forget_name(Store *store, const char *name)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM reserved_name WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        return statement_run(s);
}

/* 1: yes; 0: there is no such name. */
static int find_name(Store *store, const char *name, int64_t *since_ms_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT since_ms FROM reserved_name WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        r = statement_step(s);
        if (r <= 0)
                return r;
        r = statement_column_int64(s, "since_ms", since_ms_out);
        return r < 0 ? r : 1;
}

int store_name_is_reserved(Store *store, const char *name)
{
        int64_t since_ms = 0;
        int r;

        r = find_name(store, name, &since_ms);
        if (r <= 0)
                return r;
        if ((uint64_t)since_ms + store->limits.reserved_ms > store->now_ms)
                return 1;
        return forget_name(store, name);
}

int store_tell_deleted(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        if (!store->limits.deleted)
                return 0;
        r = statement_prepare(store->database, &s, "SELECT name FROM reserved_name");
        if (r < 0)
                return r;
        while ((r = statement_step(s)) > 0) {
                const char *name = NULL;

                statement_column_text(s, "name", &name);
                if (!name || strlen(name) > WIRE_USER_NAME_MAX)
                        return -EBADMSG;
                store->limits.deleted(store->limits.deleted_owner, name);
        }
        return r;
}

int store_free_names(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM reserved_name WHERE since_ms <= :until");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":until", (int64_t)store->now_ms - (int64_t)store->limits.reserved_ms);
        return statement_run(s);
}
