/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * What logind announces, on the system bus: that the machine is about to sleep, which it delays while we hold it
 * back, and that a session of this user was locked. Where there is no system bus or no logind, nothing comes.
 */
typedef struct Logind Logind;

typedef struct LogindHandler {
        void (*sleeping)(void *userdata);
        void (*session_locked)(void *userdata);
} LogindHandler;

/* Negative errno: there is no system bus. */
int logind_new(const LogindHandler *handler, void *userdata, Logind **out);
Logind *logind_free(Logind *logind);

/* Whether sleep is to wait for sleeping() to have returned. */
void logind_delay_sleep(Logind *logind, bool delay);
