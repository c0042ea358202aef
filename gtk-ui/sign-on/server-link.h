/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A server, and which certificate is its own, in one piece that can be handed on: "wss://HOST[:PORT]#sha256:...". Reading takes what
 * people paste: the two together in any order, between other words and over several lines, as smserver prints them. Returns
 * FALSE, and sets nothing, where there is no address in it; *pin is "" where there is no pin. Both newly allocated.
 */
gboolean server_link_parse(const char *text, char **server, char **pin);
char *server_link_format(const char *server, const char *pin);
