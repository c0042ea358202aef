/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "daemon/problem.h"
#include "daemon/server-address.h"

/*
 * Who the server is. With a pin, the certificate that has it is the server, and nothing else about it
 * counts; without, an authority of the system's vouches for the host. There is no way to go on otherwise.
 */

/* The handshake's request; sees to it that every certificate is looked at here before anything is sent. */
SoupMessage *connection_tls_prepare(const ServerAddress *address, SoupSession *session);

/* What came of it: error is that of connecting, or NULL. PROBLEM_NONE: it is the server. */
Problem connection_tls_judge(const ServerAddress *address, SoupMessage *handshake, const GError *error);
