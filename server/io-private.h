/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <ev.h>
#include <libwebsockets.h>
#include <pthread.h>

#include "server/io.h"
#include "server/session.h"

/* What io*.c share. */
typedef struct IoThread {
        SessionHost host;
        Server *server;
        pthread_t thread;
        bool started;
        Inbox inbox;
        InboxItem stop; /* posted once */
        RouterEndpoint endpoint;
        Map by_mailbox;

        struct ev_loop *loop;
        ev_async wake;
        ev_timer sweep, stopping;
        uint64_t swept_us;
        uint64_t stop_us; /* when it was told to stop; 0: it was not */
        bool farewell;    /* everybody has been told */

        struct lws_context *context;
        struct lws_vhost *tls, *plain;
        struct ssl_ctx_st *no_client; /* see io_context_new() */
        Session *sessions;            /* all that have a connection */
        Session *adopting;            /* between its birth and its connection's */
        uint8_t *write_buffer;        /* LWS_PRE and a frame */
} IoThread;

/* io-websocket.c */
int io_context_new(IoThread *thread);
void io_context_free(IoThread *thread);
void io_websocket_adopt(IoThread *thread, int fd, uint64_t address, bool tls);
void io_websocket_kill(Session *session);
void io_websocket_ping(Session *session);

/* io-sweep.c */
void io_sweep(IoThread *thread);

static inline IoThread *io_thread_of(Session *session)
{
        return (IoThread *)session->host; /* its first member */
}
