/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/relay-connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "bench/relay-websocket.h"

enum {
        SCRATCH_SIZE = WIRE_FRAME_MAX + 64 * 1024,
        EVENTS_MAX = 256,
};

int loop_init(Loop *loop)
{
        *loop = (Loop){.epoll = -1};
        loop->scratch = malloc(SCRATCH_SIZE);
        if (!loop->scratch)
                return -ENOMEM;
        loop->epoll = epoll_create1(EPOLL_CLOEXEC);
        return loop->epoll < 0 ? -errno : 0;
}

void loop_deinit(Loop *loop)
{
        if (loop->epoll >= 0)
                close(loop->epoll);
        free(loop->scratch);
        *loop = (Loop){.epoll = -1};
}

static int connection_fail(const Connection *c, const char *what)
{
        char text[256] = "";
        unsigned long code = ERR_get_error();

        if (code)
                ERR_error_string_n(code, text, sizeof(text));
        fprintf(stderr, "relay: connection to %s: %s%s%s\n", c->endpoint->authority, what, *text ? ": " : "",
                text);
        ERR_clear_error();
        return -ECONNABORTED;
}

static int connection_watch(Connection *c, int operation, bool write)
{
        struct epoll_event event = {
                        .events = EPOLLIN | (write ? EPOLLOUT : 0u),
                        .data.ptr = c,
        };

        c->wants_write = write;
        return epoll_ctl(c->loop->epoll, operation, c->fd, &event) < 0 ? -errno : 0;
}

