/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "server/address.h"
#include "server/cleanup.h"
#include "server/exit-code.h"
#include "server/io.h"
#include "server/log.h"

enum {
        SOCKETS_MAX = 2 * CONFIG_LIST_MAX,
        BACKLOG = 1024,
        ACCEPT_BURST = 64, /* before others get their turn */
};

#define DEFAULT_LISTEN    "127.0.0.1:7443"
#define DEFAULT_LISTEN_V6 "[::1]:7443"
#define DEFAULT_URL       "wss://localhost:7443"
#define PAUSE_SECONDS     0.1 /* when there are no file descriptors left */

typedef struct ListenSocket {
        ev_io readable;
        Listener *listener;
        bool tls;
} ListenSocket;

struct Listener {
        Server *server;
        struct ev_loop *loop;
        ListenSocket sockets[SOCKETS_MAX];
        size_t sockets_count;
        ev_timer pause;
        unsigned turn;
        MetricsShard *metrics;

        pthread_mutex_t lock;
        Map by_address; /* how many connections */
        size_t connections;
};

static int bind_one(const struct addrinfo *to, int *fd_out)
{
        int one = 1, fd, r;

        fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        if (to->ai_family == AF_INET6)
                (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){to->ai_next == NULL}, sizeof(int));
        if (bind(fd, to->ai_addr, to->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
                r = -errno;
                close(fd);
                return r;
        }
        *fd_out = fd;
        return 0;
}

/* The caller frees the list. */
static int resolve(const char *text, bool loopback_only, struct addrinfo **out)
{
        struct addrinfo *list = NULL;
        int r = address_parse(text, &list);

        if (r != 0) {
                log_error("%s is not an address to listen on: %s; give HOST:PORT, like 127.0.0.1:7443 or "
                          "[::1]:7443",
                          text, r == -EINVAL ? "it is malformed" : gai_strerror(r));
                return EXIT_ADDRESS;
        }
        if (loopback_only && !address_is_loopback(list->ai_addr)) {
                log_error("%s is not a loopback address, and without TLS nothing else is allowed", text);
                freeaddrinfo(list);
                return EXIT_ADDRESS;
        }
        *out = list;
        return 0;
}

static int check(const char *text, bool loopback_only)
{
        struct addrinfo *list = NULL;
        int r = resolve(text, loopback_only, &list);

        if (r == 0)
                freeaddrinfo(list);
        return r;
}

int listener_check(const Config *config)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < config->listen.count; i++)
                r = check(config->listen.items[i], false);
        for (size_t i = 0; r == 0 && i < config->insecure_listen.count; i++)
                r = check(config->insecure_listen.items[i], true);
        return r == 0 && config->metrics ? check(config->metrics, true) : r;
}

/* A name may have several addresses: the first that is there. */
int listener_bind(const char *text, bool loopback_only, int *fd_out, char *address_out)
{
        struct addrinfo *list = NULL;
        struct sockaddr_storage bound = {};
        _cleanup_(closep) int fd = -1;
        socklen_t size = sizeof(bound);
        int r;

        r = resolve(text, loopback_only, &list);
        if (r != 0)
                return r;
        r = -EADDRNOTAVAIL;
        for (const struct addrinfo *i = list; i; i = i->ai_next) {
                r = bind_one(i, &fd);
                if (r == 0 || r == -EADDRINUSE || r == -EACCES)
                        break;
        }
        freeaddrinfo(list);
        if (r < 0) {
                log_error("cannot listen on %s: %s%s", text, strerror(-r),
                          r == -EADDRINUSE ? ": stop who has it, or give another port with --listen" : "");
                return EXIT_ADDRESS;
        }
        if (getsockname(fd, (struct sockaddr *)&bound, &size) < 0)
                return EXIT_INTERNAL;
        address_format(&bound, address_out);
        *fd_out = take_fd(&fd);
        return 0;
}

static bool count_in(Listener *listener, uint64_t address)
{
        const Config *config = listener->server->config;
        uint64_t *known, count;
        bool allowed;

        pthread_mutex_lock(&listener->lock);
        known = map_find(&listener->by_address, address);
        count = known ? *known : 0;
        allowed = listener->connections < config->connections && count < config->connections_per_address &&
                  map_put(&listener->by_address, address, count + 1) == 0;
        if (allowed)
                listener->connections++;
        pthread_mutex_unlock(&listener->lock);
        return allowed;
}

void listener_release(Listener *listener, uint64_t address)
{
        uint64_t *known;

        pthread_mutex_lock(&listener->lock);
        known = map_find(&listener->by_address, address);
        if (known && --*known == 0)
                map_remove(&listener->by_address, address);
        listener->connections--;
        pthread_mutex_unlock(&listener->lock);
}

