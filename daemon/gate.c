/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/gate.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <stdlib.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"

struct GateTry {
        Gate *gate;
        Password *again; /* for the second vault; NULL: there is none, or it is being tried */
        PasswordJob *job;
        guint refusal; /* a source that says no */
        GateDone done;
        void *userdata;
};

static int read_one(int folder_fd, const char *name, Vault *out, bool *found)
{
        int r = vault_read_name(folder_fd, name, out);

        *found = r == 0;
        if (r == VAULT_MALFORMED)
                return -EBADMSG;
        return r == -ENOENT ? 0 : r;
}

int gate_init(Gate *gate, int folder_fd, PasswordWorker *worker)
{
        int r;

        *gate = (Gate){.folder_fd = folder_fd, .worker = worker};
        attempts_init(&gate->attempts, folder_fd);
        r = read_one(folder_fd, VAULT_NAME, &gate->vault, &gate->has_vault);
        if (r < 0)
                return r;
        /* It was never finished where it makes no sense, so no server has heard of it. */
        r = read_one(folder_fd, VAULT_NEXT_NAME, &gate->next, &gate->has_next);
        return r == -EBADMSG ? 0 : r;
}

int gate_add_next(Gate *gate, const PasswordParameters *parameters, const StoreKey *key,
                  const DatabaseKey *master)
{
        Vault next;
        int r;

        vault_wrap(&next, parameters, key, master);
        r = vault_write_name(gate->folder_fd, VAULT_NEXT_NAME, &next);
        if (r < 0)
                return r;
        gate->next = next;
        gate->has_next = true;
        return 0;
}

int gate_settle(Gate *gate, bool take_next)
{
        int r;

        if (take_next)
                r = vault_commit_name(gate->folder_fd, VAULT_NEXT_NAME);
        else
                r = vault_remove_name(gate->folder_fd, VAULT_NEXT_NAME);
        if (r < 0)
                return r;
        if (take_next)
                gate->vault = gate->next;
        gate->has_next = false;
        return 0;
}

int gate_destroy(Gate *gate)
{
        static const char *const names[] = {VAULT_NAME, VAULT_NEXT_NAME};
        int r, result = 0;

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                r = vault_destroy_name(gate->folder_fd, names[i]);
                if (r < 0)
                        result = r;
        }
        attempts_right(&gate->attempts);
        sodium_memzero(&gate->vault, sizeof(gate->vault));
        sodium_memzero(&gate->next, sizeof(gate->next));
        gate->has_vault = gate->has_next = false;
        return result;
}

/* ---- Trying a password ---- */

GateTry *gate_try_cancel(GateTry *try)
{
        if (!try)
                return NULL;
        password_job_cancel(try->job);
        if (try->refusal)
                g_source_remove(try->refusal);
        password_free(try->again);
        free(try);
        return NULL;
}

static void finish(GateTry *try, const GateResult *result)
{
        GateDone done = try->done;
        void *userdata = try->userdata;

        gate_try_cancel(try);
        done(userdata, result);
}

static void refuse_wrong(GateTry *try)
{
        int r = attempts_wrong(&try->gate->attempts, clock_now_ms());

        if (r < 0)
                log_warning("account", r, "cannot keep that a password was wrong");
        finish(try, &(GateResult){.result = PROBLEM_WRONG_PASSWORD});
}

static int derive(GateTry *try, Password *password, const PasswordParameters *parameters);

static void on_derived(void *userdata, int result, const PasswordKeys *password)
{
        GateTry *try = userdata;
        Gate *gate = try->gate;
        uint64_t retry_at_ms = attempts_retry_at_ms(&gate->attempts, clock_now_ms());
        GateKeys *keys;
        int r = result;

        try->job = NULL;
        if (r < 0) {
                finish(try, &(GateResult){.result = r});
                return;
        }
        /* Others came before it, and were wrong: many at once are no more than one after the other. */
        if (retry_at_ms > 0) {
                finish(try, &(GateResult){.result = PROBLEM_RATE_LIMITED, .retry_at_ms = retry_at_ms});
                return;
        }
        keys = sodium_malloc(sizeof(*keys));
        if (!keys) {
                finish(try, &(GateResult){.result = -ENOMEM});
                return;
        }
        keys->password = *password;
        r = vault_unwrap(&gate->vault, &keys->password.store, &keys->master);
        if (r != 0 && gate->has_next)
                r = vault_unwrap(&gate->next, &keys->password.store, &keys->master);
        if (r == 0) {
                attempts_right(&gate->attempts);
                finish(try, &(GateResult){.keys = keys});
        } else if (gate->has_next && try->again) {
                r = derive(try, g_steal_pointer(&try->again), &gate->next.parameters);
                if (r != 0)
                        finish(try, &(GateResult){.result = r});
        } else {
                refuse_wrong(try);
        }
        sodium_free(keys); /* wipes */
}

static int derive(GateTry *try, Password *password, const PasswordParameters *parameters)
{
        return password_worker_start(try->gate->worker, password, parameters, on_derived, try, &try->job);
}

static gboolean on_refusal(gpointer userdata)
{
        GateTry *try = userdata;
        const GateResult result = {
                        .result = PROBLEM_RATE_LIMITED,
                        .retry_at_ms = attempts_retry_at_ms(&try->gate->attempts, clock_now_ms()),
        };

        try->refusal = 0;
        finish(try, &result);
        return G_SOURCE_REMOVE;
}

static void gate_try_cancelp(GateTry **try)
{
        *try = gate_try_cancel(*try);
}

int gate_try(Gate *gate, Password *password, GateDone done, void *userdata, GateTry **out)
{
        _cleanup_(gate_try_cancelp) GateTry *try = NULL;
        _cleanup_(password_freep) Password *owned = password;
        int r;

        if (!gate->has_vault)
                return PROBLEM_NO_ACCOUNT;
        try = calloc(1, sizeof(*try));
        if (!try)
                return -ENOMEM;
        *try = (GateTry){.gate = gate, .done = done, .userdata = userdata};
        if (attempts_retry_at_ms(&gate->attempts, clock_now_ms()) > 0) {
                try->refusal = g_idle_add(on_refusal, try);
                *out = g_steal_pointer(&try);
                return 0;
        }
        if (gate->has_next) {
                try->again = password_copy(owned);
                if (!try->again)
                        return -ENOMEM;
        }
        r = derive(try, g_steal_pointer(&owned), &gate->vault.parameters);
        if (r != 0)
                return r;
        *out = g_steal_pointer(&try);
        return 0;
}
