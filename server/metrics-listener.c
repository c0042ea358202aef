/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/metrics-listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/address.h"
#include "server/cleanup.h"
#include "server/exit-code.h"
#include "server/listener.h"

enum {
        CLIENTS_MAX = 8,
        REQUEST_MAX = 4096,
};

#define PATIENCE_SECONDS 5.0
#define PAUSE_SECONDS    1.0

typedef struct MetricsClient {
        ev_io io;
        ev_timer patience;
        MetricsListener *listener;
        char request[REQUEST_MAX];
        size_t request_size;
        char *answer; /* NULL: still reading */
        size_t answer_size, sent;
} MetricsClient;

struct MetricsListener {
        ev_io readable;
        ev_timer pause;
        struct ev_loop *loop;
        const Metrics *metrics;
        MetricsClient clients[CLIENTS_MAX];
};

static void client_close(MetricsClient *client)
{
        struct ev_loop *loop = client->listener->loop;

        ev_io_stop(loop, &client->io);
        ev_timer_stop(loop, &client->patience);
        close(client->io.fd);
        free(client->answer);
        *client = (MetricsClient){};
}

static char *make_answer(const MetricsListener *listener, const char *request, size_t *size_out)
{
        _cleanup_(freep) char *text = NULL;
        const char *status = "404 Not Found";
        char *answer = NULL;
        size_t size = 0;
        int length;

        if (strncmp(request, "GET /metrics ", strlen("GET /metrics ")) == 0) {
                status = "200 OK";
                text = metrics_format(listener->metrics, &size);
                if (!text)
                        return NULL;
        }
        length = asprintf(&answer,
                          "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %zu\r\n"
                          "Connection: close\r\n\r\n%s",
                          status, size, text ? text : "");
        if (length < 0)
                return NULL;
        *size_out = (size_t)length;
        return answer;
}

static void watch(MetricsClient *client, int events)
{
        struct ev_loop *loop = client->listener->loop;

        ev_io_stop(loop, &client->io);
        ev_io_set(&client->io, client->io.fd, events);
        ev_io_start(loop, &client->io);
}

static void on_writable(MetricsClient *client)
{
        ssize_t n = send(client->io.fd, client->answer + client->sent, client->answer_size - client->sent,
                         MSG_NOSIGNAL);

        if (n <= 0) {
                client_close(client);
                return;
        }
        client->sent += (size_t)n;
        if (client->sent < client->answer_size)
                return;
        /* Closed when the client has: with something unread, the answer could be lost on its way. */
        shutdown(client->io.fd, SHUT_WR);
        watch(client, EV_READ);
}

static void on_rest(MetricsClient *client)
{
        char rest[256];

        if (read(client->io.fd, rest, sizeof(rest)) <= 0)
                client_close(client);
}

static void on_client(struct ev_loop *loop, ev_io *watcher, int events)
{
        MetricsClient *client = (MetricsClient *)watcher;
        int fd = watcher->fd;
        ssize_t n;

        if (client->answer) {
                if (client->sent < client->answer_size)
                        on_writable(client);
                else
                        on_rest(client);
                return;
        }
        n = read(fd, client->request + client->request_size,
                 sizeof(client->request) - 1 - client->request_size);
        if (n <= 0) {
                client_close(client);
                return;
        }
        client->request_size += (size_t)n;
        client->request[client->request_size] = '\0';
        if (!memmem(client->request, client->request_size, "\r\n\r\n", 4)) {
                if (client->request_size == sizeof(client->request) - 1)
                        client_close(client);
                return;
        }
        client->answer = make_answer(client->listener, client->request, &client->answer_size);
        if (!client->answer) {
                client_close(client);
                return;
        }
        watch(client, EV_WRITE);
}

static void on_impatience(struct ev_loop *loop, ev_timer *watcher, int events)
{
        client_close(watcher->data);
}

static void on_pause_over(struct ev_loop *loop, ev_timer *watcher, int events)
{
        MetricsListener *listener = watcher->data;

        ev_io_start(loop, &listener->readable);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
        MetricsListener *listener = (MetricsListener *)watcher;
        MetricsClient *client = NULL;
        int fd = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                        ev_io_stop(loop, &listener->readable);
                        ev_timer_set(&listener->pause, PAUSE_SECONDS, 0);
                        ev_timer_start(loop, &listener->pause);
                }
                return;
        }
        for (unsigned i = 0; i < CLIENTS_MAX && !client; i++)
                if (!listener->clients[i].listener)
                        client = &listener->clients[i];
        if (!client) {
                close(fd);
                return;
        }
        client->listener = listener;
        ev_io_init(&client->io, on_client, fd, EV_READ);
        ev_timer_init(&client->patience, on_impatience, PATIENCE_SECONDS, 0);
        client->patience.data = client;
        ev_io_start(loop, &client->io);
        ev_timer_start(loop, &client->patience);
}

int metrics_listener_new(const Metrics *metrics, const char *address, struct ev_loop *loop,
                         MetricsListener **out)
{
        MetricsListener *listener;
        char bound[ADDRESS_TEXT_SIZE];
        int fd, r;

        r = listener_bind(address, true, &fd, bound);
        if (r != 0)
                return r;
        listener = calloc(1, sizeof(MetricsListener));
        if (!listener) {
                close(fd);
                return EXIT_INTERNAL;
        }
        listener->metrics = metrics;
        listener->loop = loop;
        ev_timer_init(&listener->pause, on_pause_over, 0, 0);
        listener->pause.data = listener;
        ev_io_init(&listener->readable, on_readable, fd, EV_READ);
        ev_io_start(loop, &listener->readable);
        printf("metrics http://%s/metrics\n", bound);
        *out = listener;
        return 0;
}

MetricsListener *metrics_listener_free(MetricsListener *listener)
{
        if (!listener)
                return NULL;
        ev_io_stop(listener->loop, &listener->readable);
        ev_timer_stop(listener->loop, &listener->pause);
        close(listener->readable.fd);
        for (unsigned i = 0; i < CLIENTS_MAX; i++)
                if (listener->clients[i].listener)
                        client_close(&listener->clients[i]);
        free(listener);
        return NULL;
}
