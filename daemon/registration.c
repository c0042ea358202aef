/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/registration.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/prekey-batch.h"
#include "daemon/store-account.h"
#include "daemon/vault.h"
#include "wire/error.h"
#include "wire/username.h"

struct Registration {
        StateFolder *folder;
        PasswordWorker *worker;
        RegistrationDone done;
        void *userdata;
        bool login, finished;
        bool ready; /* keys are derived, files are made: only the server has to say yes */
        AccountRecord record;
        char *invitation;
        Password *password;
        PasswordParameters parameters;
        AuthKey *auth_key; /* guarded */
        PasswordJob *job;
        Connection *connection;
        Store *store;
        AccountKeys *keys;
        PrekeyBatch *prekeys;
};

Registration *registration_free(Registration *registration)
{
        bool unfinished;

        if (!registration)
                return NULL;
        unfinished = registration->store != NULL;
        password_job_cancel(registration->job);
        connection_free(registration->connection);
        store_free(registration->store);
        if (unfinished)
                state_folder_remove_store(registration->folder);
        account_keys_free(registration->keys);
        free(registration->prekeys);
        password_free(registration->password);
        sodium_free(registration->auth_key);
        if (registration->invitation)
                sodium_memzero(registration->invitation, strlen(registration->invitation));
        g_free(registration->invitation);
        account_record_deinit(&registration->record);
        free(registration);
        return NULL;
}

void registration_freep(Registration **registration)
{
        *registration = registration_free(*registration);
}

static void finish_later(Registration *registration, int result, uint32_t retry_ms)
{
        RegistrationResult r = {.result = result};

        if (registration->finished)
                return;
        registration->finished = true;
        if (result < 0)
                log_error("account", result, "cannot make the account");
        if (retry_ms > 0)
                r.retry_at_ms = clock_now_ms() + retry_ms;
        if (result == 0) {
                r.store = g_steal_pointer(&registration->store);
                r.connection = g_steal_pointer(&registration->connection);
        }
        registration->done(registration->userdata, &r);
}

static void finish(Registration *registration, int result)
{
        finish_later(registration, result, 0);
}

static void finish_refused(Registration *registration, const Wire__Error *error)
{
        log_info("account", "the server refuses: %s", wire_error_name(error->code));
        finish_later(registration, (int)problem_from_wire(error->code), error->retry_after_ms);
}

/* ---- The files ---- */

static int fill_store(Registration *registration)
{
        static const PrekeyNeed need = {
                        .signed_prekey = true, .last_resort = true, .one_time = ONE_TIME_PREKEYS_FULL};
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        const E2eeContext context = clock_e2ee_context();
        int r;

        registration->keys = account_keys_new();
        registration->prekeys = calloc(1, sizeof(*registration->prekeys));
        if (!registration->keys || !registration->prekeys)
                return -ENOMEM;
        identity_generate(&registration->keys->identity, &context);
        device_auth_generate(&registration->keys->auth_public_key, &registration->keys->auth_secret_key);

        r = store_begin(registration->store, &transaction);
        if (r < 0)
                return r;
        r = store_account_insert(registration->store, &registration->record, registration->keys);
        if (r < 0)
                return r;
        r = prekey_batch_make(registration->store, &registration->keys->identity, &need,
                              registration->prekeys);
        if (r < 0)
                return r;
        return store_commit(&transaction);
}

static int make_files(Registration *registration, const StoreKey *store_key)
{
        DatabaseKey master;
        Vault vault;
        int r;

        r = state_folder_remove_store(registration->folder);
        if (r < 0)
                return r;
        randombytes_buf(master.bytes, sizeof(master.bytes));
        vault_wrap(&vault, &registration->parameters, store_key, &master);
        r = store_create(registration->folder->store_path, &master, &registration->store);
        sodium_memzero(&master, sizeof(master));
        if (r < 0)
                return r;
        r = fill_store(registration);
        if (r < 0)
                return r;
        return vault_write_name(registration->folder->fd, VAULT_NEW_NAME, &vault);
}

