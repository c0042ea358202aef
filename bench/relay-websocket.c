/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/relay-websocket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wire/limits.h"

size_t websocket_request(uint8_t *out, const char *authority, const char *path, const char *protocol)
{
        /* The key guards against confused proxies; on loopback any will do. */
        int n = snprintf((char *)out, WEBSOCKET_REQUEST_MAX,
                         "GET %s HTTP/1.1\r\n"
                         "Host: %s\r\n"
                         "Upgrade: websocket\r\n"
                         "Connection: Upgrade\r\n"
                         "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"
                         "Sec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Protocol: %s\r\n"
                         "\r\n",
                         path, authority, protocol);

        return (size_t)n;
}

int websocket_upgraded(const uint8_t *data, size_t size, size_t *used_out)
{
        static const char status[] = "HTTP/1.1 101";
        const uint8_t *end = memmem(data, size, "\r\n\r\n", 4);

        if (!end)
                return WEBSOCKET_INCOMPLETE;
        if (size < strlen(status) || memcmp(data, status, strlen(status)) != 0)
                return -EPROTO;
        *used_out = (size_t)(end + 4 - data);
        return 0;
}

size_t websocket_header_size(size_t size)
{
        return (size < 126 ? 2u : size <= UINT16_MAX ? 4u : 10u) + 4u;
}

/* The mask hides nothing on a TLS connection and RFC 6455 wants it unpredictable only for browsers' sake. */
static uint32_t next_mask(void)
{
        static uint32_t state = 0x9e3779b9;

        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return state;
}

void websocket_seal(uint8_t *data, size_t size, unsigned opcode)
{
        uint8_t *header = data - websocket_header_size(size);
        uint32_t mask = next_mask();
        uint64_t wide = (uint64_t)mask << 32 | mask;
        size_t i = 0;

        header[0] = (uint8_t)(0x80 | opcode);
        if (size < 126) {
                header[1] = (uint8_t)(0x80 | size);
        } else if (size <= UINT16_MAX) {
                header[1] = 0x80 | 126;
                header[2] = (uint8_t)(size >> 8);
                header[3] = (uint8_t)size;
        } else {
                header[1] = 0x80 | 127;
                for (unsigned byte = 0; byte < 8; byte++)
                        header[2 + byte] = (uint8_t)((uint64_t)size >> (56 - 8 * byte));
        }
        memcpy(data - 4, &mask, 4);
        for (; i + 8 <= size; i += 8) {
                uint64_t word;

                memcpy(&word, data + i, 8);
                word ^= wide;
                memcpy(data + i, &word, 8);
        }
        for (; i < size; i++)
                data[i] ^= data[(ptrdiff_t)(i % 4) - 4];
}

int websocket_open(const uint8_t *data, size_t size, WebSocketFrame *out)
{
        size_t header = 2, length;

        if (size < header)
                return WEBSOCKET_INCOMPLETE;
        if ((data[0] & 0xf0) != 0x80 || data[1] & 0x80)
                return -EPROTO;
        length = data[1];
        if (length >= 126) {
                unsigned bytes = length == 126 ? 2 : 8;

                header += bytes;
                if (size < header)
                        return WEBSOCKET_INCOMPLETE;
                length = 0;
                for (unsigned i = 0; i < bytes; i++)
                        length = length << 8 | data[2 + i];
                if (length > WIRE_FRAME_MAX)
                        return -EPROTO;
        }
        if (size - header < length)
                return WEBSOCKET_INCOMPLETE;
        *out = (WebSocketFrame){
                        .opcode = data[0] & 0x0f,
                        .data = data + header,
                        .size = length,
                        .total = header + length,
        };
        return 0;
}
