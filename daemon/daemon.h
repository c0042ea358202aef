/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/auto-lock.h"
#include "daemon/bus.h"

/* Everything, from the state folder to the bus, and the loop that runs it. */
typedef struct Daemon {
        GMainLoop *loop;
        StateFolder folder;
        PasswordWorker *worker;
        Account *account;
        Bus bus;
        AutoLock *auto_lock;
        guint sigterm, sigint, watchdog;
        struct FdReader *credential;
        bool failed;
} Daemon;

typedef struct DaemonOptions {
        const char *state_folder; /* NULL: as the environment says */
} DaemonOptions;

/* Says on the log what is wrong. Negative errno. */
int daemon_init(Daemon *daemon, const DaemonOptions *options);
void daemon_deinit(Daemon *daemon);
/* Until SIGTERM or SIGINT; 0, or negative errno when the bus is lost. */
int daemon_run(Daemon *daemon);
