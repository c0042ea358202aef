/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/connection.h"

#include <errno.h>
#include <libsoup/soup.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/connection-tls.h"
#include "daemon/log.h"
#include "wire/error.h"
#include "wire/frame.h"

typedef struct Request {
        ConnectionAnswer answer;
        void *userdata;
        gint64 deadline; /* monotonic, microseconds */
} Request;

struct Connection {
        ServerAddress address;
        const ConnectionHandler *handler;
        void *userdata;
        SoupSession *session;
        SoupMessage *handshake;
        GCancellable *cancellable;
        SoupWebsocketConnection *socket;
        GHashTable *requests; /* number: Request */
        uint64_t next_request;
        guint open_timeout, request_timeout;
        bool welcomed, ended;
        unsigned dispatching; /* a callback of ours runs: free later */
        bool doomed;
        ConnectionWelcome welcome;
};

static void release(Connection *connection)
{
        if (connection->open_timeout)
                g_source_remove(connection->open_timeout);
        if (connection->request_timeout)
                g_source_remove(connection->request_timeout);
        connection->open_timeout = connection->request_timeout = 0;
        if (connection->cancellable)
                g_cancellable_cancel(connection->cancellable);
        g_clear_object(&connection->cancellable);
        if (connection->handshake)
                g_signal_handlers_disconnect_by_data(connection->handshake, &connection->address);
        g_clear_object(&connection->handshake);
        if (connection->socket) {
                g_signal_handlers_disconnect_by_data(connection->socket, connection);
                if (soup_websocket_connection_get_state(connection->socket) == SOUP_WEBSOCKET_STATE_OPEN)
                        soup_websocket_connection_close(connection->socket, SOUP_WEBSOCKET_CLOSE_NORMAL,
                                                        NULL);
        }
        g_clear_object(&connection->socket);
        g_clear_object(&connection->session);
        g_clear_pointer(&connection->requests, g_hash_table_unref);
}

Connection *connection_free(Connection *connection)
{
        if (!connection)
                return NULL;
        connection->ended = true;
        if (connection->dispatching > 0) {
                connection->doomed = true;
                return NULL;
        }
        release(connection);
        server_address_deinit(&connection->address);
        free(connection);
        return NULL;
}

static void dispatch_begin(Connection *connection)
{
        connection->dispatching++;
}

static void dispatch_end(Connection *connection)
{
        connection->dispatching--;
        if (connection->dispatching == 0 && connection->doomed)
                connection_free(connection);
}

static void end(Connection *connection, Problem problem, uint32_t retry_ms)
{
        const ConnectionEnd why = {.problem = problem, .retry_ms = retry_ms};

        if (connection->ended)
                return;
        connection->ended = true;
        dispatch_begin(connection);
        connection->handler->ended(connection->userdata, &why);
        dispatch_end(connection);
}

void connection_set_handler(Connection *connection, const ConnectionHandler *handler, void *userdata)
{
        connection->handler = handler;
        connection->userdata = userdata;
}

const ConnectionWelcome *connection_welcome(const Connection *connection)
{
        return &connection->welcome;
}

/* Answers may be slow, but not this slow: behind a dead peer, nothing else would ever tell. */
static gboolean on_request_timeout(gpointer userdata)
{
        Connection *connection = userdata;
        gint64 now = g_get_monotonic_time();
        GHashTableIter iterator;
        gpointer value;

        g_hash_table_iter_init(&iterator, connection->requests);
        while (g_hash_table_iter_next(&iterator, NULL, &value)) {
                const Request *request = value;

                if (request->deadline > now)
                        continue;
                connection->request_timeout = 0;
                log_info("link", "the server did not answer in time");
                end(connection, PROBLEM_SERVER_UNREACHABLE, 0);
                return G_SOURCE_REMOVE;
        }
        if (g_hash_table_size(connection->requests) > 0)
                return G_SOURCE_CONTINUE;
        connection->request_timeout = 0;
        return G_SOURCE_REMOVE;
}

