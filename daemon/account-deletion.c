/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/account-deletion.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-outbox.h"
#include "wire/error.h"

typedef enum DeletionState {
        DELETION_PROVING, /* the password */
        DELETION_TELLING, /* the contacts */
        DELETION_ASKING,  /* the server */
} DeletionState;

struct AccountDeletion {
        Gate *gate;
        Messenger *messenger;
        AccountDeletionDone done;
        void *userdata;
        bool local_only;
        DeletionState state;
        GateTry *try;
        AuthKey *auth_key; /* guarded */
        int64_t first, last; /* of the outbox: what tells the contacts; last 0: nothing does */
        guint look, patience;
};

static void cancel(guint *source)
{
        if (*source)
                g_source_remove(*source);
        *source = 0;
}

AccountDeletion *account_deletion_free(AccountDeletion *deletion)
{
        if (!deletion)
                return NULL;
        cancel(&deletion->look);
        cancel(&deletion->patience);
        gate_try_cancel(deletion->try);
        sodium_free(deletion->auth_key);
        free(deletion);
        return NULL;
}

void account_deletion_freep(AccountDeletion **deletion)
{
        *deletion = account_deletion_free(*deletion);
}

static void finish(AccountDeletion *deletion, const AccountDeletionResult *result)
{
        if (result->result < 0)
                log_error("account", result->result, "cannot delete the account");
        deletion->done(deletion->userdata, result);
}

static void fail(AccountDeletion *deletion, int result)
{
        finish(deletion, &(AccountDeletionResult){.result = result});
}

/* ---- The server ---- */

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        AccountDeletion *deletion = userdata;
        AccountDeletionResult result = {.result = PROBLEM_FAILED, .by_server = true};

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_DONE) {
                result.result = 0;
        } else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR) {
                log_info("account", "the server does not delete the account: %s",
                         wire_error_name(frame->error->code));
                result.result = (int)problem_from_wire(frame->error->code);
                if (frame->error->retry_after_ms > 0)
                        result.retry_at_ms = clock_now_ms() + frame->error->retry_after_ms;
        }
        finish(deletion, &result);
        return true;
}

static void ask_server(AccountDeletion *deletion)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__DeleteAccount body = WIRE__DELETE_ACCOUNT__INIT;
        int r;

        cancel(&deletion->look);
        cancel(&deletion->patience);
        body.auth_key.data = deletion->auth_key->bytes;
        body.auth_key.len = sizeof(deletion->auth_key->bytes);
        frame.body_case = WIRE__CLIENT_FRAME__BODY_DELETE_ACCOUNT;
        frame.delete_account = &body;
        deletion->state = DELETION_ASKING;
        r = server_link_send(deletion->messenger->link, &frame, on_answer, deletion);
        if (r < 0)
                fail(deletion, r == -ENOTCONN ? (int)PROBLEM_SERVER_UNREACHABLE : r);
}

/* ---- The contacts ---- */

static gboolean on_look(gpointer userdata)
{
        AccountDeletion *deletion = userdata;
        uint32_t left = 0;
        int r;

        deletion->look = 0;
        r = store_outbox_count_between(deletion->messenger->store, deletion->first, deletion->last, &left);
        if (r < 0)
                fail(deletion, r);
        else if (left == 0)
                ask_server(deletion);
        return G_SOURCE_REMOVE;
}

static gboolean on_patience(gpointer userdata)
{
        AccountDeletion *deletion = userdata;

        deletion->patience = 0;
        log_info("account", "not all contacts can be told in time that the account is deleted");
        ask_server(deletion);
        return G_SOURCE_REMOVE;
}

void account_deletion_committed(AccountDeletion *deletion)
{
        if (deletion->state == DELETION_TELLING && !deletion->look)
                deletion->look = g_idle_add(on_look, deletion);
}

void account_deletion_link_changed(AccountDeletion *deletion)
{
        if (deletion->state == DELETION_PROVING || server_link_state(deletion->messenger->link) == LINK_ONLINE)
                return;
        finish(deletion, &(AccountDeletionResult){.result = PROBLEM_SERVER_UNREACHABLE,
                                                  .unsure = deletion->state == DELETION_ASKING});
}

static int add_name(void *userdata, const char *name)
{
        g_ptr_array_add(userdata, g_strdup(name));
        return 0;
}

/* Who has never been met, or was never accepted, is not told; and nothing is sent to a key that nobody has accepted. */
static int tell_one(AccountDeletion *deletion, const char *name)
{
        Store *store = deletion->messenger->store;
        Content content = {.kind = CONTENT_ACCOUNT_DELETED, .sent_ms = clock_now_ms()};
        Contact contact;
        int r;

        r = store_contact_find(store, name, &contact);
        if (r != 0)
                return r < 0 ? r : 0;
        if (!contact.has_identity || contact.key_changed || !contact_is_accepted(&contact))
                return 0;
        message_id_new(&content.message_id);
        r = outbox_queue_content(store, &deletion->messenger->self, &contact, &content);
        if (r != 0)
                return r < 0 ? r : -EMSGSIZE;
        r = store_outbox_last(store, &deletion->last);
        if (r == 0 && deletion->first == 0)
                deletion->first = deletion->last;
        return r;
}

static int tell_contacts(AccountDeletion *deletion)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        Store *store = deletion->messenger->store;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_each_name(store, add_name, names);
        for (guint i = 0; r == 0 && i < names->len; i++)
                r = tell_one(deletion, names->pdata[i]);
        return r < 0 ? r : store_commit(&transaction);
}

static void on_proven(void *userdata, const GateResult *result)
{
        AccountDeletion *deletion = userdata;
        int r = result->result;

        deletion->try = NULL;
        if (r != 0 || deletion->local_only) {
                finish(deletion, &(AccountDeletionResult){.result = r, .retry_at_ms = result->retry_at_ms});
                return;
        }
        deletion->auth_key = sodium_malloc(sizeof(*deletion->auth_key));
        if (!deletion->auth_key) {
                fail(deletion, -ENOMEM);
                return;
        }
        *deletion->auth_key = result->keys->password.auth;
        /* Which password the server has, it has to tell first; the link being there, that is soon over. */
        if (server_link_state(deletion->messenger->link) != LINK_ONLINE || deletion->gate->has_next) {
                fail(deletion, PROBLEM_SERVER_UNREACHABLE);
                return;
        }
        r = tell_contacts(deletion);
        if (r < 0) {
                fail(deletion, r);
                return;
        }
        deletion->state = DELETION_TELLING;
        deletion->patience = g_timeout_add_seconds(ACCOUNT_DELETION_TELL_SECONDS, on_patience, deletion);
        account_deletion_committed(deletion);
        outbox_pump(deletion->messenger->outbox);
}

int account_deletion_new(Gate *gate, Messenger *messenger, const AccountDeletionRequest *request,
                         Password *password, AccountDeletionDone done, void *userdata, AccountDeletion **out)
{
        _cleanup_(account_deletion_freep) AccountDeletion *deletion = NULL;
        _cleanup_(password_freep) Password *owned = password;
        int r;

        deletion = calloc(1, sizeof(*deletion));
        if (!deletion)
                return -ENOMEM;
        *deletion = (AccountDeletion){.gate = gate,
                                      .messenger = messenger,
                                      .done = done,
                                      .userdata = userdata,
                                      .local_only = request->local_only};
        r = gate_try(gate, g_steal_pointer(&owned), on_proven, deletion, &deletion->try);
        if (r != 0)
                return r;
        *out = g_steal_pointer(&deletion);
        return 0;
}
