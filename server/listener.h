/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <ev.h>

#include "server/server.h"

/*
 * Accepts connections on the main thread and hands them to the I/O threads in turn, so that each has as
 * many. What is beyond a limit is closed here, before it costs a handshake.
 */
typedef struct Listener Listener;

/* Binds everything, and prints each URL. Returns a code of server/exit-code.h. */
int listener_new(Server *server, struct ev_loop *loop, Listener **out);
void listener_start(Listener *listener); /* from here connections are taken */
void listener_stop(Listener *listener);  /* takes no more */
Listener *listener_free(Listener *listener);

/* Whether the addresses of the configuration can be ones to listen on; 0, or as listener_bind(). */
int listener_check(const Config *config);

/* A connection of this address is gone. Any thread. */
void listener_release(Listener *listener, uint64_t address);

/*
 * Binds a socket to where HOST:PORT says, or ends with a line in the log and a code of server/exit-code.h.
 */
int listener_bind(const char *text, bool loopback_only, int *fd_out, char *address_out);
