/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

static int copy_blob(Statement *s, const char *column, void *out, size_t size)
{
        const uint8_t *data = NULL;
        size_t found = 0;
        int r;

        r = statement_column_blob(s, column, &data, &found);
        if (r < 0)
                return r;
        if (found != size)
                return -EBADMSG;
        memcpy(out, data, size);
        return 0;
}

/* No device has more than WIRE_ONE_TIME_PREKEYS_MAX, so this is a short walk. */
static int count_prekeys(Database *database, uint64_t mailbox, uint32_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(database, &s,
                              "SELECT count(*) AS count FROM one_time_prekey WHERE mailbox = :mailbox");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
        r = statement_step(s);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "count", &count);
        *out = (uint32_t)count;
        return r;
}

int store_find_account(Store *store, StoreFindAccount *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t passes = 0, memory = 0, device_id = 0, mailbox = 0;
        const char *auth_hash = NULL;
        int r;

        r = statement_prepare(
                        store->reading, &s,
                        "SELECT salt, passes, memory_kib, auth_hash, device_id, mailbox, auth_public_key "
                        "FROM account JOIN device ON device.account = account.number "
                        "WHERE name = :name ORDER BY device_id DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", request->name);
        r = statement_step(s);
        if (r < 0)
                return r;
        if (r == 0)
                return STORE_UNKNOWN_ACCOUNT;
        statement_column_int64(s, "passes", &passes);
        statement_column_int64(s, "memory_kib", &memory);
        statement_column_int64(s, "device_id", &device_id);
        statement_column_int64(s, "mailbox", &mailbox);
        statement_column_text(s, "auth_hash", &auth_hash);
        if (!auth_hash || strlen(auth_hash) >= sizeof(request->auth_hash))
                return -EBADMSG;
        memcpy(request->auth_hash, auth_hash, strlen(auth_hash) + 1);
        r = copy_blob(s, "salt", request->password.salt, sizeof(request->password.salt));
        if (r < 0)
                return r;
        r = copy_blob(s, "auth_public_key", request->auth_public_key, sizeof(request->auth_public_key));
        if (r < 0)
                return r;
        request->password.passes = (uint32_t)passes;
        request->password.memory_kib = (uint32_t)memory;
        request->device_id = (uint32_t)device_id;
        request->mailbox = (uint64_t)mailbox;
        if (!request->count_prekeys)
                return 0;
        return count_prekeys(store->reading, request->mailbox, &request->one_time_prekeys_left);
}

static int put_prekeys(Store *store, uint64_t mailbox, Wire__OneTimePrekey *const *keys, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                _cleanup_(statement_releasep) Statement *s = NULL;
                int r;

                r = statement_prepare(store->database, &s,
                                      "INSERT OR REPLACE INTO one_time_prekey (mailbox, id, key) "
                                      "VALUES (:mailbox, :id, :key)");
                if (r < 0)
                        return r;
                statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
                statement_bind_int64(s, ":id", keys[i]->id);
                statement_bind_blob(s, ":key", keys[i]->key.data, keys[i]->key.len);
                r = statement_run(s);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int put_device(Store *store, int64_t account, uint32_t device_id, const Wire__DeviceKeys *keys,
                      uint64_t *mailbox_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "INSERT INTO device (account, device_id, auth_public_key, identity, signed_prekey, "
                        "last_resort_prekey, created_ms) VALUES (:account, :device_id, :auth_public_key, "
                        ":identity, :signed_prekey, :last_resort_prekey, :created_ms)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":account", account);
        statement_bind_int64(s, ":device_id", device_id);
        statement_bind_blob(s, ":auth_public_key", keys->auth_public_key.data, keys->auth_public_key.len);
        statement_bind_blob(s, ":identity", keys->identity.data, keys->identity.len);
        statement_bind_blob(s, ":signed_prekey", keys->signed_prekey.data, keys->signed_prekey.len);
        statement_bind_blob(s, ":last_resort_prekey", keys->last_resort_prekey.data,
                            keys->last_resort_prekey.len);
        statement_bind_int64(s, ":created_ms", (int64_t)store->now_ms);
        r = statement_run(s);
        if (r < 0)
                return r;
        *mailbox_out = (uint64_t)database_last_insert_id(store->database);
        return put_prekeys(store, *mailbox_out, keys->one_time_prekeys, keys->n_one_time_prekeys);
}

static int has_row(Statement *s)
{
        int r = statement_step(s);

        statement_reset(s);
        return r;
}

static int name_is_taken(Store *store, const char *name)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT number FROM account WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        return has_row(s);
}

static int invitation_is_used(Store *store, const StoreSetDevice *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT hash FROM used_invitation WHERE hash = :hash");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":hash", request->invitation_hash, sizeof(request->invitation_hash));
        return has_row(s);
}

static int use_invitation(Store *store, const StoreSetDevice *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO used_invitation (hash) VALUES (:hash)");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":hash", request->invitation_hash, sizeof(request->invitation_hash));
        return statement_run(s);
}

static int put_account(Store *store, const StoreSetDevice *request, int64_t *account_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(
                        store->database, &s,
                        "INSERT INTO account (name, salt, passes, memory_kib, auth_hash, last_device_id, "
                        "created_ms) VALUES (:name, :salt, :passes, :memory_kib, :auth_hash, 1, "
                        ":created_ms)");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", request->name);
        statement_bind_blob(s, ":salt", request->password.salt, sizeof(request->password.salt));
        statement_bind_int64(s, ":passes", request->password.passes);
        statement_bind_int64(s, ":memory_kib", request->password.memory_kib);
        statement_bind_text(s, ":auth_hash", request->auth_hash);
        statement_bind_int64(s, ":created_ms", (int64_t)store->now_ms);
        r = statement_run(s);
        if (r < 0)
                return r;
        *account_out = database_last_insert_id(store->database);
        return 0;
}

