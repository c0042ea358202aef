/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/server.h"

/*
 * A thread with an event loop and a libwebsockets context of its own: connections live on one thread from
 * their first byte to their last. What reaches them from other threads goes through their inboxes.
 *
 * The sockets are accepted by server/listener.c, not by libwebsockets: a port that somebody else has is an
 * error, limits come before the handshake, and threads share evenly.
 */
/* All of them, not yet started. Returns a code of server/exit-code.h. */
int io_threads_new(Server *server, unsigned count);
int io_threads_start(Server *server);
/*
 * Tells all to say goodbye: what was asked is answered first, as long as that does not take too long. They
 * end by themselves, within IO_STOP_MS; io_threads_join() waits for them.
 */
void io_threads_stop(Server *server);
void io_threads_join(Server *server);
/* After the store and the password pool: what they sent back last is freed here. */
void io_threads_free(Server *server);

enum { IO_STOP_MS = 2500 };

/* A thread takes the socket and owns it from here; turn tells which, modulo their number. -ENOMEM: it does
 * not. */
int io_threads_adopt(Server *server, unsigned turn, int fd, uint64_t address, bool tls);
