/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/frame.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "wire/check.h"
#include "wire/count.h"
#include "wire/limits.h"

/*
 * protobuf-c unpacks with malloc() alone, so a NULL from it is a malformed message or no memory; the two cannot be
 * told apart, and the peer's fault is by far the likelier.
 */
int frame_decode_client(const uint8_t *data, size_t size, Wire__ClientFrame **frame_out, uint64_t *request_out)
{
        __attribute__((cleanup(frame_free_clientp))) Wire__ClientFrame *frame = NULL;

        if (size > WIRE_FRAME_MAX || !has_few_fields(&wire__client_frame__descriptor, data, size))
                return FRAME_MALFORMED;
        frame = wire__client_frame__unpack(NULL, size, data);
        if (!frame)
                return FRAME_MALFORMED;
        if (request_out)
                *request_out = frame->request;
        if (frame->body_case == WIRE__CLIENT_FRAME__BODY__NOT_SET)
                return FRAME_UNSUPPORTED;
        if (!check_client_frame(frame))
                return FRAME_MALFORMED;
        *frame_out = frame;
        frame = NULL;
        return 0;
}

int frame_decode_server(const uint8_t *data, size_t size, Wire__ServerFrame **frame_out, uint64_t *request_out)
{
        __attribute__((cleanup(frame_free_serverp))) Wire__ServerFrame *frame = NULL;

        if (size > WIRE_FRAME_MAX || !has_few_fields(&wire__server_frame__descriptor, data, size))
                return FRAME_MALFORMED;
        frame = wire__server_frame__unpack(NULL, size, data);
        if (!frame)
                return FRAME_MALFORMED;
        if (request_out)
                *request_out = frame->request;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY__NOT_SET)
                return FRAME_UNSUPPORTED;
        if (!check_server_frame(frame))
                return FRAME_MALFORMED;
        *frame_out = frame;
        frame = NULL;
        return 0;
}

static void wipe(ProtobufCBinaryData *data)
{
        if (data->data)
                sodium_memzero(data->data, data->len);
}

static void wipe_text(char *text)
{
        if (text && text != protobuf_c_empty_string)
                sodium_memzero(text, strlen(text));
}

void frame_free_client(Wire__ClientFrame *frame)
{
        if (!frame)
                return;
        if (frame->body_case == WIRE__CLIENT_FRAME__BODY_REGISTER_ACCOUNT) {
                wipe(&frame->register_account->auth_key);
                wipe_text(frame->register_account->invitation_token);
        }
        if (frame->body_case == WIRE__CLIENT_FRAME__BODY_LOGIN)
                wipe(&frame->login->auth_key);
        if (frame->body_case == WIRE__CLIENT_FRAME__BODY_CHANGE_PASSWORD) {
                wipe(&frame->change_password->old_auth_key);
                wipe(&frame->change_password->new_auth_key);
        }
        if (frame->body_case == WIRE__CLIENT_FRAME__BODY_DELETE_ACCOUNT)
                wipe(&frame->delete_account->auth_key);
        wire__client_frame__free_unpacked(frame, NULL);
}

void frame_free_server(Wire__ServerFrame *frame)
{
        if (frame)
                wire__server_frame__free_unpacked(frame, NULL);
}

void frame_free_clientp(Wire__ClientFrame **frame)
{
        frame_free_client(*frame);
}

void frame_free_serverp(Wire__ServerFrame **frame)
{
        frame_free_server(*frame);
}

ssize_t frame_size_client(const Wire__ClientFrame *frame)
{
        size_t size = wire__client_frame__get_packed_size(frame);

        return size > WIRE_FRAME_MAX ? -EMSGSIZE : (ssize_t)size;
}

ssize_t frame_size_server(const Wire__ServerFrame *frame)
{
        size_t size = wire__server_frame__get_packed_size(frame);

        return size > WIRE_FRAME_MAX ? -EMSGSIZE : (ssize_t)size;
}

void frame_encode_client(const Wire__ClientFrame *frame, uint8_t *data)
{
        wire__client_frame__pack(frame, data);
}

void frame_encode_server(const Wire__ServerFrame *frame, uint8_t *data)
{
        wire__server_frame__pack(frame, data);
}
