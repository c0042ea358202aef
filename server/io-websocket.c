/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

#include "server/clock.h"
#include "server/exit-code.h"
#include "server/io-private.h"
#include "server/listener.h"
#include "server/log.h"

/*
 * Sessions on libwebsockets. Its per-connection timers are switched off (server/io-sweep.c), as are HTTP/2,
 * compression, session tickets and everything else that would hold memory for an idle connection.
 */
enum {
        RECEIVE_CHUNK = 1024,       /* each connection has a buffer of this size */
        SERVICE_BUFFER = 16 * 1024, /* one for each thread */
        SEND_CHUNK = 64 * 1024,
        HANDSHAKE_SECONDS = 15,
        FRAMES_PER_TURN = 8, /* written before other connections get their turn */
};

static void want_write(void *connection)
{
        Session *session = lws_get_opaque_user_data(connection);

        if (!session->blocked_us)
                session->blocked_us = session->host->now_us;
        lws_callback_on_writable(connection);
}

static void pause_reading(void *connection, bool paused)
{
        (void)lws_rx_flow_control(connection, !paused);
}

static void link_session(IoThread *thread, Session *session)
{
        session->next = thread->sessions;
        if (session->next)
                session->next->previous = session;
        thread->sessions = session;
        metrics_add(thread->host.metrics, METRIC_CONNECTIONS_OPENED, 1);
}

static void unlink_session(IoThread *thread, Session *session)
{
        if (session->previous)
                session->previous->next = session->next;
        else
                thread->sessions = session->next;
        if (session->next)
                session->next->previous = session->previous;
        session->previous = session->next = NULL;
        metrics_add(thread->host.metrics, METRIC_CONNECTIONS_CLOSED, 1);
}

static void forget_session(IoThread *thread, Session *session)
{
        unlink_session(thread, session);
        listener_release(thread->server->listener, session->address);
        session_close(session);
}

void io_websocket_adopt(IoThread *thread, int fd, uint64_t address, bool tls)
{
        Session *session = session_new(&thread->host, NULL, address);
        lws_adopt_desc_t adopt = {
                        .vh = tls ? thread->tls : thread->plain,
                        .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | (tls ? LWS_ADOPT_ALLOW_SSL : 0),
                        .fd.sockfd = fd,
                        .opaque = session,
        };
        struct lws *wsi;

        if (!session) {
                close(fd);
                listener_release(thread->server->listener, address);
                return;
        }
        link_session(thread, session);
        thread->adopting = session;
        wsi = lws_adopt_descriptor_vhost_via_info(&adopt);
        /*
         * Where it fails late, the session went with its connection; where it fails early, nobody was told.
         */
        if (wsi)
                session->connection = wsi;
        else if (thread->adopting)
                forget_session(thread, session);
        thread->adopting = NULL;
}

void io_websocket_kill(Session *session)
{
        IoThread *thread = io_thread_of(session);

        if (!session->connection) {
                forget_session(thread, session);
                return;
        }
        /*
         * With something left to send, libwebsockets would wait for that; so it can send nothing any more.
         */
        (void)shutdown(lws_get_socket_fd(session->connection), SHUT_RDWR);
        lws_set_timeout(session->connection, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
}

void io_websocket_ping(Session *session)
{
        session->want_ping = true;
        lws_callback_on_writable(session->connection);
}

static int write_ping(Session *session, struct lws *wsi)
{
        unsigned char buffer[LWS_PRE + 1] = {};

        session->want_ping = false;
        /* Of one byte: libwebsockets passes over the pong that answers an empty one. */
        return lws_write(wsi, buffer + LWS_PRE, 1, LWS_WRITE_PING) < 0 ? -1 : 0;
}

/* -1: the connection has to go. */
static int write_frames(IoThread *thread, Session *session, struct lws *wsi)
{
        uint8_t *frame = thread->write_buffer + LWS_PRE;

        for (unsigned i = 0; i < FRAMES_PER_TURN && !lws_partial_buffered(wsi); i++) {
                size_t size = session_next_frame(session, frame);

                if (size == 0)
                        break;
                if (lws_write(wsi, frame, size, LWS_WRITE_BINARY) < (int)size)
                        return -1;
        }
        if (session->want_ping && !lws_partial_buffered(wsi) && write_ping(session, wsi) < 0)
                return -1;
        if (session->state == SESSION_ENDED && !lws_partial_buffered(wsi)) {
                lws_close_reason(wsi, session_close_code(session), NULL, 0);
                return -1;
        }
        session->blocked_us = 0;
        if (session_has_output(session) || lws_partial_buffered(wsi))
                want_write(wsi);
        return 0;
}

static void receive(Session *session, struct lws *wsi, const uint8_t *data, size_t size)
{
        if (!lws_frame_is_binary(wsi)) {
                session_protocol_error(session, "not a binary message");
                return;
        }
        session_receive(session, data, size,
                        lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0);
}

static bool path_is_ours(struct lws *wsi)
{
        char path[sizeof(WIRE_WEBSOCKET_PATH) + 1];

        return lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) > 0 &&
               strcmp(path, WIRE_WEBSOCKET_PATH) == 0;
}

