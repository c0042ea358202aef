/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "daemon/account.h"

/*
 * Locks the account by itself, as the settings say: after a time in which no program asked for anything, before the
 * machine sleeps, and when the person's session is locked.
 */
typedef struct AutoLock AutoLock;

/* account and the session bus must outlive it. What logind cannot do here is said on the log. */
int auto_lock_new(Account *account, sd_bus *bus, AutoLock **out);
AutoLock *auto_lock_free(AutoLock *lock);
