/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/bus.h"

/*
 * Method calls that bring passwords in file descriptors, for what is done with an unlocked account: read to
 * their ends first, one after the other, then done, then answered. They return what a method handler is to return.
 */
int password_call_change(Bus *bus, sd_bus_message *m, int old, int new);
int password_call_delete(Bus *bus, sd_bus_message *m, int password, const AccountDeletionRequest *request);

/* A call without passwords, but with the options of none yet, that is answered when the account is done. */
int account_call(Bus *bus, sd_bus_message *m,
                 int (*act)(Account *account, AccountDone done, void *userdata));

/* As fd_call_free_all(). */
void password_call_free_all(Bus *bus);