static int refuse_http(struct lws *wsi)
{
        (void)lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL);
        return -1;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
        Session *session = wsi ? lws_get_opaque_user_data(wsi) : NULL;
        IoThread *thread = session ? io_thread_of(session) : NULL;

        switch ((int)reason) { /* there are many more, and nothing to do in them */
        case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
                return path_is_ours(wsi) ? 0 : refuse_http(wsi);
        case LWS_CALLBACK_HTTP:
                return refuse_http(wsi);
        default:
                break;
        }
        if (!session)
                return 0;
        thread->host.now_us = clock_monotonic_us();
        switch ((int)reason) {
        case LWS_CALLBACK_ESTABLISHED:
                session->connection = wsi;
                session->established = true;
                session->heard_us = thread->host.now_us;
                break;
        case LWS_CALLBACK_RECEIVE:
                receive(session, wsi, in, size);
                break;
        case LWS_CALLBACK_RECEIVE_PONG:
                session->heard_us = thread->host.now_us;
                break;
        case LWS_CALLBACK_SERVER_WRITEABLE:
                return write_frames(thread, session, wsi);
        case LWS_CALLBACK_WSI_DESTROY:
                lws_set_opaque_user_data(wsi, NULL);
                if (thread->adopting == session)
                        thread->adopting = NULL;
                forget_session(thread, session);
                break;
        default:
                break;
        }
        return 0;
}

static int use_certificate(SSL *connection, void *certificate)
{
        return certificate_use(certificate, connection) == 0;
}

/*
 * That there is TLS comes from info; here is what it has no words for. libwebsockets reads the certificate once; each
 * connection asks for the one that the server has then, so that it can be replaced.
 */
static void configure_tls(SSL_CTX *context, Certificate *certificate)
{
        SSL_CTX_set_cert_cb(context, use_certificate, certificate);
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_num_tickets(context, 0);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
}

static int on_first_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                          size_t size)
{
        if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
                const IoThread *thread = lws_context_user(lws_get_context(wsi));

                configure_tls(user, &thread->server->certificate);
                return 0;
        }
        return on_event(wsi, reason, user, in, size);
}

static const struct lws_protocols protocols[] = {
                /* The first gets what belongs to no protocol yet, and a client that names none. */
                {WIRE_WEBSOCKET_PROTOCOL, on_first_event, 0, RECEIVE_CHUNK, 0, NULL, SEND_CHUNK},
                {},
};

static const lws_retry_bo_t no_validity_timers = {};

static void on_lws_log(int level, const char *line)
{
        size_t length = strcspn(line, "\n");

        log_line(level == LLL_ERR ? LOG_WARNING : LOG_DEBUG, "libwebsockets: %.*s", (int)length, line);
}

int io_context_new(IoThread *thread)
{
        const Certificate *certificate = &thread->server->certificate;
        void *loops[1] = {thread->loop};
        struct lws_context_creation_info info = {
                        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
                        .protocols = protocols,
                        .options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                                   LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS |
                                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME,
                        .foreign_loops = loops,
                        .user = thread,
                        .pt_serv_buf_size = SERVICE_BUFFER,
                        .timeout_secs = HANDSHAKE_SECONDS,
                        .keepalive_timeout = HANDSHAKE_SECONDS,
                        .retry_and_idle_policy = &no_validity_timers,
                        .server_string = "smserver",
                        .alpn = "http/1.1",
                        .gid = (gid_t)-1,
                        .uid = (uid_t)-1,
        };

        lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
        thread->host.want_write = want_write;
        thread->host.pause = pause_reading;
        /*
         * libwebsockets makes a context for client connections, which there are none of, and loses it where
         * there are several threads; so it gets one.
         */
        thread->no_client = SSL_CTX_new(TLS_client_method());
        info.provided_client_ssl_ctx = thread->no_client;
        thread->context = lws_create_context(&info);
        if (!thread->context || !thread->no_client) {
                log_error("cannot set up libwebsockets; is libwebsockets-evlib-ev installed?");
                return EXIT_INTERNAL;
        }
        info.vhost_name = "plain";
        thread->plain = lws_create_vhost(thread->context, &info);
        info.vhost_name = "tls";
        info.ssl_cert_filepath = certificate->certificate_path;
        info.ssl_private_key_filepath = certificate->key_path;
        thread->tls = lws_create_vhost(thread->context, &info);
        if (!thread->plain || !thread->tls) {
                log_error("libwebsockets refuses the certificate %s or its key",
                          certificate->certificate_path);
                return EXIT_CERTIFICATE;
        }
        return 0;
}

void io_context_free(IoThread *thread)
{
        if (thread->context)
                lws_context_destroy(thread->context);
        SSL_CTX_free(thread->no_client);
}
