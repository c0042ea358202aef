/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "wire/limits.h"
#include "wire/pin.h"

/* A server as a person names it, checked: wss://HOST[:PORT], or ws:// to loopback where that was asked for.
 */
typedef struct ServerAddress {
        char *url;                           /* as given */
        char *websocket_url;                 /* with the path of the protocol */
        char host[WIRE_SERVER_NAME_MAX + 1]; /* as in the URL, without port and brackets */
        bool tls;
        bool loopback;
        bool insecure_loopback;
        bool has_pin;
        CertificatePin pin;
} ServerAddress;

/* pin may be NULL. Returns 0, or PROBLEM_INVALID_ARGUMENT. */
int server_address_init(ServerAddress *address, const char *url, const char *pin, bool insecure_loopback);
void server_address_copy(ServerAddress *to, const ServerAddress *from);
void server_address_deinit(ServerAddress *address);
