/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/server-address.h"

#include <gio/gio.h>
#include <string.h>

#include "daemon/problem.h"

/* Names count as loopback by their text alone: what a resolver would say is no promise. */
static bool host_is_loopback(const char *host)
{
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);

        if (address)
                return g_inet_address_get_is_loopback(address);
        return g_ascii_strcasecmp(host, "localhost") == 0;
}

static bool host_is_printable(const char *host)
{
        for (const char *c = host; *c; c++)
                if (!g_ascii_isgraph(*c))
                        return false;
        return host[0] != '\0';
}

int server_address_init(ServerAddress *address, const char *url, const char *pin, bool insecure_loopback)
{
        g_autoptr(GUri) uri = NULL;
        const char *scheme, *host;

        *address = (ServerAddress){.insecure_loopback = insecure_loopback};
        uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
        if (!uri)
                return PROBLEM_INVALID_ARGUMENT;
        scheme = g_uri_get_scheme(uri);
        host = g_uri_get_host(uri);
        if (!host || strlen(host) > WIRE_SERVER_NAME_MAX || !host_is_printable(host))
                return PROBLEM_INVALID_ARGUMENT;
        if (g_uri_get_userinfo(uri) || g_uri_get_query(uri) || g_uri_get_fragment(uri))
                return PROBLEM_INVALID_ARGUMENT;
        if (strcmp(g_uri_get_path(uri), "") != 0 && strcmp(g_uri_get_path(uri), "/") != 0 &&
            strcmp(g_uri_get_path(uri), WIRE_WEBSOCKET_PATH) != 0)
                return PROBLEM_INVALID_ARGUMENT;

        address->loopback = host_is_loopback(host);
        address->tls = strcmp(scheme, "wss") == 0;
        if (!address->tls && (strcmp(scheme, "ws") != 0 || !address->loopback || !insecure_loopback || pin))
                return PROBLEM_INVALID_ARGUMENT;
        if (pin) {
                if (certificate_pin_parse(pin, &address->pin) != 0)
                        return PROBLEM_INVALID_ARGUMENT;
                address->has_pin = true;
        }

        g_strlcpy(address->host, host, sizeof(address->host));
        address->url = g_strdup(url);
        address->websocket_url = g_uri_join(G_URI_FLAGS_NONE, scheme, NULL, host, g_uri_get_port(uri),
                                            WIRE_WEBSOCKET_PATH, NULL, NULL);
        return 0;
}

void server_address_copy(ServerAddress *to, const ServerAddress *from)
{
        *to = *from;
        to->url = g_strdup(from->url);
        to->websocket_url = g_strdup(from->websocket_url);
}

void server_address_deinit(ServerAddress *address)
{
        g_clear_pointer(&address->url, g_free);
        g_clear_pointer(&address->websocket_url, g_free);
}
