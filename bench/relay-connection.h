/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <openssl/ssl.h>

#include "wire/limits.h"
#include "wire/pin.h"

/*
 * A WebSocket client over TLS that costs as little as it can, so that one core of load saturates a server on
 * another core: one thread, level-triggered epoll, everything that became due in one turn leaves in one TLS
 * record.
 *
 * It connects to loopback addresses only. Functions return 0 or negative errno; what went wrong in words is
 * on stderr.
 */
typedef struct Endpoint {
        struct sockaddr_storage address;
        socklen_t address_size;
        char host[WIRE_SERVER_NAME_MAX + 1]; /* as in the URL, without brackets */
        char authority[WIRE_SERVER_NAME_MAX + 16];
        const char *path, *protocol; /* of the WebSocket */
        SSL_CTX *tls;
        bool pinned;
        CertificatePin pin;
} Endpoint;

/* url: wss://HOST:PORT where HOST is a loopback address or "localhost"; pin: as smserver prints it, or NULL.
 */
int endpoint_init(Endpoint *endpoint, const char *url, const char *pin);
void endpoint_deinit(Endpoint *endpoint);

typedef struct Loop {
        int epoll;
        uint8_t *scratch; /* where incoming bytes are decrypted and parsed, whatever connection they come
                             from */
} Loop;

int loop_init(Loop *loop);
void loop_deinit(Loop *loop);

typedef struct Connection Connection;

/* A negative result of a handler ends the loop_step() that called it. */
typedef struct ConnectionHandler {
        int (*opened)(Connection *connection);
        int (*message)(Connection *connection, const uint8_t *data, size_t size);
        int (*closed)(Connection *connection); /* by the other side */
} ConnectionHandler;

typedef enum ConnectionState {
        CONNECTION_CLOSED = 0,
        CONNECTION_CONNECTING,
        CONNECTION_HANDSHAKE,
        CONNECTION_UPGRADE,
        CONNECTION_OPEN,
} ConnectionState;

struct Connection {
        Loop *loop;
        const Endpoint *endpoint;
        const ConnectionHandler *handler;
        ConnectionState state;
        int fd;
        SSL *tls;
        bool wants_write; /* epoll watches for it */
        uint8_t *rest;    /* the beginning of a frame whose end has not come yet */
        size_t rest_size;
        uint8_t *out;
        size_t out_start, out_end, out_allocated;
};

int connection_start(Connection *connection, Loop *loop, const Endpoint *endpoint,
                     const ConnectionHandler *handler);
void connection_close(Connection *connection); /* also of one that never started (all zero) */

/*
 * Appends one binary message: the caller writes its bytes to *data_out and then calls
 * connection_end_message(). It leaves with the end of the current turn of the loop, or by connection_flush()
 * outside of a handler.
 */
int connection_begin_message(Connection *connection, size_t size, uint8_t **data_out);
void connection_end_message(Connection *connection, uint8_t *data, size_t size);
int connection_flush(Connection *connection);

/* One turn: waits at most timeout_ms for events and handles them. */
int loop_step(Loop *loop, int timeout_ms);
