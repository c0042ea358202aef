/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Splits "host:port", "[v6]:port" or ":port" (all addresses) and looks it up. 0, -EINVAL or an EAI_* code.
 */
int address_parse(const char *text, struct addrinfo **out);

bool address_is_loopback(const struct sockaddr *address);
/* Formats as one would write it in a URL: "127.0.0.1:7443", "[::1]:7443". */
enum { ADDRESS_TEXT_SIZE = 80 };
void address_format(const struct sockaddr_storage *address, char out[static ADDRESS_TEXT_SIZE]);
uint16_t address_port(const struct sockaddr_storage *address);

/* What limits are charged to: an IPv4 address; of an IPv6 address the first 64 bits, which is what one line
 * gets. */
uint64_t address_key(const struct sockaddr *address);
