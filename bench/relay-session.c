/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/relay-session.h"

#include <errno.h>
#include <stdio.h>

#include <sodium.h>

#include "wire/error.h"

enum {
        REQUEST_HELLO = 1,
        REQUEST_BEGIN,
        REQUEST_SEND,

        /* Few, so that thousands of accounts are quick to make; nobody fetches them here. */
        ONE_TIME_PREKEYS = 2,
        IDENTITY_SIZE = 128,
        PREKEY_SIZE = 128,
};

int session_frame(Session *s, const Wire__ClientFrame *frame)
{
        ssize_t size = frame_size_client(frame);
        uint8_t *data;
        int r;

        if (size < 0)
                return (int)size;
        r = connection_begin_message(&s->connection, (size_t)size, &data);
        if (r < 0)
                return r;
        frame_encode_client(frame, data);
        connection_end_message(&s->connection, data, (size_t)size);
        return 0;
}

static int session_opened(Connection *connection)
{
        Session *s = (Session *)connection;
        Wire__Hello hello = WIRE__HELLO__INIT;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;

        hello.protocol_min = WIRE_PROTOCOL_MIN;
        hello.protocol_max = WIRE_PROTOCOL_MAX;
        hello.server_name = (char *)connection->endpoint->host;
        hello.client = (char *)"relay benchmark";
        frame.request = REQUEST_HELLO;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_HELLO;
        frame.hello = &hello;
        return session_frame(s, &frame);
}

static int session_register(Session *s)
{
        uint8_t noise[IDENTITY_SIZE], salt[WIRE_SALT_SIZE], auth_key[WIRE_AUTH_KEY_SIZE];
        Wire__PasswordParameters password = WIRE__PASSWORD_PARAMETERS__INIT;
        Wire__OneTimePrekey prekeys[ONE_TIME_PREKEYS];
        Wire__OneTimePrekey *prekey_list[ONE_TIME_PREKEYS];
        Wire__DeviceKeys device = WIRE__DEVICE_KEYS__INIT;
        Wire__RegisterAccount body = WIRE__REGISTER_ACCOUNT__INIT;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;

        randombytes_buf(noise, sizeof(noise));
        randombytes_buf(salt, sizeof(salt));
        randombytes_buf(auth_key, sizeof(auth_key));
        for (unsigned i = 0; i < ONE_TIME_PREKEYS; i++) {
                prekeys[i] = (Wire__OneTimePrekey)WIRE__ONE_TIME_PREKEY__INIT;
                prekeys[i].id = i + 1;
                prekeys[i].key = (ProtobufCBinaryData){.len = PREKEY_SIZE, .data = noise};
                prekey_list[i] = &prekeys[i];
        }
        password.salt = (ProtobufCBinaryData){.len = sizeof(salt), .data = salt};
        password.passes = WIRE_PASSWORD_PASSES_MIN;
        password.memory_kib = WIRE_PASSWORD_MEMORY_KIB_MIN;
        /* libsodium's secret key is the seed and the public key. */
        device.auth_public_key = (ProtobufCBinaryData){.len = WIRE_PUBLIC_KEY_SIZE,
                                                       .data = s->account->key.bytes + 32};
        device.identity = (ProtobufCBinaryData){.len = sizeof(noise), .data = noise};
        device.signed_prekey = (ProtobufCBinaryData){.len = PREKEY_SIZE, .data = noise};
        device.last_resort_prekey = device.signed_prekey;
        device.one_time_prekeys = prekey_list;
        device.n_one_time_prekeys = ONE_TIME_PREKEYS;
        body.user_name = s->account->user_name;
        body.password = &password;
        body.auth_key = (ProtobufCBinaryData){.len = sizeof(auth_key), .data = auth_key};
        body.device = &device;
        frame.request = REQUEST_BEGIN;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_REGISTER_ACCOUNT;
        frame.register_account = &body;
        return session_frame(s, &frame);
}

static int session_authenticate(Session *s, const Wire__Welcome *welcome)
{
        DeviceAuthInput input = {
                        .server_name = s->connection.endpoint->host,
                        .user_name = s->account->user_name,
                        .device_id = s->account->device_id,
                        .challenge = welcome->challenge.data,
        };
        DeviceAuthSignature signature;
        Wire__Authenticate body = WIRE__AUTHENTICATE__INIT;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        int r;

        r = device_auth_sign(&s->account->key, &input, &signature);
        if (r < 0)
                return r;
        body.user_name = s->account->user_name;
        body.device_id = s->account->device_id;
        body.signature = (ProtobufCBinaryData){.len = sizeof(signature.bytes), .data = signature.bytes};
        frame.request = REQUEST_BEGIN;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_AUTHENTICATE;
        frame.authenticate = &body;
        return session_frame(s, &frame);
}

