/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/bus.h"

/*
 * Method calls with a password, or a text, in a file descriptor: read to its end first, then done, then
 * answered. They return what a method handler is to return.
 */
int fd_call_sign_up(Bus *bus, sd_bus_message *m, const RegistrationRequest *request, int password,
                    int invitation);
int fd_call_unlock(Bus *bus, sd_bus_message *m, int password);

/* Lets go of all of them, at the end. What the account does for them must never call back after this. */
void fd_call_free_all(Bus *bus);

/* then: called with the text when it is read; it gives the call's answer, and takes the call over. */
typedef void (*FdCallText)(Bus *bus, BusCall *call, const char *recipient, const char *text, size_t size,
                           bool wait);
int fd_call_text(Bus *bus, sd_bus_message *m, const char *recipient, int text, bool wait, FdCallText then);
