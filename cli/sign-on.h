/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/arguments.h"
#include "client/secret.h"

/* What register and login share: where the server is, what proves it, and the account that results. */
typedef enum SignOn {
        SIGN_ON_REGISTER,
        SIGN_ON_LOGIN,
} SignOn;

#define SIGN_ON_DEFAULT_SERVER "wss://localhost:7443"

ClientFailure sign_on(const Command *command, SignOn kind);
