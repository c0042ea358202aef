/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-account.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "wire/username.h"

AccountKeys *account_keys_new(void)
{
        AccountKeys *keys = sodium_malloc(sizeof(*keys));

        if (keys)
                sodium_memzero(keys, sizeof(*keys));
        return keys;
}

AccountKeys *account_keys_free(AccountKeys *keys)
{
        sodium_free(keys); /* wipes */
        return NULL;
}

void account_record_deinit(AccountRecord *record)
{
        server_address_deinit(&record->server);
}

int store_account_insert(Store *store, const AccountRecord *record, const AccountKeys *keys)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint8_t identity[IDENTITY_ENCODED_SIZE];
        char pin[CERTIFICATE_PIN_TEXT_SIZE];
        size_t identity_size;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO account (id, user_name, server, server_pin, insecure_loopback, "
                              "device_id,"
                              "                     identity, auth_public_key, auth_secret_key)"
                              " VALUES (1, :user_name, :server, :server_pin, :insecure_loopback, :device_id,"
                              "         :identity, :auth_public_key, :auth_secret_key)");
        if (r < 0)
                return r;
        identity_size = identity_encode(&keys->identity, identity);
        certificate_pin_format(&record->server.pin, pin);

        statement_bind_text(s, ":user_name", record->user_name);
        statement_bind_text(s, ":server", record->server.url);
        statement_bind_text(s, ":server_pin", record->server.has_pin ? pin : NULL);
        statement_bind_int64(s, ":insecure_loopback", record->server.insecure_loopback);
        statement_bind_int64(s, ":device_id", record->device_id);
        statement_bind_blob(s, ":identity", identity, identity_size);
        statement_bind_blob(s, ":auth_public_key", keys->auth_public_key.bytes,
                            sizeof(keys->auth_public_key.bytes));
        statement_bind_blob(s, ":auth_secret_key", keys->auth_secret_key.bytes,
                            sizeof(keys->auth_secret_key.bytes));
        sodium_memzero(identity, sizeof(identity));
        return statement_run(s);
}

static int copy_key(Statement *s, const char *column, uint8_t *out, size_t expected)
{
        const uint8_t *data = NULL;
        size_t size = 0;
        int r;

        r = statement_column_blob(s, column, &data, &size);
        if (r < 0)
                return r;
        if (size != expected)
                return -EBADMSG;
        memcpy(out, data, size);
        return 0;
}

int store_account_load(Store *store, AccountRecord *record, AccountKeys *keys)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *user_name = NULL, *url = NULL, *pin = NULL;
        int64_t insecure_loopback = 0, device_id = 0;
        const uint8_t *identity = NULL;
        size_t identity_size = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT user_name, server, server_pin, insecure_loopback, device_id, identity,"
                              "       auth_public_key, auth_secret_key FROM account");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;

        statement_column_text(s, "user_name", &user_name);
        statement_column_text(s, "server", &url);
        statement_column_text(s, "server_pin", &pin);
        statement_column_int64(s, "insecure_loopback", &insecure_loopback);
        statement_column_int64(s, "device_id", &device_id);
        statement_column_blob(s, "identity", &identity, &identity_size);
        if (!user_name || !user_name_is_valid(user_name) || !url || device_id < 0 || device_id > UINT32_MAX)
                return -EBADMSG;

        g_strlcpy(record->user_name, user_name, sizeof(record->user_name));
        record->device_id = (uint32_t)device_id;
        if (identity_decode(identity, identity_size, &keys->identity) != 0)
                return -EBADMSG;
        r = copy_key(s, "auth_public_key", keys->auth_public_key.bytes, sizeof(keys->auth_public_key.bytes));
        if (r < 0)
                return r;
        r = copy_key(s, "auth_secret_key", keys->auth_secret_key.bytes, sizeof(keys->auth_secret_key.bytes));
        if (r < 0)
                return r;
        r = server_address_init(&record->server, url, pin, insecure_loopback != 0);
        return r > 0 ? -EBADMSG : r;
}

int store_account_set_server(Store *store, const ServerAddress *server)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        char pin[CERTIFICATE_PIN_TEXT_SIZE];
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE account SET server = :server, server_pin = :server_pin, "
                              "insecure_loopback = :insecure_loopback");
        if (r < 0)
                return r;
        certificate_pin_format(&server->pin, pin);
        statement_bind_text(s, ":server", server->url);
        statement_bind_text(s, ":server_pin", server->has_pin ? pin : NULL);
        statement_bind_int64(s, ":insecure_loopback", server->insecure_loopback);
        return statement_run(s);
}

int store_account_set_device(Store *store, uint32_t device_id)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE account SET device_id = :device_id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":device_id", device_id);
        return statement_run(s);
}

int store_account_sequence(Store *store, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT sequence FROM account");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "sequence", &value);
        *out = (uint64_t)value;
        return r;
}

int store_account_set_sequence(Store *store, uint64_t sequence)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE account SET sequence = :sequence");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":sequence", (int64_t)sequence);
        return statement_run(s);
}

int store_account_rejected(Store *store, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t value = 0;
        int r;

        r = statement_prepare(store->database, &s, "SELECT rejected FROM account");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "rejected", &value);
        *out = (uint64_t)value;
        return r;
}

int store_account_add_rejected(Store *store, uint64_t more)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "UPDATE account SET rejected = rejected + :more");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":more", (int64_t)more);
        return statement_run(s);
}

int store_account_take_prekey_ids(Store *store, uint32_t count, uint32_t *first_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t next = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE account SET next_prekey = next_prekey + :count"
                              " RETURNING next_prekey - :count AS first");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":count", count);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        r = statement_column_int64(s, "first", &next);
        if (r < 0)
                return r;
        if (next <= 0 || next > UINT32_MAX - (int64_t)count)
                return -EOVERFLOW;
        *first_out = (uint32_t)next;
        r = statement_step(s);
        return r > 0 ? -ENOTRECOVERABLE : r;
}
