/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/io.h"

#include <errno.h>
#include <stdlib.h>

#include "server/clock.h"
#include "server/exit-code.h"
#include "server/io-private.h"
#include "server/listener.h"
#include "server/log.h"

#define SWEEP_SECONDS 1.0

enum { STALLED_US = 2 * 1000 * 1000 }; /* between two sweeps */
#define STOP_SECONDS  0.02

enum {
        DRAIN_US = 1500 * 1000, /* for answers that are under way, when stopping */
        STOP_US = IO_STOP_MS * 1000,
        RETRY_AFTER_MS = 1000,
};

typedef struct Arrival {
        InboxItem item;
        int fd;
        uint64_t address;
        bool tls;
} Arrival;

static void wake(void *owner)
{
        IoThread *thread = owner;

        ev_async_send(thread->loop, &thread->wake);
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int events)
{
        IoThread *thread = watcher->data;

        thread->host.now_us = clock_monotonic_us();
        inbox_run(&thread->inbox);
}

/*
 * A loop runs its timers before it reads. After a time in which this thread stood still, what its peers sent is still
 * in the sockets: nobody is to be called silent or slow before that has been read.
 */
static void on_sweep(struct ev_loop *loop, ev_timer *watcher, int events)
{
        IoThread *thread = watcher->data;
        uint64_t before = thread->swept_us;

        thread->swept_us = thread->host.now_us = clock_monotonic_us();
        if (thread->swept_us - before > STALLED_US)
                ev_timer_again(loop, watcher);
        else
                io_sweep(thread);
}

static void run_arrival(InboxItem *item, void *owner)
{
        Arrival *arrival = (Arrival *)item;
        IoThread *thread = owner;

        if (thread->stop_us == 0 && thread->context) {
                io_websocket_adopt(thread, arrival->fd, arrival->address, arrival->tls);
        } else {
                close(arrival->fd);
                listener_release(thread->server->listener, arrival->address);
        }
        free(arrival);
}

int io_threads_adopt(Server *server, unsigned turn, int fd, uint64_t address, bool tls)
{
        IoThread *thread = &server->threads[turn % server->threads_count];
        Arrival *arrival = malloc(sizeof(Arrival));

        if (!arrival)
                return -ENOMEM;
        *arrival = (Arrival){.item.run = run_arrival, .fd = fd, .address = address, .tls = tls};
        inbox_post(&thread->inbox, &arrival->item);
        return 0;
}

static void deliver(void *owner, Envelope *envelope)
{
        IoThread *thread = owner;
        Session *session = map_find_pointer(&thread->by_mailbox, envelope->mailbox);

        if (session)
                session_deliver(session, envelope);
        else
                envelope_free(envelope);
}

static Session *find_session(IoThread *thread, uint64_t mailbox, uint64_t ticket)
{
        Session *session = map_find_pointer(&thread->by_mailbox, mailbox);

        return session && session->ticket == ticket ? session : NULL; /* it may have gone by itself */
}

static void end(void *owner, uint64_t mailbox, uint64_t ticket, Wire__GoodbyeReason reason)
{
        Session *session = find_session(owner, mailbox, ticket);

        if (session)
                session_end(session, reason, 0);
}

static void prekeys(void *owner, uint64_t mailbox, uint64_t ticket, uint32_t left)
{
        Session *session = find_session(owner, mailbox, ticket);

        if (session)
                session_prekeys_are_low(session, left);
}

static void key_packages(void *owner, uint64_t mailbox, uint64_t ticket, uint32_t left)
{
        Session *session = find_session(owner, mailbox, ticket);

        if (session)
                session_key_packages_are_low(session, left);
}

static void presence(void *owner, uint64_t mailbox, uint64_t ticket, uint64_t version, uint32_t watched,
                     bool connected)
{
        Session *session = find_session(owner, mailbox, ticket);

        if (session)
                session_presence_changed(session, version, watched, connected);
}

static void kill_all(IoThread *thread)
{
        for (Session *session = thread->sessions, *next; session; session = next) {
                next = session->next;
                io_websocket_kill(session);
        }
}

static void say_goodbye(IoThread *thread)
{
        thread->farewell = true;
        for (Session *session = thread->sessions, *next; session; session = next) {
                next = session->next;
                if (!session->established)
                        io_websocket_kill(session);
                else
                        session_end(session, WIRE__GOODBYE_REASON__GOODBYE_REASON_SHUTTING_DOWN,
                                    RETRY_AFTER_MS);
        }
}

