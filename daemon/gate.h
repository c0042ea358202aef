/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attempts.h"
#include "daemon/password-worker.h"
#include "daemon/vault.h"

/*
 * What stands between a password and the store's master key: the vault, and how often somebody has tried. While a
 * password is being changed there are two vaults, and either password opens: daemon/password-change.h.
 */
typedef struct Gate {
        int folder_fd;
        PasswordWorker *worker;
        Vault vault;
        Vault next;
        bool has_vault, has_next;
        Attempts attempts;
} Gate;

/* worker must outlive it. -EBADMSG: a vault that cannot be read; or what the system says. No vault is no error. */
int gate_init(Gate *gate, int folder_fd, PasswordWorker *worker);

/* The master key under a new password, beside the one that holds; durable when it returns 0. */
int gate_add_next(Gate *gate, const PasswordParameters *parameters, const StoreKey *key,
                  const DatabaseKey *master);
/* From here on, the new password opens alone; or the old one. */
int gate_settle(Gate *gate, bool take_next);

/* No password opens anything any more: the vaults are overwritten and removed. */
int gate_destroy(Gate *gate);

typedef struct GateKeys { /* in guarded memory */
        PasswordKeys password;
        DatabaseKey master;
} GateKeys;

typedef struct GateResult {
        int result;           /* 0, PROBLEM_WRONG_PASSWORD, PROBLEM_RATE_LIMITED, or a negative errno */
        uint64_t retry_at_ms; /* with RATE_LIMITED */
        const GateKeys *keys; /* with 0; wiped after the return */
} GateResult;

/* One password at the gate. */
typedef struct GateTry GateTry;
typedef void (*GateDone)(void *userdata, const GateResult *result);

/*
 * Takes the password over, also when it fails. done is called once, from the main loop, after which the try is
 * gone. Returns 0, PROBLEM_NO_ACCOUNT, PROBLEM_TOO_MANY_CALLS, or -ENOMEM.
 */
int gate_try(Gate *gate, Password *password, GateDone done, void *userdata, GateTry **out);
GateTry *gate_try_cancel(GateTry *try); /* done is not called; accepts NULL, returns NULL */
