/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "bench/relay-connection.h"

static bool is_loopback(const struct sockaddr *address)
{
        if (address->sa_family == AF_INET)
                return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
        if (address->sa_family == AF_INET6)
                return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
        return false;
}

/* "wss://HOST:PORT" or "wss://[HOST]:PORT", with or without a path. */
static int url_split(const char *url, Endpoint *endpoint, char port[static 8])
{
        static const char scheme[] = "wss://";
        const char *authority, *end, *colon, *host_end;
        size_t host_size, port_size;

        if (strncmp(url, scheme, strlen(scheme)) != 0)
                return -EINVAL;
        authority = url + strlen(scheme);
        end = authority + strcspn(authority, "/");
        colon = memrchr(authority, ':', (size_t)(end - authority));
        if (!colon || (size_t)(end - authority) >= sizeof(endpoint->authority))
                return -EINVAL;
        memcpy(endpoint->authority, authority, (size_t)(end - authority));
        host_end = colon;
        if (*authority == '[' && host_end[-1] == ']') {
                authority++;
                host_end--;
        }
        host_size = (size_t)(host_end - authority);
        port_size = (size_t)(end - colon - 1);
        if (host_size == 0 || host_size >= sizeof(endpoint->host) || port_size == 0 || port_size >= 8)
                return -EINVAL;
        memcpy(endpoint->host, authority, host_size);
        memcpy(port, colon + 1, port_size);
        port[port_size] = 0;
        return 0;
}

static int endpoint_resolve(Endpoint *endpoint, const char *port)
{
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found = NULL;
        int r = -EHOSTUNREACH;

        if (getaddrinfo(endpoint->host, port, &hints, &found) != 0)
                return -EHOSTUNREACH;
        /* Nothing but this machine is ever loaded. */
        if (is_loopback(found->ai_addr)) {
                memcpy(&endpoint->address, found->ai_addr, found->ai_addrlen);
                endpoint->address_size = found->ai_addrlen;
                r = 0;
        }
        freeaddrinfo(found);
        return r;
}

int endpoint_init(Endpoint *endpoint, const char *url, const char *pin)
{
        char port[8] = "";
        int r;

        *endpoint = (Endpoint){.path = WIRE_WEBSOCKET_PATH, .protocol = WIRE_WEBSOCKET_PROTOCOL};
        r = url_split(url, endpoint, port);
        if (r < 0)
                return r;
        r = endpoint_resolve(endpoint, port);
        if (r < 0)
                return r;
        if (pin && certificate_pin_parse(pin, &endpoint->pin) != 0)
                return -EINVAL;
        endpoint->pinned = pin;
        endpoint->tls = SSL_CTX_new(TLS_client_method());
        if (!endpoint->tls)
                return -ENOMEM;
        SSL_CTX_set_mode(endpoint->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                                        SSL_MODE_RELEASE_BUFFERS);
        /* Many small records come in one go; reading each header by itself would double the system calls. */
        SSL_CTX_set_read_ahead(endpoint->tls, 1);
        SSL_CTX_set_session_cache_mode(endpoint->tls, SSL_SESS_CACHE_OFF);
        return 0;
}

void endpoint_deinit(Endpoint *endpoint)
{
        SSL_CTX_free(endpoint->tls);
        *endpoint = (Endpoint){0};
}
