/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>
#include <sys/socket.h>

#include "server/blobs.h"
#include "server/certificate.h"
#include "server/config.h"
#include "server/limiter.h"
#include "server/metrics.h"
#include "server/password.h"
#include "server/presence.h"
#include "server/router.h"
#include "server/state.h"
#include "server/store.h"
#include "server/tries.h"

/* What the server's threads share. Everything here is made before the first of them starts, and then only
 * used. */
typedef struct Limiters {
        Limiter registrations; /* by address, as those that follow */
        Limiter logins;
        Limiter salt_queries;
        Limiter authentications;
        Limiter bundles_address;
        Limiter bundles_account; /* by name, as those that follow */
        Limiter bundles_target;
        Limiter key_packages_account;
        Limiter key_packages_address; /* by address */
        Limiter key_packages_target;
        Limiter group_changes;
        Limiter group_fetches;
        Limiter uploads;
        Limiter presence;
        Limiter password_changes;
        Limiter directory;
        Limiter blob_puts;
        Limiter blob_gets;
        Limiter sends;
        Limiter sends_recipient; /* by sender and recipient */
} Limiters;

enum { SERVER_NAMES_MAX = 2 * CONFIG_LIST_MAX + 8 };

typedef struct Server {
        const Config *config;
        State state;
        Certificate certificate;
        Metrics metrics;
        Store *store;
        Router *router;
        Presence *presence;
        Blobs *blobs;
        atomic_size_t blob_reads; /* pieces in memory, for connections to take */
        PasswordPool *passwords;
        Limiters limiters;
        Tries tries;
        char *names[SERVER_NAMES_MAX]; /* that clients may know the server by */
        size_t names_count;
        uint8_t salt_key[32]; /* invents salts */
        uint8_t name_key[16]; /* hashes names to keys of limiters */
        struct IoThread *threads;
        unsigned threads_count;
        struct Listener *listener;
        struct MetricsListener *metrics_listener;
} Server;

/*
 * Brings everything up and prints where the server listens; runs until SIGTERM or SIGINT; takes everything
 * down. Returns a code of server/exit-code.h.
 */
int server_run(const Config *config);
/* What can be seen without starting: addresses, and the administrator's certificate. A code as of server_run(). */
int server_check(const Config *config);

bool server_has_name(const Server *server, const char *name);
/* Keys of limiters, which nobody outside can make collide. */
uint64_t server_key(const Server *server, const uint8_t *bytes, size_t size);
uint64_t server_name_key(const Server *server, const char *user_name);
uint64_t server_address_key(const Server *server, const struct sockaddr *address);
