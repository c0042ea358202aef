/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/password-change.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "wire/error.h"

struct PasswordChange {
        Gate *gate;
        ServerLink *link;
        PasswordChangeDone done;
        void *userdata;
        Password *new;
        PasswordParameters parameters;
        GateTry *try;
        PasswordJob *job;
        GateKeys *old; /* once the old password was right */
        bool asked;    /* the server may have heard of it */
};

PasswordChange *password_change_free(PasswordChange *change)
{
        if (!change)
                return NULL;
        gate_try_cancel(change->try);
        password_job_cancel(change->job);
        password_free(change->new);
        sodium_free(change->old);
        free(change);
        return NULL;
}

void password_change_freep(PasswordChange **change)
{
        *change = password_change_free(*change);
}

static void finish(PasswordChange *change, const PasswordChangeResult *result)
{
        if (result->result < 0)
                log_error("account", result->result, "cannot change the password");
        change->done(change->userdata, result);
}

static void fail(PasswordChange *change, int result)
{
        finish(change, &(PasswordChangeResult){.result = result});
}

static void on_refused(PasswordChange *change, const Wire__Error *error)
{
        PasswordChangeResult result = {.result = (int)problem_from_wire(error->code), .by_server = true};
        int r;

        log_info("account", "the server refuses the new password: %s", wire_error_name(error->code));
        if (error->retry_after_ms > 0)
                result.retry_at_ms = clock_now_ms() + error->retry_after_ms;
        r = gate_settle(change->gate, false);
        if (r < 0)
                log_warning("account", r, "cannot remove the new vault");
        finish(change, &result);
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        PasswordChange *change = userdata;

        change->asked = false;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_DONE)
                fail(change, gate_settle(change->gate, true));
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                on_refused(change, frame->error);
        else
                finish(change, &(PasswordChangeResult){.result = PROBLEM_FAILED, .unsettled = true});
        return true;
}

static int ask_server(PasswordChange *change, AuthKey *old, AuthKey *new)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__ChangePassword body = WIRE__CHANGE_PASSWORD__INIT;
        Wire__PasswordParameters parameters = WIRE__PASSWORD_PARAMETERS__INIT;

        parameters.salt.data = change->parameters.salt;
        parameters.salt.len = sizeof(change->parameters.salt);
        parameters.passes = change->parameters.passes;
        parameters.memory_kib = change->parameters.memory_kib;
        body.old_auth_key.data = old->bytes;
        body.old_auth_key.len = sizeof(old->bytes);
        body.new_auth_key.data = new->bytes;
        body.new_auth_key.len = sizeof(new->bytes);
        body.password = &parameters;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_CHANGE_PASSWORD;
        frame.change_password = &body;
        return server_link_send(change->link, &frame, on_answer, change);
}

static void on_new_derived(void *userdata, int result, const PasswordKeys *keys)
{
        PasswordChange *change = userdata;
        AuthKey new;
        int r = result;

        change->job = NULL;
        if (r == 0)
                r = gate_add_next(change->gate, &change->parameters, &keys->store, &change->old->master);
        if (r != 0) {
                fail(change, r);
                return;
        }
        new = keys->auth;
        r = ask_server(change, &change->old->password.auth, &new);
        sodium_memzero(&new, sizeof(new));
        if (r == 0) {
                change->asked = true;
                return;
        }
        /* It has heard nothing. */
        gate_settle(change->gate, false);
        fail(change, r == -ENOTCONN ? PROBLEM_SERVER_UNREACHABLE : r);
}

static void on_old_tried(void *userdata, const GateResult *result)
{
        PasswordChange *change = userdata;
        int r = result->result;

        change->try = NULL;
        if (r != 0) {
                finish(change, &(PasswordChangeResult){.result = r, .retry_at_ms = result->retry_at_ms});
                return;
        }
        change->old = sodium_malloc(sizeof(*change->old));
        if (!change->old) {
                fail(change, -ENOMEM);
                return;
        }
        *change->old = *result->keys;
        password_parameters_new(&change->parameters);
        r = password_worker_start(change->gate->worker, g_steal_pointer(&change->new), &change->parameters,
                                  on_new_derived, change, &change->job);
        if (r != 0)
                fail(change, r);
}

void password_change_link_changed(PasswordChange *change)
{
        if (!change->asked || server_link_state(change->link) == LINK_ONLINE)
                return;
        change->asked = false;
        finish(change, &(PasswordChangeResult){.result = PROBLEM_SERVER_UNREACHABLE, .unsettled = true});
}

int password_change_new(Gate *gate, ServerLink *link, Password *old, Password *new, PasswordChangeDone done,
                        void *userdata, PasswordChange **out)
{
        _cleanup_(password_change_freep) PasswordChange *change = NULL;
        _cleanup_(password_freep) Password *owned_old = old;
        _cleanup_(password_freep) Password *owned_new = new;
        int r;

        if (new->size < PASSWORD_MIN)
                return PROBLEM_BAD_PASSWORD;
        /* Also while it is unsettled which password the server has: the link being there, that is soon over. */
        if (server_link_state(link) != LINK_ONLINE || gate->has_next)
                return PROBLEM_SERVER_UNREACHABLE;
        change = calloc(1, sizeof(*change));
        if (!change)
                return -ENOMEM;
        *change = (PasswordChange){.gate = gate, .link = link, .done = done, .userdata = userdata};
        change->new = g_steal_pointer(&owned_new);
        r = gate_try(gate, g_steal_pointer(&owned_old), on_old_tried, change, &change->try);
        if (r != 0)
                return r;
        *out = g_steal_pointer(&change);
        return 0;
}