static void remember_request(Connection *connection, uint64_t number, ConnectionAnswer answer,
                             void *userdata)
{
        Request *request = g_new0(Request, 1);
        gint64 *key = g_new0(gint64, 1);

        *key = (gint64)number;
        request->answer = answer;
        request->userdata = userdata;
        request->deadline = g_get_monotonic_time() + CONNECTION_REQUEST_SECONDS * G_USEC_PER_SEC;
        g_hash_table_insert(connection->requests, key, request);
        if (!connection->request_timeout)
                connection->request_timeout = g_timeout_add_seconds(CONNECTION_REQUEST_SECONDS / 4,
                                                                    on_request_timeout, connection);
}

int connection_send(Connection *connection, Wire__ClientFrame *frame, ConnectionAnswer answer,
                    void *userdata)
{
        g_autoptr(GBytes) bytes = NULL;
        ssize_t size;
        uint8_t *data;

        if (connection->ended || !connection->socket ||
            soup_websocket_connection_get_state(connection->socket) != SOUP_WEBSOCKET_STATE_OPEN)
                return -ENOTCONN;
        frame->request = answer ? connection->next_request++ : 0;
        size = frame_size_client(frame);
        if (size < 0)
                return (int)size;
        data = g_malloc((size_t)size);
        frame_encode_client(frame, data);
        bytes = g_bytes_new_take(data, (size_t)size);
        if (answer)
                remember_request(connection, frame->request, answer, userdata);
        soup_websocket_connection_send_message(connection->socket, SOUP_WEBSOCKET_DATA_BINARY, bytes);
        return 0;
}

static void on_goodbye(Connection *connection, const Wire__Goodbye *goodbye)
{
        Problem problem = PROBLEM_SERVER_UNREACHABLE;

        log_info("link", "the server ends the connection: %s", wire_goodbye_name(goodbye->reason));
        if (goodbye->reason == WIRE__GOODBYE_REASON__GOODBYE_REASON_REPLACED)
                problem = PROBLEM_REPLACED;
        else if (goodbye->reason == WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED)
                problem = PROBLEM_DEVICE_REMOVED;
        end(connection, problem, goodbye->retry_after_ms);
}

static bool on_welcome(void *userdata, const Wire__ServerFrame *frame)
{
        Connection *connection = userdata;
        const Wire__Welcome *welcome = frame->welcome;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR) {
                log_info("link", "the server answers Hello with %s", wire_error_name(frame->error->code));
                end(connection, problem_from_wire(frame->error->code), frame->error->retry_after_ms);
                return true;
        }
        if (frame->body_case != WIRE__SERVER_FRAME__BODY_WELCOME || welcome->protocol < WIRE_PROTOCOL_MIN ||
            welcome->protocol > WIRE_PROTOCOL_MAX) {
                end(connection, PROBLEM_SERVER_UNREACHABLE, 0);
                return true;
        }

        memcpy(connection->welcome.challenge, welcome->challenge.data, WIRE_CHALLENGE_SIZE);
        connection->welcome.registration = welcome->registration;
        connection->welcome.blob_max = welcome->limits ? welcome->limits->blob_max : 0;
        connection->welcomed = true;
        if (connection->open_timeout)
                g_source_remove(connection->open_timeout);
        connection->open_timeout = 0;
        connection->handler->welcomed(connection->userdata);
        return true;
}

static void on_answer(Connection *connection, const Wire__ServerFrame *frame)
{
        gint64 number = (gint64)frame->request;
        Request *request = g_hash_table_lookup(connection->requests, &number);

        if (!request) {
                log_debug("link", "an answer to no request");
                return;
        }
        if (request->answer(request->userdata, frame) && !connection->ended)
                g_hash_table_remove(connection->requests, &number);
}

