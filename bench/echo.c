/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A WebSocket echo over TLS and nothing else, with the library and the event loop of smserver: what its
 * listener could do at most. `echo CERTIFICATE KEY [BYTES [all]]` listens on a loopback port that it prints, until
 * SIGTERM, and takes messages of up to BYTES. With `all`, each message goes to everybody who is connected.
 */
#include <ev.h>
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/limits.h"

enum { QUEUE_MAX = 256 };

static size_t message_max = 1024;
static bool to_all;

/* What came in and waits to go out, each with the room before it that lws_write() wants. */
typedef struct Message {
        size_t size;
        uint8_t room[];
} Message;

typedef struct Peer Peer;
struct Peer {
        struct lws *wsi;
        Peer *next;
        uint8_t *queue; /* QUEUE_MAX messages */
        unsigned first, count;
};

static Peer *peers;

static size_t slot_size(void)
{
        return (sizeof(Message) + LWS_PRE + message_max + 15) & ~(size_t)15;
}

static Message *message_at(const Peer *peer, unsigned slot)
{
        return (Message *)(void *)(peer->queue + slot * slot_size());
}

/* The message that has just come to this one, which keeps it. */
static int copy_to_others(const Peer *peer)
{
        const Message *message = message_at(peer, (peer->first + peer->count) % QUEUE_MAX);

        for (Peer *other = peers; other; other = other->next) {
                if (other == peer)
                        continue;
                if (other->count == QUEUE_MAX)
                        return -1;
                memcpy(message_at(other, (other->first + other->count++) % QUEUE_MAX), message,
                       sizeof(Message) + LWS_PRE + message->size);
                lws_callback_on_writable(other->wsi);
        }
        return 0;
}

static int peer_receive(Peer *peer, struct lws *wsi, const void *data, size_t size)
{
        Message *message = message_at(peer, (peer->first + peer->count) % QUEUE_MAX);
        size_t before = lws_is_first_fragment(wsi) ? 0 : message->size;

        if (peer->count == QUEUE_MAX || size > message_max - before)
                return -1;
        memcpy(message->room + LWS_PRE + before, data, size);
        message->size = before + size;
        if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) > 0)
                return 0;
        if (to_all && copy_to_others(peer) < 0)
                return -1;
        peer->count++;
        lws_callback_on_writable(wsi);
        return 0;
}

static int peer_write(Peer *peer, struct lws *wsi)
{
        while (peer->count > 0 && !lws_partial_buffered(wsi)) {
                Message *message = message_at(peer, peer->first);

                if (lws_write(wsi, message->room + LWS_PRE, message->size, LWS_WRITE_BINARY) < 0)
                        return -1;
                peer->first = (peer->first + 1) % QUEUE_MAX;
                peer->count--;
        }
        if (peer->count > 0)
                lws_callback_on_writable(wsi);
        return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *data, size_t size)
{
        Peer *peer = user;

        if (reason == LWS_CALLBACK_ESTABLISHED) {
                peer->queue = calloc(QUEUE_MAX, slot_size());
                peer->wsi = wsi;
                peer->next = peers;
                peers = peer;
                return peer->queue ? 0 : -1;
        } else if (reason == LWS_CALLBACK_RECEIVE) {
                return peer_receive(peer, wsi, data, size);
        } else if (reason == LWS_CALLBACK_SERVER_WRITEABLE) {
                return peer_write(peer, wsi);
        } else if (reason == LWS_CALLBACK_CLOSED) {
                for (Peer **link = &peers; *link; link = &(*link)->next)
                        if (*link == peer) {
                                *link = peer->next;
                                break;
                        }
                free(peer->queue);
        }
        return 0;
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
        ev_break(loop, EVBREAK_ALL);
}

int main(int argc, char **argv)
{
        static const struct lws_protocols protocols[] = {
                        {.name = WIRE_WEBSOCKET_PROTOCOL,
                         .callback = callback,
                         .per_session_data_size = sizeof(Peer),
                         .rx_buffer_size = 4096},
                        {0},
        };
        struct ev_loop *loop = ev_default_loop(0);
        void *foreign[] = {loop};
        struct lws_context_creation_info info = {
                        .options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
                        .foreign_loops = foreign,
                        .protocols = protocols,
                        .iface = "lo",
        };
        struct lws_context *context;
        struct lws_vhost *vhost;
        ev_signal terminated;

        if (argc < 3 || argc > 5 || (argc == 5 && strcmp(argv[4], "all") != 0)) {
                fprintf(stderr, "usage: echo CERTIFICATE KEY [BYTES [all]]\n");
                return 2;
        }
        to_all = argc == 5;
        if (argc >= 4)
                message_max = strtoul(argv[3], NULL, 10);
        info.ssl_cert_filepath = argv[1];
        info.ssl_private_key_filepath = argv[2];
        lws_set_log_level(LLL_ERR, NULL);
        context = lws_create_context(&info);
        vhost = context ? lws_create_vhost(context, &info) : NULL;
        if (!vhost)
                return EXIT_FAILURE;
        printf("wss://127.0.0.1:%d\n", lws_get_vhost_listen_port(vhost));
        fflush(stdout);
        ev_signal_init(&terminated, on_signal, SIGTERM);
        ev_signal_start(loop, &terminated);
        ev_run(loop, 0);
        lws_context_destroy(context);
        return EXIT_SUCCESS;
}
