/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/problem.h"
#include "daemon/server-address.h"

/*
 * One WebSocket to the server, from the first packet to its end: TLS, the pin, Hello and Welcome, frames,
 * and which answer belongs to which request. It never comes back by itself: daemon/server-link.h does that.
 */
typedef struct Connection Connection;

typedef struct ConnectionEnd {
        Problem problem;   /* SERVER_UNREACHABLE, CERTIFICATE_MISMATCH, PROTOCOL_TOO_*, REPLACED,
                              DEVICE_REMOVED */
        uint32_t retry_ms; /* the server's wish, or 0 */
} ConnectionEnd;

/* Each may free the connection. */
typedef struct ConnectionHandler {
        void (*welcomed)(void *userdata); /* Hello was answered; connection_welcome() has what with */
        void (*frame)(void *userdata,
                      Wire__ServerFrame **frame); /* the server speaks unasked; may be taken over */
        void (*ended)(void *userdata, const ConnectionEnd *end); /* the last call, from the main loop */
} ConnectionHandler;

enum {
        CONNECTION_OPEN_SECONDS = 20,    /* from the start to Welcome */
        CONNECTION_REQUEST_SECONDS = 60, /* a request that has no answer by then ends the connection */
};

/* NULL: no memory. */
Connection *connection_new(const ServerAddress *address, const ConnectionHandler *handler, void *userdata);
Connection *connection_free(Connection *connection); /* ended() is not called */

/* From here on, somebody else listens. */
void connection_set_handler(Connection *connection, const ConnectionHandler *handler, void *userdata);

typedef struct ConnectionWelcome {
        uint8_t challenge[WIRE_CHALLENGE_SIZE];
        Wire__RegistrationPolicy registration;
        uint64_t blob_max; /* bytes; 0: the server keeps none */
} ConnectionWelcome;
const ConnectionWelcome *connection_welcome(const Connection *connection);

/*
 * Called for each frame that answers a request; returns whether it was the last one. Not called any more
 * once the connection has ended. May free the connection.
 */
typedef bool (*ConnectionAnswer)(void *userdata, const Wire__ServerFrame *frame);

/* answer NULL: none is wanted. Fills in frame->request. -ENOTCONN, -EMSGSIZE, -ENOMEM. */
int connection_send(Connection *connection, Wire__ClientFrame *frame, ConnectionAnswer answer,
                    void *userdata);