/* First what is under way is answered; then goodbyes go out; then whoever is still there is cut off. */
static void on_stopping(struct ev_loop *loop, ev_timer *watcher, int events)
{
        IoThread *thread = watcher->data;
        uint64_t since;

        thread->host.now_us = clock_monotonic_us();
        since = thread->host.now_us - thread->stop_us;
        if (!thread->farewell && (thread->host.in_flight == 0 || since > DRAIN_US))
                say_goodbye(thread);
        if (thread->sessions && since < STOP_US)
                return;
        kill_all(thread); /* what is left goes with the context */
        ev_break(loop, EVBREAK_ALL);
}

static void run_stop(InboxItem *item, void *owner)
{
        IoThread *thread = owner;

        thread->stop_us = thread->host.now_us;
        thread->host.draining = true;
        ev_timer_init(&thread->stopping, on_stopping, 0, STOP_SECONDS);
        ev_timer_start(thread->loop, &thread->stopping);
}

static void *thread_run(void *data)
{
        IoThread *thread = data;

        thread->host.now_us = clock_monotonic_us();
        ev_run(thread->loop, 0);
        return NULL;
}

static int thread_init(IoThread *thread, Server *server)
{
        thread->server = server;
        thread->endpoint = (RouterEndpoint){.inbox = &thread->inbox,
                                            .owner = thread,
                                            .deliver = deliver,
                                            .end = end,
                                            .prekeys = prekeys,
                                            .key_packages = key_packages,
                                            .presence = presence};
        thread->host.server = server;
        thread->host.metrics = metrics_shard(&server->metrics);
        thread->host.inbox = &thread->inbox;
        thread->host.endpoint = &thread->endpoint;
        thread->host.by_mailbox = &thread->by_mailbox;
        thread->stop.run = run_stop;
        inbox_init(&thread->inbox, wake, thread);

        thread->write_buffer = malloc(LWS_PRE + WIRE_FRAME_MAX);
        thread->loop = ev_loop_new(EVFLAG_NOSIGMASK);
        if (!thread->write_buffer || !thread->loop)
                return EXIT_INTERNAL;
        ev_async_init(&thread->wake, on_wake);
        thread->wake.data = thread;
        ev_async_start(thread->loop, &thread->wake);
        ev_timer_init(&thread->sweep, on_sweep, SWEEP_SECONDS, SWEEP_SECONDS);
        thread->sweep.data = thread;
        thread->stopping.data = thread;
        thread->swept_us = clock_monotonic_us();
        ev_timer_start(thread->loop, &thread->sweep);
        return io_context_new(thread);
}

int io_threads_new(Server *server, unsigned count)
{
        server->threads = calloc(count, sizeof(IoThread));
        if (!server->threads)
                return EXIT_INTERNAL;
        while (server->threads_count < count) {
                int r = thread_init(&server->threads[server->threads_count++], server);

                if (r != 0)
                        return r;
        }
        return 0;
}

int io_threads_start(Server *server)
{
        for (unsigned i = 0; i < server->threads_count; i++) {
                IoThread *thread = &server->threads[i];

                if (pthread_create(&thread->thread, NULL, thread_run, thread) != 0) {
                        log_error("cannot start a thread");
                        return EXIT_INTERNAL;
                }
                thread->started = true;
        }
        return 0;
}

void io_threads_stop(Server *server)
{
        for (unsigned i = 0; i < server->threads_count; i++)
                if (server->threads[i].started)
                        inbox_post(&server->threads[i].inbox, &server->threads[i].stop);
}

void io_threads_join(Server *server)
{
        for (unsigned i = 0; i < server->threads_count; i++) {
                if (server->threads[i].started)
                        pthread_join(server->threads[i].thread, NULL);
                server->threads[i].started = false;
        }
}

static void thread_deinit(IoThread *thread)
{
        if (thread->loop)
                while (inbox_run(&thread->inbox))
                        ;
        io_context_free(thread);
        if (thread->loop)
                ev_loop_destroy(thread->loop);
        map_deinit(&thread->by_mailbox);
        inbox_deinit(&thread->inbox);
        free(thread->write_buffer);
}

void io_threads_free(Server *server)
{
        for (unsigned i = 0; i < server->threads_count; i++)
                thread_deinit(&server->threads[i]);
        free(server->threads);
        server->threads = NULL;
        server->threads_count = 0;
}
