/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/connection-tls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/*
 * A peer that is gone without a word is noticed by the kernel: when it is silent, and when it does not take
 * what we send. The server's own pings keep middle boxes awake.
 */
enum {
        KEEPALIVE_IDLE_SECONDS = 60,
        KEEPALIVE_INTERVAL_SECONDS = 15,
        KEEPALIVE_COUNT = 3,
        USER_TIMEOUT_MS = 45000
};

static bool certificate_has_pin(GTlsCertificate *certificate, const CertificatePin *pin)
{
        g_autoptr(GByteArray) der = NULL;
        CertificatePin found;

        g_object_get(certificate, "certificate", &der, NULL);
        if (!der)
                return false;
        certificate_pin_of(der->data, der->len, &found);
        return certificate_pin_equal(&found, pin);
}

/* Only asked about certificates that the database does not vouch for: with a pin, the database is empty. */
static gboolean on_accept_certificate(SoupMessage *message, GTlsCertificate *certificate,
                                      GTlsCertificateFlags errors, gpointer userdata)
{
        const ServerAddress *address = userdata;

        return address->has_pin && certificate_has_pin(certificate, &address->pin);
}

static void on_network_event(SoupMessage *message, GSocketClientEvent event, GIOStream *stream,
                             gpointer userdata)
{
        GSocket *socket;

        if (event != G_SOCKET_CLIENT_CONNECTED || !G_IS_SOCKET_CONNECTION(stream))
                return;
        socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));
        g_socket_set_keepalive(socket, TRUE);
        g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
        g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS, NULL);
        g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS, NULL);
        g_socket_set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT, NULL);
        g_socket_set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS, NULL);
}

/*
 * A database of certification authorities without any. A pin needs none, yet the TLS library reads all of
 * the system's, which take 4 MB, as soon as it makes a connection, and before it can be told otherwise:
 * unless its default is this.
 */
typedef GTlsDatabase NoAuthorities;
typedef GTlsDatabaseClass NoAuthoritiesClass;

GType no_authorities_get_type(void);
G_DEFINE_TYPE(NoAuthorities, no_authorities, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags no_authorities_verify(GTlsDatabase *database, GTlsCertificate *chain,
                                                  const char *purpose, GSocketConnectable *identity,
                                                  GTlsInteraction *interaction,
                                                  GTlsDatabaseVerifyFlags flags, GCancellable *cancellable,
                                                  GError **error)
{
        return G_TLS_CERTIFICATE_UNKNOWN_CA;
}

static void no_authorities_class_init(NoAuthoritiesClass *class)
{
        class->verify_chain = no_authorities_verify;
}

static void no_authorities_init(NoAuthorities *database)
{
}

SoupMessage *connection_tls_prepare(const ServerAddress *address, SoupSession *session)
{
        g_autoptr(GTlsDatabase) none =
                        address->has_pin ? g_object_new(no_authorities_get_type(), NULL) : NULL;
        SoupMessage *message;

        g_tls_backend_set_default_database(g_tls_backend_get_default(), none); /* NULL: the system's */
        soup_session_set_timeout(session, 0);
        soup_session_set_idle_timeout(session, 0);
        if (none)
                soup_session_set_tls_database(session, none);
        if (address->loopback)
                soup_session_set_proxy_resolver(session, NULL);

        message = soup_message_new(SOUP_METHOD_GET, address->websocket_url);
        soup_message_set_flags(message, SOUP_MESSAGE_NO_REDIRECT);
        soup_message_disable_feature(message, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER); /* it would compress */
        g_signal_connect(message, "accept-certificate", G_CALLBACK(on_accept_certificate),
                         (gpointer)address);
        g_signal_connect(message, "network-event", G_CALLBACK(on_network_event), NULL);
        return message;
}

Problem connection_tls_judge(const ServerAddress *address, SoupMessage *handshake, const GError *error)
{
        GTlsCertificate *certificate = soup_message_get_tls_peer_certificate(handshake);

        if (g_error_matches(error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
                return PROBLEM_CERTIFICATE_MISMATCH;
        if (error)
                return PROBLEM_SERVER_UNREACHABLE;
        /* Said a second time, of what we are connected to now: that it holds must not hang on libsoup's
         * signals. */
        if (address->tls && !certificate)
                return PROBLEM_CERTIFICATE_MISMATCH;
        if (address->has_pin && !certificate_has_pin(certificate, &address->pin))
                return PROBLEM_CERTIFICATE_MISMATCH;
        if (address->tls && !address->has_pin &&
            soup_message_get_tls_peer_certificate_errors(handshake) != 0)
                return PROBLEM_CERTIFICATE_MISMATCH;
        return PROBLEM_NONE;
}
