/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* As much of a client's side of RFC 6455 as the load generator needs: whole frames, no fragments, no
 * extensions. */
enum {
        WEBSOCKET_HEADER_MAX = 14,
        WEBSOCKET_REQUEST_MAX = 1024,

        WEBSOCKET_INCOMPLETE = 1,

        WEBSOCKET_BINARY = 2,
        WEBSOCKET_CLOSE = 8,
        WEBSOCKET_PING = 9,
        WEBSOCKET_PONG = 10,
};

typedef struct WebSocketFrame {
        unsigned opcode;
        const uint8_t *data;
        size_t size;
        size_t total; /* bytes of the frame, its header included */
} WebSocketFrame;

/* Writes the request that turns HTTP into `protocol`; at most WEBSOCKET_REQUEST_MAX bytes. */
size_t websocket_request(uint8_t *out, const char *authority, const char *path, const char *protocol);
/* 0: it is done, and *used_out bytes were the answer; WEBSOCKET_INCOMPLETE; -EPROTO: refused. */
int websocket_upgraded(const uint8_t *data, size_t size, size_t *used_out);

/* The size of a client's frame header for so many bytes. */
size_t websocket_header_size(size_t size);
/* Masks `size` bytes where they stand and writes the header before them. */
void websocket_seal(uint8_t *data, size_t size, unsigned opcode);
/* 0, WEBSOCKET_INCOMPLETE, or -EPROTO: a masked, fragmented or reserved frame. */
int websocket_open(const uint8_t *data, size_t size, WebSocketFrame *out);