int session_send(Session *s, const Account *recipient, const uint8_t *id, const uint8_t *payload,
                 size_t size)
{
        Wire__OutgoingEnvelope envelope = WIRE__OUTGOING_ENVELOPE__INIT;
        Wire__OutgoingEnvelope *list[] = {&envelope};
        Wire__Send body = WIRE__SEND__INIT;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;

        envelope.id = (ProtobufCBinaryData){.len = WIRE_ENVELOPE_ID_SIZE, .data = (uint8_t *)id};
        envelope.recipient = (char *)recipient->user_name;
        envelope.device_id = recipient->device_id;
        envelope.payload = (ProtobufCBinaryData){.len = size, .data = (uint8_t *)payload};
        body.envelopes = list;
        body.n_envelopes = 1;
        frame.request = REQUEST_SEND;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SEND;
        frame.send = &body;
        return session_frame(s, &frame);
}

int session_ack(Session *s, uint64_t sequence)
{
        Wire__Ack body = WIRE__ACK__INIT;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;

        body.sequence = sequence;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_ACK;
        frame.ack = &body;
        return session_frame(s, &frame);
}

static int session_ready(Session *s)
{
        s->ready = true;
        return s->handler->ready(s);
}

static int session_error(const Session *s, const Wire__Error *error)
{
        fprintf(stderr, "relay: %s is refused: %s: %s\n", s->account->user_name,
                wire_error_name(error->code), error->text);
        return -EPROTO;
}

static int session_message(Connection *connection, const uint8_t *data, size_t size)
{
        __attribute__((cleanup(frame_free_serverp))) Wire__ServerFrame *frame = NULL;
        Session *s = (Session *)connection;
        int r;

        r = frame_decode_server(data, size, &frame, NULL);
        if (r != 0) {
                fprintf(stderr, "relay: a frame of the server's that does not decode: %d\n", r);
                return -EPROTO;
        }
        switch (frame->body_case) {
        case WIRE__SERVER_FRAME__BODY_WELCOME:
                return s->account->device_id ? session_authenticate(s, frame->welcome) : session_register(s);
        case WIRE__SERVER_FRAME__BODY_REGISTERED:
                s->account->device_id = frame->registered->device_id;
                return session_ready(s);
        case WIRE__SERVER_FRAME__BODY_AUTHENTICATED:
                return session_ready(s);
        case WIRE__SERVER_FRAME__BODY_SEND_RESULT:
                if (frame->send_result->n_refused > 0)
                        return session_error(s, frame->send_result->refused[0]->error);
                return s->handler->results ? s->handler->results(s, frame->send_result) : -EPROTO;
        case WIRE__SERVER_FRAME__BODY_DELIVER:
                return s->handler->deliver ? s->handler->deliver(s, frame->deliver) : -EPROTO;
        case WIRE__SERVER_FRAME__BODY_DONE:
                return s->handler->done ? s->handler->done(s) : -EPROTO;
        case WIRE__SERVER_FRAME__BODY_PREKEY_COUNT: /* that few are left is no news here */
                return 0;
        case WIRE__SERVER_FRAME__BODY_ERROR:
                return session_error(s, frame->error);
        case WIRE__SERVER_FRAME__BODY_BLOB_STATE:
        case WIRE__SERVER_FRAME__BODY_BLOB_DATA:
                return s->handler->blob ? s->handler->blob(s, frame) : -EPROTO;
        case WIRE__SERVER_FRAME__BODY_GOODBYE:
                fprintf(stderr, "relay: %s is sent away: %s\n", s->account->user_name,
                        wire_goodbye_name(frame->goodbye->reason));
                return -EPROTO;
        case WIRE__SERVER_FRAME__BODY__NOT_SET:
        case WIRE__SERVER_FRAME__BODY_PRESENCE_CHANGED:
        case WIRE__SERVER_FRAME__BODY_USERS:
        case WIRE__SERVER_FRAME__BODY_SALT:
        case WIRE__SERVER_FRAME__BODY_BUNDLES:
        case WIRE__SERVER_FRAME__BODY_KEY_PACKAGE_COUNT:
        case WIRE__SERVER_FRAME__BODY_KEY_PACKAGES:
        case WIRE__SERVER_FRAME__BODY_GROUP_COMMITS:
        case _WIRE__SERVER_FRAME__BODY__CASE_IS_INT_SIZE:
                break;
        }
        fprintf(stderr, "relay: a frame that nobody asked for: %d\n", (int)frame->body_case);
        return -EPROTO;
}

static int session_closed(Connection *connection)
{
        Session *s = (Session *)connection;

        fprintf(stderr, "relay: the server hung up on %s\n", s->account->user_name);
        return -ECONNRESET;
}

int session_start(Session *s, Loop *loop, const Endpoint *endpoint, Account *account,
                  const SessionHandler *handler, void *userdata)
{
        static const ConnectionHandler connection_handler = {
                        .opened = session_opened,
                        .message = session_message,
                        .closed = session_closed,
        };

        s->account = account;
        s->handler = handler;
        s->userdata = userdata;
        s->ready = false;
        return connection_start(&s->connection, loop, endpoint, &connection_handler);
}

void session_close(Session *s)
{
        connection_close(&s->connection);
        s->ready = false;
}
