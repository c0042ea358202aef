/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/bus.h"

/*
 * Method calls with a password, or a text, in a file descriptor: read to its end first, then done, then
 * answered. They return what a method handler is to return.
 */
int fd_call_sign_up(Bus *bus, sd_bus_message *m, const RegistrationRequest *request, int password,
                    int invitation);
int fd_call_unlock(Bus *bus, sd_bus_message *m, int password, bool remember);

/* Lets go of all of them, at the end. What the account does for them must never call back after this. */
void fd_call_free_all(Bus *bus);

/* What is to be done with a text. The string belongs to the call's message. */
typedef struct SendRequest {
        const char *recipient;
        bool wait;
        bool has_reply_to;
        ContentMessageId reply_to;
} SendRequest;

/* then: called with the text when it is read; it gives the call's answer, and takes the call over. */
typedef void (*FdCallText)(Bus *bus, BusCall *call, const SendRequest *request, const char *text, size_t size);
int fd_call_text(Bus *bus, sd_bus_message *m, const SendRequest *request, int text, FdCallText then);