static int commit(Registration *registration, uint32_t device_id)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(registration->store, &transaction);
        if (r < 0)
                return r;
        r = store_account_set_device(registration->store, device_id);
        if (r < 0)
                return r;
        r = prekey_batch_confirm(registration->store, registration->prekeys);
        if (r < 0)
                return r;
        r = store_commit(&transaction);
        if (r < 0)
                return r;
        r = vault_commit_name(registration->folder->fd, VAULT_NEW_NAME);
        if (r < 0)
                vault_remove_name(registration->folder->fd, VAULT_NAME);
        return r;
}

/* ---- The conversation ---- */

static bool on_registered(void *userdata, const Wire__ServerFrame *frame)
{
        Registration *registration = userdata;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_REGISTERED)
                finish(registration, commit(registration, frame->registered->device_id));
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                finish_refused(registration, frame->error);
        else
                finish(registration, PROBLEM_FAILED);
        return true;
}

static void fill_device(Registration *registration, uint8_t identity[static PUBLIC_IDENTITY_SIZE],
                        Wire__DeviceKeys *out)
{
        out->auth_public_key.data = registration->keys->auth_public_key.bytes;
        out->auth_public_key.len = sizeof(registration->keys->auth_public_key.bytes);
        out->identity.data = identity;
        out->identity.len = public_identity_encode(&registration->keys->identity.public_identity, identity);
        prekey_batch_fill_device(registration->prekeys, out);
}

static int send_login(Registration *registration, Wire__DeviceKeys *device)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Login login = WIRE__LOGIN__INIT;

        login.user_name = registration->record.user_name;
        login.auth_key.data = registration->auth_key->bytes;
        login.auth_key.len = sizeof(registration->auth_key->bytes);
        login.device = device;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_LOGIN;
        frame.login = &login;
        return connection_send(registration->connection, &frame, on_registered, registration);
}

static int send_register(Registration *registration, Wire__DeviceKeys *device)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__RegisterAccount body = WIRE__REGISTER_ACCOUNT__INIT;
        Wire__PasswordParameters parameters = WIRE__PASSWORD_PARAMETERS__INIT;

        parameters.salt.data = registration->parameters.salt;
        parameters.salt.len = sizeof(registration->parameters.salt);
        parameters.passes = registration->parameters.passes;
        parameters.memory_kib = registration->parameters.memory_kib;
        body.user_name = registration->record.user_name;
        body.password = &parameters;
        body.auth_key.data = registration->auth_key->bytes;
        body.auth_key.len = sizeof(registration->auth_key->bytes);
        if (registration->invitation)
                body.invitation_token = registration->invitation;
        body.device = device;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_REGISTER_ACCOUNT;
        frame.register_account = &body;
        return connection_send(registration->connection, &frame, on_registered, registration);
}

static void sign_up(Registration *registration)
{
        Wire__DeviceKeys device = WIRE__DEVICE_KEYS__INIT;
        uint8_t identity[PUBLIC_IDENTITY_SIZE];
        int r;

        fill_device(registration, identity, &device);
        r = registration->login ? send_login(registration, &device) : send_register(registration, &device);
        if (r < 0)
                finish(registration, r == -ENOTCONN ? PROBLEM_SERVER_UNREACHABLE : r);
}

static void connect_to_server(Registration *registration);

static void on_derived(void *userdata, int result, const PasswordKeys *keys)
{
        Registration *registration = userdata;
        int r;

        registration->job = NULL;
        r = result;
        if (r == 0)
                r = make_files(registration, &keys->store);
        if (r == 0) {
                registration->auth_key = sodium_malloc(sizeof(*registration->auth_key));
                r = registration->auth_key ? 0 : -ENOMEM;
        }
        if (r != 0) {
                finish(registration, r);
                return;
        }
        *registration->auth_key = keys->auth;
        registration->ready = true;
        /* The server does not wait for long, and hashing can take long on a busy machine. */
        if (registration->connection)
                sign_up(registration);
        else
                connect_to_server(registration);
}

