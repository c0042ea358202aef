/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/io-private.h"
#include "server/log.h"

/*
 * One walk over a thread's connections each second in place of timers for each, which libwebsockets keeps in
 * a sorted list: with many connections, that list was most of the work of accepting one.
 */
enum {
        ENDING_US = 5 * 1000 * 1000, /* for a Goodbye to leave, and the peer to close */
        BLOCKED_MS = 1000,           /* until a connection that takes nothing gives memory back */
};

static bool is_older(uint64_t now_us, uint64_t since_us, uint64_t limit_ms)
{
        return now_us > since_us && now_us - since_us > limit_ms * 1000;
}

static void check(Session *session, uint64_t now, const Config *config)
{
        if (!session->established) /* libwebsockets has a timeout for the handshake */
                return;
        if (session->state >= SESSION_ENDING) {
                if (is_older(now, session->ending_us, ENDING_US / 1000))
                        io_websocket_kill(session);
                return;
        }
        if (session->blocked_us && is_older(now, session->blocked_us, BLOCKED_MS))
                session_blobs_give_back(session);
        if (session->blocked_us && is_older(now, session->blocked_us, config->slow_ms)) {
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_TOO_SLOW, 0);
                return;
        }
        if (session->state < SESSION_AUTHENTICATED &&
            is_older(now, session->opened_us, config->authenticate_ms)) {
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_TIMEOUT, 0);
                return;
        }
        if (session->paused) { /* its silence is ours */
                session->heard_us = now;
                if (session->receiving_us)
                        session->receiving_us = now;
        }
        if (session->receiving_us && is_older(now, session->receiving_us, config->message_ms)) {
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_TIMEOUT, 0);
                return;
        }
        if (is_older(now, session->heard_us, config->silence_ms)) {
                session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_TIMEOUT, 0);
                return;
        }
        if (is_older(now, session->heard_us, config->keepalive_ms) &&
            is_older(now, session->pinged_us, config->keepalive_ms)) {
                session->pinged_us = now;
                io_websocket_ping(session);
        }
}

void io_sweep(IoThread *thread)
{
        if (thread == thread->server->threads) /* once for all threads */
                presence_sweep(thread->server->presence, thread->host.now_us);
        for (Session *session = thread->sessions, *next; session; session = next) {
                next = session->next;
                check(session, thread->host.now_us, thread->server->config);
        }
}