int connection_start(Connection *c, Loop *loop, const Endpoint *endpoint, const ConnectionHandler *handler)
{
        int one = 1, r;

        *c = (Connection){.loop = loop, .endpoint = endpoint, .handler = handler, .fd = -1};
        c->fd = socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (c->fd < 0)
                return -errno;
        c->state = CONNECTION_CONNECTING;
        (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        c->tls = SSL_new(endpoint->tls);
        if (!c->tls || !SSL_set_fd(c->tls, c->fd))
                return -ENOMEM;
        SSL_set_connect_state(c->tls);
        if (connect(c->fd, (const struct sockaddr *)&endpoint->address, endpoint->address_size) < 0 &&
            errno != EINPROGRESS)
                return -errno;
        r = connection_watch(c, EPOLL_CTL_ADD, true);
        return r;
}

void connection_close(Connection *c)
{
        if (c->state == CONNECTION_CLOSED)
                return;
        SSL_free(c->tls);
        close(c->fd);
        free(c->rest);
        free(c->out);
        *c = (Connection){.loop = c->loop, .endpoint = c->endpoint, .handler = c->handler, .fd = -1};
}

static int out_reserve(Connection *c, size_t size, uint8_t **room_out)
{
        size_t wanted = c->out_end + size;

        if (wanted > c->out_allocated) {
                size_t allocate = wanted < 2048 ? 2048 : wanted * 2;
                uint8_t *grown = realloc(c->out, allocate);

                if (!grown)
                        return -ENOMEM;
                c->out = grown;
                c->out_allocated = allocate;
        }
        *room_out = c->out + c->out_end;
        return 0;
}

int connection_begin_message(Connection *c, size_t size, uint8_t **data_out)
{
        uint8_t *room;
        int r;

        r = out_reserve(c, WEBSOCKET_HEADER_MAX + size, &room);
        if (r < 0)
                return r;
        *data_out = room + websocket_header_size(size);
        return 0;
}

void connection_end_message(Connection *c, uint8_t *data, size_t size)
{
        websocket_seal(data, size, WEBSOCKET_BINARY);
        c->out_end += websocket_header_size(size) + size;
}

static int connection_pong(Connection *c, const uint8_t *data, size_t size)
{
        uint8_t *room;
        int r;

        r = connection_begin_message(c, size, &room);
        if (r < 0)
                return r;
        memcpy(room, data, size);
        websocket_seal(room, size, WEBSOCKET_PONG);
        c->out_end += websocket_header_size(size) + size;
        return 0;
}

int connection_flush(Connection *c)
{
        bool blocked = false;

        while (c->state >= CONNECTION_UPGRADE && c->out_start < c->out_end && !blocked) {
                int n = SSL_write(c->tls, c->out + c->out_start, (int)(c->out_end - c->out_start));

                if (n > 0)
                        c->out_start += (size_t)n;
                else if (SSL_get_error(c->tls, n) == SSL_ERROR_WANT_WRITE)
                        blocked = true;
                else
                        return connection_fail(c, "cannot write");
        }
        if (c->out_start == c->out_end)
                c->out_start = c->out_end = 0;
        if (c->state >= CONNECTION_UPGRADE && blocked != c->wants_write)
                return connection_watch(c, EPOLL_CTL_MOD, blocked);
        return 0;
}

static int connection_frame(Connection *c, const WebSocketFrame *frame)
{
        switch (frame->opcode) {
        case WEBSOCKET_BINARY:
                return c->handler->message(c, frame->data, frame->size);
        case WEBSOCKET_PING:
                return connection_pong(c, frame->data, frame->size);
        case WEBSOCKET_PONG:
                return 0;
        case WEBSOCKET_CLOSE:
                fprintf(stderr, "relay: the server closes the connection: %d\n",
                        frame->size >= 2 ? frame->data[0] << 8 | frame->data[1] : 1005);
                return -ECONNRESET;
        }
        return connection_fail(c, "a frame of unknown kind");
}

/* Handles what is complete of `size` bytes and keeps the rest. */
static int connection_parse(Connection *c, const uint8_t *data, size_t size)
{
        size_t done = 0;
        int r = 0;

        if (c->state == CONNECTION_UPGRADE) {
                r = websocket_upgraded(data, size, &done);
                if (r < 0)
                        return connection_fail(c, "no WebSocket there");
                if (r == 0) {
                        c->state = CONNECTION_OPEN;
                        r = c->handler->opened(c);
                }
        }
        while (r == 0 && c->state == CONNECTION_OPEN) {
                WebSocketFrame frame;

                r = websocket_open(data + done, size - done, &frame);
                if (r < 0)
                        return connection_fail(c, "a frame that breaks the protocol");
                if (r == WEBSOCKET_INCOMPLETE)
                        break;
                done += frame.total;
                r = connection_frame(c, &frame);
        }
        if (r < 0 || c->state == CONNECTION_CLOSED)
                return r;
        free(c->rest);
        c->rest = NULL;
        c->rest_size = size - done;
        if (c->rest_size > 0) {
                c->rest = malloc(c->rest_size);
                if (!c->rest)
                        return -ENOMEM;
                memcpy(c->rest, data + done, c->rest_size);
        }
        return 0;
}

static int connection_read(Connection *c)
{
        int r, n;

        do {
                if (c->rest_size > 0)
                        memcpy(c->loop->scratch, c->rest, c->rest_size);
                n = SSL_read(c->tls, c->loop->scratch + c->rest_size, (int)(SCRATCH_SIZE - c->rest_size));
                if (n <= 0) {
                        int error = SSL_get_error(c->tls, n);

                        if (error == SSL_ERROR_WANT_READ)
                                return 0;
                        ERR_clear_error();
                        return c->handler->closed(c);
                }
                r = connection_parse(c, c->loop->scratch, c->rest_size + (size_t)n);
                if (r < 0)
                        return r;
        } while (c->state != CONNECTION_CLOSED && SSL_has_pending(c->tls));
        return 0;
}

static bool pin_matches(const Connection *c)
{
        X509 *certificate = SSL_get1_peer_certificate(c->tls);
        uint8_t *der = NULL;
        CertificatePin pin;
        bool same = false;
        int size = certificate ? i2d_X509(certificate, &der) : -1;

        if (size > 0) {
                certificate_pin_of(der, (size_t)size, &pin);
                same = certificate_pin_equal(&pin, &c->endpoint->pin);
        }
        OPENSSL_free(der);
        X509_free(certificate);
        return same;
}

static int connection_handshake(Connection *c)
{
        uint8_t *room;
        int n, r, error;

        c->state = CONNECTION_HANDSHAKE;
        n = SSL_connect(c->tls);
        if (n != 1) {
                error = SSL_get_error(c->tls, n);
                if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
                        return connection_fail(c, "no TLS");
                if ((error == SSL_ERROR_WANT_WRITE) != c->wants_write)
                        return connection_watch(c, EPOLL_CTL_MOD, !c->wants_write);
                return 0;
        }
        if (c->endpoint->pinned && !pin_matches(c))
                return connection_fail(c, "the certificate is not the pinned one");
        r = out_reserve(c, WEBSOCKET_REQUEST_MAX, &room);
        if (r < 0)
                return r;
        c->out_end += websocket_request(room, c->endpoint->authority, c->endpoint->path,
                                        c->endpoint->protocol);
        c->state = CONNECTION_UPGRADE;
        return connection_flush(c);
}

static int connection_event(Connection *c, uint32_t events)
{
        int r = 0;

        if (c->state == CONNECTION_CONNECTING || c->state == CONNECTION_HANDSHAKE)
                return connection_handshake(c);
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                r = connection_read(c);
        if (r < 0 || c->state == CONNECTION_CLOSED)
                return r;
        return connection_flush(c);
}

int loop_step(Loop *loop, int timeout_ms)
{
        struct epoll_event events[EVENTS_MAX];
        int n, r;

        n = epoll_wait(loop->epoll, events, EVENTS_MAX, timeout_ms);
        if (n < 0)
                return errno == EINTR ? 0 : -errno;
        for (int i = 0; i < n; i++) {
                Connection *c = events[i].data.ptr;

                /* A handler of this turn may have closed it. */
                if (c->state == CONNECTION_CLOSED)
                        continue;
                r = connection_event(c, events[i].events);
                if (r < 0)
                        return r;
        }
        return 0;
}