/* Conditions come before the first write: a refused request leaves nothing behind in the batch's
 * transaction. */
int store_register(Store *store, StoreSetDevice *request)
{
        int64_t account = 0;
        int r;

        r = name_is_taken(store, request->name);
        if (r != 0)
                return r < 0 ? r : STORE_NAME_TAKEN;
        r = store_name_is_reserved(store, request->name);
        if (r != 0)
                return r < 0 ? r : STORE_NAME_TAKEN;
        if (request->has_invitation) {
                r = invitation_is_used(store, request);
                if (r != 0)
                        return r < 0 ? r : STORE_INVITATION_USED;
        }
        r = put_account(store, request, &account);
        if (r < 0)
                return r;
        if (request->has_invitation) {
                r = use_invitation(store, request);
                if (r < 0)
                        return r;
        }
        request->device_id = 1;
        request->replaced_mailbox = 0;
        return put_device(store, account, request->device_id, request->device, &request->mailbox);
}

int store_remove_mailbox(Store *store, uint64_t mailbox)
{
        _cleanup_(statement_releasep) Statement *device = NULL;
        Mailbox *loaded = loaded_by_number(store, mailbox);
        uint64_t deleted;
        int r;

        if (loaded) {
                r = store_flush_acks(store);
                if (r < 0)
                        return r;
                loaded_drop(store, loaded);
        }
        r = envelopes_delete(store, position_of(mailbox, 0), position_of(mailbox + 1, 0) - 1, UINT64_MAX, &deleted);
        if (r < 0)
                return r;
        r = tally_deleted(store, mailbox, deleted);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &device, "DELETE FROM device WHERE mailbox = :mailbox");
        if (r < 0)
                return r;
        statement_bind_int64(device, ":mailbox", (int64_t)mailbox);
        return statement_run(device);
}

static int next_device_id(Store *store, int64_t account, int64_t device_id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE account SET last_device_id = :device_id WHERE number = :account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":device_id", device_id);
        statement_bind_int64(s, ":account", account);
        return statement_run(s);
}

static int find_device(Store *store, const char *name, int64_t *account, int64_t *last_device_id,
                       int64_t *mailbox)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, last_device_id, mailbox FROM account "
                              "JOIN device ON device.account = account.number WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        r = statement_step(s);
        if (r < 0)
                return r;
        if (r == 0)
                return STORE_UNKNOWN_ACCOUNT;
        statement_column_int64(s, "number", account);
        statement_column_int64(s, "last_device_id", last_device_id);
        return statement_column_int64(s, "mailbox", mailbox);
}

int store_login(Store *store, StoreSetDevice *request)
{
        int64_t account = 0, last_device_id = 0, mailbox = 0;
        int r;

        r = find_device(store, request->name, &account, &last_device_id, &mailbox);
        if (r != 0)
                return r;
        if (*request->verified_hash) {
                r = store_has_hash(store, request->name, request->verified_hash);
                if (r <= 0)
                        return r < 0 ? r : STORE_UNKNOWN_ACCOUNT;
        }
        r = store_remove_mailbox(store, (uint64_t)mailbox);
        if (r < 0)
                return r;
        r = next_device_id(store, account, last_device_id + 1);
        if (r < 0)
                return r;
        if (*request->auth_hash) {
                r = store_set_hash(store, account, request->auth_hash);
                if (r < 0)
                        return r;
        }
        request->device_id = (uint32_t)(last_device_id + 1);
        request->replaced_mailbox = (uint64_t)mailbox;
        return put_device(store, account, request->device_id, request->device, &request->mailbox);
}

static int set_prekeys(Store *store, const StoreAddPrekeys *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const Wire__UploadPrekeys *keys = request->prekeys;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE device SET signed_prekey = coalesce(:signed_prekey, signed_prekey), "
                              "last_resort_prekey = coalesce(:last_resort_prekey, last_resort_prekey) "
                              "WHERE mailbox = :mailbox");
        if (r < 0)
                return r;
        if (keys->signed_prekey.len > 0)
                statement_bind_blob(s, ":signed_prekey", keys->signed_prekey.data, keys->signed_prekey.len);
        if (keys->last_resort_prekey.len > 0)
                statement_bind_blob(s, ":last_resort_prekey", keys->last_resort_prekey.data,
                                    keys->last_resort_prekey.len);
        statement_bind_int64(s, ":mailbox", (int64_t)request->mailbox);
        return statement_run(s);
}

int store_has_device(Store *store, uint64_t mailbox)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "SELECT device_id FROM device WHERE mailbox = :mailbox");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":mailbox", (int64_t)mailbox);
        return has_row(s);
}

int store_add_prekeys(Store *store, StoreAddPrekeys *request)
{
        int r;

        r = store_has_device(store, request->mailbox);
        if (r <= 0)
                return r < 0 ? r : STORE_STALE_DEVICE;
        r = count_prekeys(store->database, request->mailbox, &request->left);
        if (r < 0)
                return r;
        if (request->left + request->prekeys->n_one_time_prekeys > WIRE_ONE_TIME_PREKEYS_MAX)
                return STORE_TOO_MANY_PREKEYS;
        r = set_prekeys(store, request);
        if (r < 0)
                return r;
        r = put_prekeys(store, request->mailbox, request->prekeys->one_time_prekeys,
                        request->prekeys->n_one_time_prekeys);
        if (r < 0)
                return r;
        return count_prekeys(store->database, request->mailbox, &request->left);
}