static void derive(Registration *registration)
{
        int r;

        r = password_worker_start(registration->worker, g_steal_pointer(&registration->password),
                                  &registration->parameters, on_derived, registration, &registration->job);
        if (r != 0)
                finish(registration, r);
}

static bool on_salt(void *userdata, const Wire__ServerFrame *frame)
{
        Registration *registration = userdata;
        const Wire__PasswordParameters *wire;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR) {
                finish_refused(registration, frame->error);
                return true;
        }
        if (frame->body_case != WIRE__SERVER_FRAME__BODY_SALT) {
                finish(registration, PROBLEM_FAILED);
                return true;
        }
        wire = frame->salt->password;
        registration->parameters.passes = wire->passes;
        registration->parameters.memory_kib = wire->memory_kib;
        memcpy(registration->parameters.salt, wire->salt.data, sizeof(registration->parameters.salt));
        if (password_parameters_are_fair(&registration->parameters))
                derive(registration);
        else
                finish(registration, PROBLEM_FAILED);
        return true;
}

static void ask_for_salt(Registration *registration)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__SaltQuery query = WIRE__SALT_QUERY__INIT;
        int r;

        query.user_name = registration->record.user_name;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SALT_QUERY;
        frame.salt_query = &query;
        r = connection_send(registration->connection, &frame, on_salt, registration);
        if (r < 0)
                finish(registration, r == -ENOTCONN ? PROBLEM_SERVER_UNREACHABLE : r);
}

static void on_welcomed(void *userdata)
{
        Registration *registration = userdata;
        Wire__RegistrationPolicy policy = connection_welcome(registration->connection)->registration;

        if (registration->ready) {
                sign_up(registration);
        } else if (registration->login) {
                ask_for_salt(registration);
        } else if (policy == WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_CLOSED) {
                finish(registration, PROBLEM_REGISTRATION_CLOSED);
        } else if (policy == WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_INVITATION &&
                   !registration->invitation) {
                finish(registration, PROBLEM_BAD_INVITATION);
        } else {
                password_parameters_new(&registration->parameters);
                derive(registration);
        }
}

static void on_frame(void *userdata, Wire__ServerFrame **frame)
{
}

static void on_ended(void *userdata, const ConnectionEnd *end)
{
        Registration *registration = userdata;

        registration->connection = connection_free(registration->connection);
        if (!registration->job)
                finish_later(registration, (int)end->problem, end->retry_ms);
}

static const ConnectionHandler connection_handler = {
                .welcomed = on_welcomed,
                .frame = on_frame,
                .ended = on_ended,
};

static void connect_to_server(Registration *registration)
{
        registration->connection =
                        connection_new(&registration->record.server, &connection_handler, registration);
        if (!registration->connection)
                finish(registration, -ENOMEM);
}

int registration_new(StateFolder *folder, PasswordWorker *worker, const RegistrationRequest *request,
                     Password *password, RegistrationDone done, void *userdata, Registration **out)
{
        _cleanup_(registration_freep) Registration *registration = NULL;
        int r;

        if (!user_name_is_valid(request->user_name))
                return PROBLEM_BAD_NAME;
        if (!request->login && password->size < PASSWORD_MIN)
                return PROBLEM_BAD_PASSWORD;
        if (request->invitation && strlen(request->invitation) > WIRE_INVITATION_TOKEN_MAX)
                return PROBLEM_BAD_INVITATION;

        registration = calloc(1, sizeof(*registration));
        if (!registration)
                return -ENOMEM;
        registration->folder = folder;
        registration->worker = worker;
        registration->done = done;
        registration->userdata = userdata;
        registration->login = request->login;
        registration->invitation = g_strdup(request->invitation);
        g_strlcpy(registration->record.user_name, request->user_name,
                  sizeof(registration->record.user_name));
        r = server_address_init(&registration->record.server, request->server, request->pin,
                                request->insecure_loopback);
        if (r != 0)
                return r;
        registration->connection =
                        connection_new(&registration->record.server, &connection_handler, registration);
        if (!registration->connection)
                return -ENOMEM;
        registration->password = password;
        *out = g_steal_pointer(&registration);
        return 0;
}
