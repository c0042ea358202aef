/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/arguments.h"
#include "client/secret.h"

typedef enum PasswordUse {
        PASSWORD_EXISTING,
        PASSWORD_NEW, /* asked for twice */
        PASSWORD_CHANGED_TO, /* likewise, and the options for it are --new-password-... */
} PasswordUse;

/* Whether the command says where the password is, so that nobody has to be there to type it. */
gboolean password_is_given(const Command *command);

/*
 * The password from --password-file or --password-fd, else typed at the terminal with its echo off. On
 * failure NULL, reported, and *failure has the exit code.
 */
ClientSecret *password_obtain(const Command *command, PasswordUse use, ClientFailure *failure);

/* All of a file that holds a secret; reports like password_obtain(). */
ClientSecret *password_read_file(const char *path, ClientFailure *failure);
