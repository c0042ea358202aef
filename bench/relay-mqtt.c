/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/relay-measure.h"
#include "bench/relay.h"

/*
 * The same pairs against an MQTT 3.1.1 broker (mosquitto) over WebSockets and TLS, at QoS 1: each publish is
 * answered to its sender and acked by its receiver, as with smserver; but the broker keeps it in memory
 * alone.
 */
typedef struct MqttPeer {
        Connection connection; /* the first member, as in Session */
        struct MqttRun *all;
        unsigned index;
        bool receives;
        uint16_t last_id;
        unsigned under_way;
} MqttPeer;

typedef struct MqttRun {
        Run *run;
        MqttPeer *peers; /* 2i writes to 2i + 1 */
        uint8_t *payload;
        uint64_t delivered;
        unsigned ready;
        bool going;
} MqttRun;

enum {
        MQTT_CONNECT = 0x10,
        MQTT_CONNACK = 0x20,
        MQTT_PUBLISH_QOS1 = 0x32,
        MQTT_PUBACK = 0x40,
        MQTT_SUBSCRIBE = 0x82,
        MQTT_SUBACK = 0x90,
};

static uint8_t *put_uint16(uint8_t *at, size_t value)
{
        at[0] = (uint8_t)(value >> 8);
        at[1] = (uint8_t)value;
        return at + 2;
}

static uint8_t *put_text(uint8_t *at, const char *text)
{
        at = put_uint16(at, strlen(text));
        memcpy(at, text, strlen(text));
        return at + strlen(text);
}

/* One packet of `size` bytes after its fixed header, in one WebSocket message. */
static int mqtt_begin(MqttPeer *peer, unsigned type, size_t size, uint8_t **data_out, uint8_t **body_out)
{
        uint8_t length[4];
        size_t bytes = 0, rest = size;
        int r;

        do {
                length[bytes++] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
                rest >>= 7;
        } while (rest > 0 && bytes < sizeof(length));
        r = connection_begin_message(&peer->connection, 1 + bytes + size, data_out);
        if (r < 0)
                return r;
        (*data_out)[0] = (uint8_t)type;
        memcpy(*data_out + 1, length, bytes);
        *body_out = *data_out + 1 + bytes;
        return 0;
}

static void mqtt_end(MqttPeer *peer, uint8_t *data, const uint8_t *end)
{
        connection_end_message(&peer->connection, data, (size_t)(end - data));
}

static int mqtt_opened(Connection *connection)
{
        static const uint8_t fixed[] = {0, 4, 'M', 'Q', 'T', 'T', 4, 0x02 /* clean session */, 0, 0};
        MqttPeer *peer = (MqttPeer *)connection;
        char name[32];
        uint8_t *data, *at;
        int r;

        snprintf(name, sizeof(name), "load-%u", peer->index);
        r = mqtt_begin(peer, MQTT_CONNECT, sizeof(fixed) + 2 + strlen(name), &data, &at);
        if (r < 0)
                return r;
        memcpy(at, fixed, sizeof(fixed));
        mqtt_end(peer, data, put_text(at + sizeof(fixed), name));
        return 0;
}

static int mqtt_subscribe(MqttPeer *peer)
{
        char topic[32];
        uint8_t *data, *at;
        int r;

        snprintf(topic, sizeof(topic), "pair/%u", peer->index / 2);
        r = mqtt_begin(peer, MQTT_SUBSCRIBE, 2 + 2 + strlen(topic) + 1, &data, &at);
        if (r < 0)
                return r;
        at = put_text(put_uint16(at, 1), topic);
        *at++ = 1;
        mqtt_end(peer, data, at);
        return 0;
}

static int mqtt_publish(MqttPeer *peer)
{
        size_t size = peer->all->run->payload;
        char topic[32];
        uint8_t *data, *at;
        int r;

        snprintf(topic, sizeof(topic), "pair/%u", peer->index / 2);
        r = mqtt_begin(peer, MQTT_PUBLISH_QOS1, 2 + strlen(topic) + 2 + size, &data, &at);
        if (r < 0)
                return r;
        if (++peer->last_id == 0) /* 0 is no packet's identifier */
                peer->last_id = 1;
        at = put_uint16(put_text(at, topic), peer->last_id);
        memcpy(at, peer->all->payload, size);
        mqtt_end(peer, data, at + size);
        peer->under_way++;
        return 0;
}

static int mqtt_fill(MqttPeer *peer)
{
        int r = 0;

        while (r >= 0 && peer->all->going && peer->under_way < peer->all->run->window)
                r = mqtt_publish(peer);
        return r;
}

