/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* getaddrinfo() takes ports modulo 65,536. */
static bool is_port(const char *text)
{
        unsigned long port = 0;

        for (const char *digit = text; *digit; digit++) {
                if (*digit < '0' || *digit > '9' || digit - text >= 5)
                        return false;
                port = port * 10 + (unsigned long)(*digit - '0');
        }
        return *text && port <= UINT16_MAX;
}

int address_parse(const char *text, struct addrinfo **out)
{
        static const struct addrinfo hints = {
                        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                        .ai_family = AF_UNSPEC,
                        .ai_socktype = SOCK_STREAM,
        };
        char host[NI_MAXHOST];
        const char *colon = strrchr(text, ':');
        size_t size;

        if (!colon || !is_port(colon + 1))
                return -EINVAL;
        size = (size_t)(colon - text);
        if (size >= 2 && text[0] == '[' && colon[-1] == ']') {
                text++;
                size -= 2;
        } else if (memchr(text, ':', size)) {
                return -EINVAL; /* an IPv6 address needs its brackets */
        }
        if (size >= sizeof(host))
                return -EINVAL;
        memcpy(host, text, size);
        host[size] = '\0';
        return getaddrinfo(size ? host : NULL, colon + 1, &hints, out);
}

bool address_is_loopback(const struct sockaddr *address)
{
        if (address->sa_family == AF_INET)
                return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
        if (address->sa_family == AF_INET6)
                return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
        return false;
}

void address_format(const struct sockaddr_storage *address, char out[static ADDRESS_TEXT_SIZE])
{
        char host[INET6_ADDRSTRLEN] = "?";

        if (address->ss_family == AF_INET6) {
                inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, host, sizeof(host));
                snprintf(out, ADDRESS_TEXT_SIZE, "[%s]:%u", host, address_port(address));
        } else {
                inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, host, sizeof(host));
                snprintf(out, ADDRESS_TEXT_SIZE, "%s:%u", host, address_port(address));
        }
}

uint16_t address_port(const struct sockaddr_storage *address)
{
        if (address->ss_family == AF_INET6)
                return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

uint64_t address_key(const struct sockaddr *address)
{
        uint64_t key = 0;

        if (address->sa_family == AF_INET)
                return ((const struct sockaddr_in *)address)->sin_addr.s_addr;
        if (address->sa_family == AF_INET6) {
                const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;

                if (IN6_IS_ADDR_V4MAPPED(v6)) {
                        uint32_t v4;

                        memcpy(&v4, &v6->s6_addr[12], sizeof(v4));
                        return v4;
                }
                memcpy(&key, v6->s6_addr, sizeof(key));
        }
        return key;
}