static void on_message(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer userdata)
{
        _cleanup_(frame_free_serverp) Wire__ServerFrame *frame = NULL;
        Connection *connection = userdata;
        size_t size = 0;
        const uint8_t *data;
        int r;

        if (connection->ended)
                return;
        data = g_bytes_get_data(bytes, &size);
        r = type == SOUP_WEBSOCKET_DATA_BINARY ? frame_decode_server(data, size, &frame, NULL)
                                               : FRAME_MALFORMED;
        if (r == FRAME_UNSUPPORTED) /* of a newer server, which must know that we do not know it */
                return;
        if (r != 0) {
                log_warning("link", r < 0 ? r : 0, "the server sent a malformed frame");
                end(connection, PROBLEM_SERVER_UNREACHABLE, 0);
                return;
        }

        dispatch_begin(connection);
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_GOODBYE)
                on_goodbye(connection, frame->goodbye);
        else if (frame->request != 0)
                on_answer(connection, frame);
        else if (connection->welcomed)
                connection->handler->frame(connection->userdata, &frame);
        dispatch_end(connection);
}

static void on_closed(SoupWebsocketConnection *socket, gpointer userdata)
{
        Connection *connection = userdata;
        gushort code = soup_websocket_connection_get_close_code(socket);
        Problem problem = PROBLEM_SERVER_UNREACHABLE;

        log_info("link", "the connection is closed, code %u", code);
        if (code == WIRE_CLOSE_REPLACED)
                problem = PROBLEM_REPLACED;
        else if (code == WIRE_CLOSE_DEVICE_REMOVED)
                problem = PROBLEM_DEVICE_REMOVED;
        end(connection, problem, 0);
}

static void say_hello(Connection *connection)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Hello hello = WIRE__HELLO__INIT;
        char client[] = "smd " PROJECT_VERSION;
        int r;

        hello.protocol_min = WIRE_PROTOCOL_MIN;
        hello.protocol_max = WIRE_PROTOCOL_MAX;
        hello.server_name = connection->address.host;
        hello.client = client;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_HELLO;
        frame.hello = &hello;
        r = connection_send(connection, &frame, on_welcome, connection);
        if (r < 0)
                end(connection, PROBLEM_SERVER_UNREACHABLE, 0);
}

static void on_connected(GObject *session, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SoupWebsocketConnection) socket = NULL;
        g_autoptr(GError) error = NULL;
        Connection *connection;
        Problem problem;

        socket = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return; /* freed: userdata is gone */

        connection = userdata;
        problem = connection_tls_judge(&connection->address, connection->handshake, error);
        if (problem != PROBLEM_NONE) {
                log_info("link", "cannot connect: %s", error ? error->message : problem_name(problem));
                if (socket)
                        soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
                end(connection, problem, 0);
                return;
        }

        connection->socket = g_steal_pointer(&socket);
        soup_websocket_connection_set_max_incoming_payload_size(connection->socket, WIRE_FRAME_MAX);
        g_signal_connect(connection->socket, "message", G_CALLBACK(on_message), connection);
        g_signal_connect(connection->socket, "closed", G_CALLBACK(on_closed), connection);
        say_hello(connection);
}

static gboolean on_open_timeout(gpointer userdata)
{
        Connection *connection = userdata;

        connection->open_timeout = 0;
        log_info("link", "the server does not answer");
        end(connection, PROBLEM_SERVER_UNREACHABLE, 0);
        return G_SOURCE_REMOVE;
}

Connection *connection_new(const ServerAddress *address, const ConnectionHandler *handler, void *userdata)
{
        char *protocols[] = {(char[]){WIRE_WEBSOCKET_PROTOCOL}, NULL};
        Connection *connection;

        connection = calloc(1, sizeof(*connection));
        if (!connection)
                return NULL;
        server_address_copy(&connection->address, address);
        connection_set_handler(connection, handler, userdata);
        connection->next_request = 1;
        connection->requests = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
        connection->cancellable = g_cancellable_new();
        connection->session = soup_session_new();
        connection->handshake = connection_tls_prepare(&connection->address, connection->session);
        connection->open_timeout =
                        g_timeout_add_seconds(CONNECTION_OPEN_SECONDS, on_open_timeout, connection);
        soup_session_websocket_connect_async(connection->session, connection->handshake, NULL, protocols,
                                             G_PRIORITY_DEFAULT, connection->cancellable, on_connected,
                                             connection);
        return connection;
}