static int mqtt_puback(MqttPeer *peer, const uint8_t *body, size_t size)
{
        size_t topic = (size_t)body[0] << 8 | body[1];
        uint8_t *data, *at;
        int r;

        if (size != 2 + topic + 2 + peer->all->run->payload)
                return -EPROTO;
        peer->all->delivered++;
        r = mqtt_begin(peer, MQTT_PUBACK, 2, &data, &at);
        if (r < 0)
                return r;
        memcpy(at, body + 2 + topic, 2);
        mqtt_end(peer, data, at + 2);
        return 0;
}

static int mqtt_packet(MqttPeer *peer, unsigned type, const uint8_t *body, size_t size)
{
        if (type == MQTT_CONNACK && peer->receives)
                return mqtt_subscribe(peer);
        if (type == MQTT_CONNACK || type == MQTT_SUBACK) {
                peer->all->ready++;
                return 0;
        }
        if (type == MQTT_PUBACK) {
                peer->under_way--;
                return mqtt_fill(peer);
        }
        if (type == MQTT_PUBLISH_QOS1 && size > 4)
                return mqtt_puback(peer, body, size);
        fprintf(stderr, "relay: an MQTT packet that was not expected: %#x\n", type);
        return -EPROTO;
}

/* The broker puts whole packets into a message, one or several. */
static int mqtt_message(Connection *connection, const uint8_t *data, size_t size)
{
        MqttPeer *peer = (MqttPeer *)connection;
        const uint8_t *end = data + size;
        int r = 0;

        while (r >= 0 && data < end) {
                unsigned type = *data++, shift = 0;
                size_t length = 0;

                for (bool more = true; more; shift += 7) {
                        if (data == end || shift > 21)
                                return -EPROTO;
                        length |= (size_t)(*data & 0x7f) << shift;
                        more = *data++ & 0x80;
                }
                if (length > (size_t)(end - data))
                        return -EPROTO;
                r = mqtt_packet(peer, type, data, length);
                data += length;
        }
        return r;
}

static int mqtt_closed(Connection *connection)
{
        fprintf(stderr, "relay: the broker hung up\n");
        return -ECONNRESET;
}

static void mqtt_run_deinit(MqttRun *all)
{
        for (unsigned i = 0; all->peers && i < 2 * all->run->pairs; i++)
                connection_close(&all->peers[i].connection);
        free(all->peers);
        free(all->payload);
}

static int mqtt_run_for(MqttRun *all, double seconds, unsigned ready)
{
        double end = now_seconds() + seconds;
        int r = 0;

        while (r >= 0 && now_seconds() < end && (ready == 0 || all->ready < ready))
                r = loop_step(&all->run->loop, 10);
        return r < 0 || all->ready >= ready ? r : -ETIMEDOUT;
}

static int mqtt_start(MqttRun *all)
{
        static const ConnectionHandler handler = {
                        .opened = mqtt_opened,
                        .message = mqtt_message,
                        .closed = mqtt_closed,
        };
        unsigned count = 2 * all->run->pairs;
        int r;

        for (unsigned i = 0; i < count; i++) {
                all->peers[i].all = all;
                all->peers[i].index = i;
                all->peers[i].receives = i % 2;
                r = connection_start(&all->peers[i].connection, &all->run->loop, &all->run->endpoint,
                                     &handler);
                if (r < 0)
                        return r;
        }
        r = mqtt_run_for(all, RUN_DEADLINE_SECONDS, count);
        all->going = true;
        for (unsigned i = 0; r >= 0 && i < count; i += 2) {
                r = mqtt_fill(&all->peers[i]);
                if (r >= 0)
                        r = connection_flush(&all->peers[i].connection);
        }
        return r;
}

int run_mqtt(Run *run)
{
        __attribute__((cleanup(mqtt_run_deinit))) MqttRun all = {.run = run};
        double begin, seconds, server;
        uint64_t delivered;
        int r;

        run->endpoint.path = "/mqtt";
        run->endpoint.protocol = "mqtt";
        all.peers = calloc(2 * (size_t)run->pairs, sizeof(MqttPeer));
        all.payload = malloc(run->payload);
        if (!all.peers || !all.payload)
                return -ENOMEM;
        randombytes_buf(all.payload, run->payload);
        r = mqtt_start(&all);
        if (r >= 0)
                r = mqtt_run_for(&all, run->warmup, 0);
        if (r < 0)
                return r;
        begin = now_seconds();
        server = cpu_seconds(run->server_pid);
        delivered = all.delivered;
        r = mqtt_run_for(&all, run->seconds, 0);
        if (r < 0)
                return r;
        seconds = now_seconds() - begin;
        delivered = all.delivered - delivered;
        printf("{\"mode\": \"mqtt\", \"rate\": %.0f, \"server_us\": %.2f}\n", (double)delivered / seconds,
               (cpu_seconds(run->server_pid) - server) / (double)delivered * 1e6);
        return 0;
}
