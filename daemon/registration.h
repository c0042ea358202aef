/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/connection.h"
#include "daemon/password-worker.h"
#include "daemon/state-folder.h"
#include "daemon/store.h"

/*
 * Makes an account, or takes an existing one over to this machine: the conversation with the server, and the
 * files. All of the new identity is durable before the server hears of it; `vault` appears when the server
 * has said yes. What stays after a failure is nothing, here; if the power fails between the server's yes and
 * the last rename, the account exists at the server, and a login takes it over.
 */
typedef struct Registration Registration;

typedef struct RegistrationRequest {
        bool login; /* take an existing account over */
        const char *server, *user_name;
        const char *pin;        /* or NULL */
        const char *invitation; /* or NULL */
        bool insecure_loopback;
} RegistrationRequest;

typedef struct RegistrationResult {
        int result;           /* 0, a Problem, or a negative errno */
        uint64_t retry_at_ms; /* with PROBLEM_RATE_LIMITED: when it is possible again; 0: not said */
        Store *store; /* these two with 0: they are the callee's, and the connection belongs to the account
                       */
        Connection *connection;
} RegistrationResult;

/* Called once, from the main loop, after which the registration is to be freed. */
typedef void (*RegistrationDone)(void *userdata, const RegistrationResult *result);

/*
 * Takes the password over if it returns 0; what else the request points to is copied. Returns 0, a Problem
 * (BAD_NAME, BAD_PASSWORD, BAD_INVITATION, INVALID_ARGUMENT), or -ENOMEM.
 */
int registration_new(StateFolder *folder, PasswordWorker *worker, const RegistrationRequest *request,
                     Password *password, RegistrationDone done, void *userdata, Registration **out);
Registration *registration_free(Registration *registration);
void registration_freep(Registration **registration);