static void take(Listener *listener, int fd, const struct sockaddr_storage *from, bool tls)
{
        uint64_t address = server_address_key(listener->server, (const struct sockaddr *)from);
        int one = 1;

        if (!count_in(listener, address)) {
                metrics_add(listener->metrics, METRIC_CONNECTIONS_REFUSED, 1);
                close(fd);
                return;
        }
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (io_threads_adopt(listener->server, listener->turn++, fd, address, tls) < 0) {
                listener_release(listener, address);
                close(fd);
        }
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
        ListenSocket *socket = (ListenSocket *)watcher;
        Listener *listener = socket->listener;

        for (unsigned i = 0; i < ACCEPT_BURST; i++) {
                struct sockaddr_storage from = {};
                socklen_t size = sizeof(from);
                int fd = accept4(watcher->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (fd >= 0) {
                        take(listener, fd, &from, socket->tls);
                        continue;
                }
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                        log_warning("cannot accept connections for now: %s", strerror(errno));
                        listener_stop(listener);
                        ev_timer_set(&listener->pause, PAUSE_SECONDS, 0);
                        ev_timer_start(loop, &listener->pause);
                }
                return; /* EAGAIN; or the peer has gone already */
        }
}

static void on_pause_over(struct ev_loop *loop, ev_timer *watcher, int events)
{
        listener_start(watcher->data);
}

void listener_start(Listener *listener)
{
        for (size_t i = 0; i < listener->sockets_count; i++)
                ev_io_start(listener->loop, &listener->sockets[i].readable);
}

void listener_stop(Listener *listener)
{
        ev_timer_stop(listener->loop, &listener->pause);
        for (size_t i = 0; i < listener->sockets_count; i++)
                ev_io_stop(listener->loop, &listener->sockets[i].readable);
}

static void add_socket(Listener *listener, int fd, bool tls)
{
        ListenSocket *socket = &listener->sockets[listener->sockets_count++];

        socket->listener = listener;
        socket->tls = tls;
        ev_io_init(&socket->readable, on_readable, fd, EV_READ);
}

/* Prints what a client is to be given as the server's URL: by name where it was said by name. */
static int add(Listener *listener, const char *text, bool tls)
{
        const char *scheme = tls ? "wss" : "ws";
        char address[ADDRESS_TEXT_SIZE];
        int fd, r;

        r = listener_bind(text, !tls, &fd, address);
        if (r != 0)
                return r;
        add_socket(listener, fd, tls);
        if (strncmp(text, "localhost:", strlen("localhost:")) == 0)
                printf("%s://localhost%s\n", scheme, strrchr(address, ':'));
        else
                printf("%s://%s\n", scheme, address);
        return 0;
}

/* Loopback, and over IPv6 too where the machine has it. */
static int add_default(Listener *listener)
{
        struct addrinfo *list = NULL;
        char address[ADDRESS_TEXT_SIZE];
        int fd, r;

        r = listener_bind(DEFAULT_LISTEN, true, &fd, address);
        if (r != 0)
                return r;
        add_socket(listener, fd, true);
        if (address_parse(DEFAULT_LISTEN_V6, &list) == 0 && bind_one(list, &fd) == 0)
                add_socket(listener, fd, true);
        if (list)
                freeaddrinfo(list);
        printf("%s\n", DEFAULT_URL);
        return 0;
}

int listener_new(Server *server, struct ev_loop *loop, Listener **out)
{
        const Config *config = server->config;
        Listener *listener = calloc(1, sizeof(Listener));
        int r = 0;

        if (!listener)
                return EXIT_INTERNAL;
        *out = listener; /* half-built; the caller frees it */
        listener->server = server;
        listener->loop = loop;
        listener->metrics = metrics_shard(&server->metrics);
        pthread_mutex_init(&listener->lock, NULL);
        ev_timer_init(&listener->pause, on_pause_over, 0, 0);
        listener->pause.data = listener;

        if (config->listen.count == 0 && config->insecure_listen.count == 0)
                return add_default(listener);
        for (size_t i = 0; r == 0 && i < config->listen.count; i++)
                r = add(listener, config->listen.items[i], true);
        for (size_t i = 0; r == 0 && i < config->insecure_listen.count; i++)
                r = add(listener, config->insecure_listen.items[i], false);
        return r;
}

Listener *listener_free(Listener *listener)
{
        if (!listener)
                return NULL;
        listener_stop(listener);
        for (size_t i = 0; i < listener->sockets_count; i++)
                close(listener->sockets[i].readable.fd);
        map_deinit(&listener->by_address);
        pthread_mutex_destroy(&listener->lock);
        free(listener);
        return NULL;
}
