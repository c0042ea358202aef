/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/messenger.pb-c.h"

/*
 * One WebSocket binary message <-> one frame of wire/messenger.proto. A decoder accepts only what is complete and
 * within wire/limits.h: user names are well-formed, fixed-size fields have their size, the body is one that the
 * schema knows, every count is bounded. What it returns needs no further look at lengths.
 */
enum {
        FRAME_MALFORMED = 1,   /* not this schema, or beyond a limit */
        FRAME_UNSUPPORTED = 2, /* well-formed, but its body is none that we know; *request_out is set */
};

/* Returns 0 and a frame to be freed by frame_free_*(), a code from above, or -ENOMEM. request_out may be NULL. */
int frame_decode_client(const uint8_t *data, size_t size, Wire__ClientFrame **frame_out, uint64_t *request_out);
int frame_decode_server(const uint8_t *data, size_t size, Wire__ServerFrame **frame_out, uint64_t *request_out);

/* Accept NULL. Secrets inside (auth keys) are wiped. */
void frame_free_client(Wire__ClientFrame *frame);
void frame_free_server(Wire__ServerFrame *frame);
void frame_free_clientp(Wire__ClientFrame **frame);
void frame_free_serverp(Wire__ServerFrame **frame);

/*
 * Encode into data, of frame_size_*() bytes: the caller may leave room before it, as WebSocket libraries like to
 * have. What is sent is held to no limit here but WIRE_FRAME_MAX: -EMSGSIZE beyond it, from frame_size_*() too.
 */
ssize_t frame_size_client(const Wire__ClientFrame *frame);
ssize_t frame_size_server(const Wire__ServerFrame *frame);
void frame_encode_client(const Wire__ClientFrame *frame, uint8_t *data);
void frame_encode_server(const Wire__ServerFrame *frame, uint8_t *data);
