/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/auth.h"
#include "wire/username.h"

/* What a client takes by default: an invented answer does not stand out. */
enum { INVENTED_PASSES = 3, INVENTED_MEMORY_KIB = 256 * 1024 };

typedef struct FindJob {
        StoreFindAccount find;
        Session *session;
        uint64_t request;
        uint32_t device_id;
        uint8_t signature[WIRE_SIGNATURE_SIZE];
} FindJob;

static int new_find(Session *session, uint64_t request, const char *name, void (*done)(StoreRequest *),
                    FindJob **out)
{
        FindJob *job = calloc(1, sizeof(FindJob));

        if (!job)
                return -ENOMEM;
        job->session = session_ref(session);
        job->request = request;
        job->find.base = (StoreRequest){
                        .operation = STORE_FIND_ACCOUNT, .inbox = session->host->inbox, .done = done};
        memcpy(job->find.name, name, strlen(name) + 1);
        *out = job;
        return 0;
}

static void find_free(FindJob *job)
{
        session_unref(job->session);
        sodium_memzero(job->find.auth_hash, sizeof(job->find.auth_hash));
        free(job);
}

static int start_find(FindJob *job)
{
        SessionHost *host = job->session->host;
        int r;

        r = store_submit(host->server->store, &job->find.base);
        if (r < 0)
                find_free(job);
        else
                metrics_add(host->metrics, METRIC_STORE_SUBMITTED, 1);
        return r;
}

static void invent_password(const Server *server, const char *name, StoredPassword *out)
{
        crypto_generichash(out->salt, sizeof(out->salt), (const uint8_t *)name, strlen(name),
                           server->salt_key, sizeof(server->salt_key));
        out->passes = INVENTED_PASSES;
        out->memory_kib = INVENTED_MEMORY_KIB;
}

static void salt_done(StoreRequest *request)
{
        FindJob *job = (FindJob *)request;
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Salt salt = WIRE__SALT__INIT;
        Wire__PasswordParameters password = WIRE__PASSWORD_PARAMETERS__INIT;
        StoredPassword *stored = &job->find.password, invented;

        if (!session_is_open(job->session)) {
                find_free(job);
                return;
        }
        if (request->result < 0) {
                session_reply_failure(job->session, job->request, request->result);
                find_free(job);
                return;
        }
        /* Computed in both cases, so that both take as long. */
        invent_password(job->session->host->server, job->find.name, &invented);
        if (request->result == STORE_UNKNOWN_ACCOUNT)
                stored = &invented;
        password.salt = (ProtobufCBinaryData){sizeof(stored->salt), stored->salt};
        password.passes = stored->passes;
        password.memory_kib = stored->memory_kib;
        salt.password = &password;
        frame.request = job->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_SALT;
        frame.salt = &salt;
        session_reply(job->session, &frame);
        find_free(job);
}

void session_salt_query(Session *session, uint64_t request, const Wire__SaltQuery *query)
{
        FindJob *job;
        int r;

        if (!user_name_is_valid(query->user_name)) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME, 0, "");
                return;
        }
        if (session_is_limited(session, &session->host->server->limiters.salt_queries, session->address,
                               request))
                return;
        r = new_find(session, request, query->user_name, salt_done, &job);
        if (r == 0)
                r = start_find(job);
        if (r < 0)
                session_reply_failure(session, request, r);
}

int session_attach(Session *session, const char *name, uint32_t device_id, uint64_t mailbox)
{
        SessionHost *host = session->host;
        Session *older = map_find_pointer(host->by_mailbox, mailbox);
        int r;

        if (older) /* on another thread, the router tells it */
                session_end(older, WIRE__GOODBYE_REASON__GOODBYE_REASON_REPLACED, 0);
        r = map_put_pointer(host->by_mailbox, mailbox, session);
        if (r < 0)
                return r;
        r = router_attach(host->server->router, mailbox, session->ticket,
                          &(RouterDevice){.user_name = name, .device_id = device_id}, host->endpoint);
        if (r < 0) {
                map_remove(host->by_mailbox, mailbox);
                return r;
        }
        memcpy(session->name, name, strlen(name) + 1);
        session->name_key = server_name_key(host->server, name);
        session->device_id = device_id;
        session->mailbox = mailbox;
        session_is_familiar_here(session);
        metrics_add(host->metrics, METRIC_AUTHENTICATED_OPENED, 1);
        session_set_state(session, SESSION_AUTHENTICATED);
        return 0;
}

/* An unknown name and another device's ID are verified too, against a key that nothing fits. */
static bool signature_fits(const FindJob *job, int result)
{
        const Session *session = job->session;
        DeviceAuthPublicKey key = {.bytes = {9}};
        DeviceAuthSignature signature;
        DeviceAuthInput input = {
                        .server_name = session->server_name,
                        .user_name = job->find.name,
                        .device_id = job->device_id,
                        .challenge = session->challenge,
        };
        bool known = result == 0 && job->find.device_id == job->device_id;

        memcpy(signature.bytes, job->signature, sizeof(signature.bytes));
        if (known)
                memcpy(key.bytes, job->find.auth_public_key, sizeof(key.bytes));
        return device_auth_verify(&key, &input, &signature) == 0 && known;
}

static void authenticate_done(StoreRequest *request)
{
        FindJob *job = (FindJob *)request;
        Session *session = job->session;
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__Authenticated authenticated = WIRE__AUTHENTICATED__INIT;
        int r = request->result;

        if (session->state != SESSION_IDENTIFYING) {
                find_free(job);
                return;
        }
        if (r >= 0 && !signature_fits(job, r)) {
                session_set_state(session, SESSION_GREETED);
                session_reply_error(session, job->request, WIRE__ERROR_CODE__ERROR_CODE_WRONG_KEY, 0, "");
                find_free(job);
                return;
        }
        if (r == 0)
                r = session_attach(session, job->find.name, job->find.device_id, job->find.mailbox);
        if (r < 0) {
                session_set_state(session, SESSION_GREETED);
                session_reply_failure(session, job->request, r);
                find_free(job);
                return;
        }
        authenticated.one_time_prekeys_left = job->find.one_time_prekeys_left;
        frame.request = job->request;
        frame.body_case = WIRE__SERVER_FRAME__BODY_AUTHENTICATED;
        frame.authenticated = &authenticated;
        session_reply(session, &frame);
        session_start_delivery(session);
        find_free(job);
}

void session_authenticate(Session *session, uint64_t request, const Wire__Authenticate *authenticate)
{
        FindJob *job;
        int r;

        if (!user_name_is_valid(authenticate->user_name)) {
                session_reply_error(session, request, WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME, 0, "");
                return;
        }
        if (session_is_limited(session, &session->host->server->limiters.authentications, session->address,
                               request))
                return;
        r = new_find(session, request, authenticate->user_name, authenticate_done, &job);
        if (r == 0) {
                job->device_id = authenticate->device_id;
                job->find.count_prekeys = true;
                memcpy(job->signature, authenticate->signature.data, sizeof(job->signature));
                r = start_find(job);
        }
        if (r < 0)
                session_reply_failure(session, request, r);
        else
                session_set_state(session, SESSION_IDENTIFYING);
}
