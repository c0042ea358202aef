/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stores that libsignal-protocol-c asks its user for. It has one way to keep a session: its serialized
 * record, which it loads and stores with each message; here that is a buffer in memory.
 */
#include "bench/ratchet-signal.h"

static int load(signal_buffer *stored, signal_buffer **out)
{
        if (!stored)
                return SG_ERR_INVALID_KEY_ID;
        *out = signal_buffer_copy(stored);
        return *out ? SG_SUCCESS : SG_ERR_NOMEM;
}

static int load_session(signal_buffer **record, signal_buffer **user_record,
                        const signal_protocol_address *address, void *userdata)
{
        const SignalStore *store = userdata;

        if (!store->session)
                return 0;
        *record = signal_buffer_copy(store->session);
        return *record ? 1 : SG_ERR_NOMEM;
}

static int store_session(const signal_protocol_address *address, uint8_t *record, size_t size,
                         uint8_t *user_record, size_t user_size, void *userdata)
{
        SignalStore *store = userdata;

        signal_buffer_free(store->session);
        store->session = signal_buffer_create(record, size);
        return store->session ? 0 : SG_ERR_NOMEM;
}

static int contains_session(const signal_protocol_address *address, void *userdata)
{
        const SignalStore *store = userdata;

        return store->session != NULL;
}

static int load_prekey(signal_buffer **record, uint32_t id, void *userdata)
{
        const SignalStore *store = userdata;

        return load(store->prekey, record);
}

static int contains_prekey(uint32_t id, void *userdata)
{
        return 1;
}

static int remove_prekey(uint32_t id, void *userdata)
{
        return 0;
}

static int load_signed_prekey(signal_buffer **record, uint32_t id, void *userdata)
{
        const SignalStore *store = userdata;

        return load(store->signed_prekey, record);
}

static int get_identity(signal_buffer **public_data, signal_buffer **private_data, void *userdata)
{
        const SignalStore *store = userdata;

        *public_data = signal_buffer_copy(store->identity_public);
        *private_data = signal_buffer_copy(store->identity_secret);
        return *public_data && *private_data ? 0 : SG_ERR_NOMEM;
}

static int get_registration_id(void *userdata, uint32_t *id)
{
        *id = 1;
        return 0;
}

static int save_identity(const signal_protocol_address *address, uint8_t *data, size_t size, void *userdata)
{
        return 0;
}

static int is_trusted(const signal_protocol_address *address, uint8_t *data, size_t size, void *userdata)
{
        return 1;
}

int signal_store_init(SignalStore *store, signal_context *global)
{
        const signal_protocol_session_store sessions = {
                .load_session_func = load_session,
                .store_session_func = store_session,
                .contains_session_func = contains_session,
                .user_data = store,
        };
        const signal_protocol_pre_key_store prekeys = {
                .load_pre_key = load_prekey,
                .contains_pre_key = contains_prekey,
                .remove_pre_key = remove_prekey,
                .user_data = store,
        };
        const signal_protocol_signed_pre_key_store signed_prekeys = {
                .load_signed_pre_key = load_signed_prekey,
                .contains_signed_pre_key = contains_prekey,
                .remove_signed_pre_key = remove_prekey,
                .user_data = store,
        };
        const signal_protocol_identity_key_store identities = {
                .get_identity_key_pair = get_identity,
                .get_local_registration_id = get_registration_id,
                .save_identity = save_identity,
                .is_trusted_identity = is_trusted,
                .user_data = store,
        };
        int r = signal_protocol_store_context_create(&store->context, global);

        if (r < 0)
                return r;
        signal_protocol_store_context_set_session_store(store->context, &sessions);
        signal_protocol_store_context_set_pre_key_store(store->context, &prekeys);
        signal_protocol_store_context_set_signed_pre_key_store(store->context, &signed_prekeys);
        signal_protocol_store_context_set_identity_key_store(store->context, &identities);
        return 0;
}

void signal_store_deinit(SignalStore *store)
{
        signal_protocol_store_context_destroy(store->context);
        signal_buffer_free(store->identity_public);
        signal_buffer_free(store->identity_secret);
        signal_buffer_free(store->session);
        signal_buffer_free(store->prekey);
        signal_buffer_free(store->signed_prekey);
}
