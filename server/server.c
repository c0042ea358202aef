/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/server.h"

#include <ctype.h>
#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "server/address.h"
#include "server/cleanup.h"
#include "server/clock.h"
#include "server/exit-code.h"
#include "server/io.h"
#include "server/listener.h"
#include "server/log.h"
#include "server/metrics-listener.h"

enum {
        SPARE_FILES = 512,
        BLOB_QUEUE_MAX = 512, /* pieces, of 128 KiB at most */
};

static void add_name(Server *server, const char *name)
{
        char *copy;

        if (server->names_count == SERVER_NAMES_MAX)
                return;
        copy = strdup(name);
        if (copy)
                server->names[server->names_count++] = copy;
}

/* The host of HOST:PORT, without brackets; ":PORT" has none. */
static void add_host(Server *server, const char *listen)
{
        const char *colon = strrchr(listen, ':');
        size_t size = colon ? (size_t)(colon - listen) : 0;
        char host[256];

        if (size >= 2 && listen[0] == '[' && listen[size - 1] == ']') {
                listen++;
                size -= 2;
        }
        if (size == 0 || size >= sizeof(host))
                return;
        memcpy(host, listen, size);
        host[size] = '\0';
        add_name(server, host);
}

/* Beside those that were configured: loopback, this host, and where it listens. */
static void init_names(Server *server)
{
        const Config *config = server->config;
        char host[256] = "";

        for (size_t i = 0; i < config->names.count; i++)
                add_name(server, config->names.items[i]);
        add_name(server, "localhost");
        add_name(server, "127.0.0.1");
        add_name(server, "::1");
        if (gethostname(host, sizeof(host) - 1) == 0 && *host)
                add_name(server, host);
        for (size_t i = 0; i < config->listen.count; i++)
                add_host(server, config->listen.items[i]);
}

/* In URLs, IPv6 addresses have brackets; names know no case. */
bool server_has_name(const Server *server, const char *name)
{
        size_t size = strlen(name);

        if (size >= 2 && name[0] == '[' && name[size - 1] == ']') {
                name++;
                size -= 2;
        }
        for (size_t i = 0; i < server->names_count; i++)
                if (strncasecmp(server->names[i], name, size) == 0 && !server->names[i][size])
                        return true;
        return false;
}

uint64_t server_key(const Server *server, const uint8_t *bytes, size_t size)
{
        uint64_t key;

        crypto_shorthash((unsigned char *)&key, bytes, size, server->name_key);
        return key;
}

uint64_t server_name_key(const Server *server, const char *user_name)
{
        return server_key(server, (const uint8_t *)user_name, strlen(user_name));
}

uint64_t server_address_key(const Server *server, const struct sockaddr *address)
{
        uint64_t number = address_key(address), key;

        crypto_shorthash((unsigned char *)&key, (const unsigned char *)&number, sizeof(number),
                         server->name_key);
        return key;
}

static void init_limiters(Limiters *limiters, const Config *config)
{
        limiter_init(&limiters->registrations, config->registrations);
        limiter_init(&limiters->salt_queries, config->salt_queries);
        limiter_init(&limiters->authentications, config->authentications);
        limiter_init(&limiters->bundles_address, config->bundles_address);
        limiter_init(&limiters->bundles_account, config->bundles_account);
        limiter_init(&limiters->bundles_target, config->bundles_target);
        limiter_init(&limiters->key_packages_account, config->key_packages_account);
        limiter_init(&limiters->key_packages_address, config->key_packages_address);
        limiter_init(&limiters->key_packages_target, config->key_packages_target);
        limiter_init(&limiters->group_changes, config->group_changes);
        limiter_init(&limiters->group_fetches, config->group_fetches);
        limiter_init(&limiters->uploads, config->uploads);
        limiter_init(&limiters->presence, config->presence);
        limiter_init(&limiters->directory, config->directory_rate);
        limiter_init(&limiters->blob_puts, config->blob_puts);
        limiter_init(&limiters->blob_gets, config->blob_gets);
        limiter_init(&limiters->password_changes, config->password_changes);
        limiter_init(&limiters->logins, config->logins);
        limiter_init(&limiters->sends_recipient, config->sends_recipient);
        limiter_init(&limiters->sends, config->sends);
}

static void deinit_limiters(Limiters *limiters)
{
        limiter_deinit(&limiters->registrations);
        limiter_deinit(&limiters->salt_queries);
        limiter_deinit(&limiters->authentications);
        limiter_deinit(&limiters->bundles_address);
        limiter_deinit(&limiters->bundles_account);
        limiter_deinit(&limiters->bundles_target);
        limiter_deinit(&limiters->key_packages_account);
        limiter_deinit(&limiters->key_packages_address);
        limiter_deinit(&limiters->key_packages_target);
        limiter_deinit(&limiters->group_changes);
        limiter_deinit(&limiters->group_fetches);
        limiter_deinit(&limiters->uploads);
        limiter_deinit(&limiters->presence);
        limiter_deinit(&limiters->directory);
        limiter_deinit(&limiters->blob_puts);
        limiter_deinit(&limiters->blob_gets);
        limiter_deinit(&limiters->password_changes);
        limiter_deinit(&limiters->logins);
        limiter_deinit(&limiters->sends_recipient);
        limiter_deinit(&limiters->sends);
}

/* Before libwebsockets looks at how many there may be: it makes tables of that size. */
static void raise_file_limit(const Config *config)
{
        rlim_t wanted = (rlim_t)config->connections + SPARE_FILES;
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        if (limit.rlim_max < wanted)
                log_warning("only %llu file descriptors are allowed: at most so many connections",
                            (unsigned long long)limit.rlim_max);
        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int store_problem(const Server *server, int error)
{
        const char *folder = server->state.folder;

        switch (error) {
        case -EBADMSG:
        case -EKEYREJECTED:
                log_error("the store in %s is damaged or is none: restore the folder from a backup, or move "
                          "it away "
                          "to begin anew",
                          folder);
                return EXIT_DAMAGED;
        case -EPROTONOSUPPORT:
                log_error("the store in %s was made by a newer smserver: install that one", folder);
                return EXIT_TOO_NEW;
        case -ENOSPC:
                log_error("no space left for the store in %s", folder);
                return EXIT_DISK_FULL;
        case -EBUSY:
                log_error("another program has the store in %s open", folder);
                return EXIT_LOCKED;
        case -ENOMEM:
                log_error("no memory for the store");
                return EXIT_INTERNAL;
        default:
                log_error("the store in %s cannot be opened: %s", folder, strerror(-error));
                return EXIT_STATE;
        }
}

static int open_blobs(Server *server)
{
        const Config *config = server->config;
        BlobLimits limits = {
                        .account_bytes = config->blob_account_bytes,
                        .retention_ms = config->retention_ms,
                        .reserve_bytes = config->blob_reserve,
                        .queue_max = BLOB_QUEUE_MAX,
        };
        int r;

        r = blobs_open(server->state.folder, &limits, &server->metrics, &server->blobs);
        return r < 0 ? store_problem(server, r) : 0;
}

/* Its deletion may have been cut off before its blobs had gone. */
static void delete_blobs(void *owner, const char *user_name)
{
        Server *server = owner;

        if (blobs_delete_owned(server->blobs, user_name) < 0)
                log_error("no memory to delete the blobs of deleted accounts");
}

static int open_store(Server *server)
{
        const Config *config = server->config;
        StoreLimits limits = {
                        .mailbox_messages = config->mailbox_messages,
                        .group_members = config->group_members,
                        .groups_per_account = config->groups_per_account,
                        .mailbox_bytes = config->mailbox_bytes,
                        .retention_ms = config->retention_ms,
                        .reserved_ms = config->reserved_ms,
                        .deleted = delete_blobs,
                        .deleted_owner = server,
                        .dedupe_ms = config->dedupe_ms,
                        .dedupe_count = config->dedupe_count,
                        .queue_max = config->store_queue,
        };
        uint8_t hash_key[STORE_HASH_KEY_SIZE];
        int r;

        state_derive(&server->state, "repeats", hash_key, sizeof(hash_key));
        r = store_open(server->state.folder, &limits, hash_key, &server->metrics, &server->store);
        sodium_memzero(hash_key, sizeof(hash_key));
        return r < 0 ? store_problem(server, r) : 0;
}

static int open_services(Server *server)
{
        const Config *config = server->config;
        int r;

        state_derive(&server->state, "salts", server->salt_key, sizeof(server->salt_key));
        randombytes_buf(server->name_key, sizeof(server->name_key));
        init_names(server);
        if (router_new(&server->router) < 0 ||
            presence_new(config->presence_tickets, config->presence_grace_ms * 1000, &server->presence) < 0)
                return EXIT_INTERNAL;
        r = password_pool_new((unsigned)config->password_threads, config->password_queue,
                              config->password_passes, config->password_memory_kib, &server->metrics,
                              &server->passwords);
        if (r < 0) {
                log_error("the password threads cannot start: %s", strerror(-r));
                return EXIT_INTERNAL;
        }
        return 0;
}

static void print_pin(const Server *server)
{
        char pin[CERTIFICATE_PIN_TEXT_SIZE];

        certificate_pin_format(&server->certificate.chain.pin, pin);
        printf("%s\n", pin);
        fflush(stdout);
}

/* Its order is that of what needs what; server_down() has the reverse. */
static int server_up(Server *server, struct ev_loop *loop)
{
        const Config *config = server->config;
        int r;

        r = listener_check(config); /* before the first file is made, or a URL is printed */
        if (r != 0)
                return r;
        r = state_open(&server->state, config->state);
        if (r != 0)
                return r;
        r = config->certificate ? certificate_load(&server->certificate, config->certificate, config->key)
                                : certificate_load_own(&server->certificate, server->state.folder);
        if (r != 0)
                return r;
        r = open_blobs(server);
        if (r != 0)
                return r;
        r = open_store(server);
        if (r != 0)
                return r;
        r = open_services(server);
        if (r != 0)
                return r;
        r = listener_new(server, loop, &server->listener);
        if (r != 0)
                return r;
        if (config->metrics) {
                r = metrics_listener_new(&server->metrics, config->metrics, loop, &server->metrics_listener);
                if (r != 0)
                        return r;
        }
        raise_file_limit(config);
        r = io_threads_new(server, (unsigned)config->threads);
        if (r != 0)
                return r;
        r = io_threads_start(server);
        if (r != 0)
                return r;
        listener_start(server->listener);
        print_pin(server);
        return 0;
}

static void server_down(Server *server)
{
        io_threads_stop(server);
        io_threads_join(server);
        if (server->presence) /* threads that are gone hear nothing */
                presence_silence(server->presence);
        server->metrics_listener = metrics_listener_free(server->metrics_listener);
        server->passwords = password_pool_free(server->passwords);
        server->store = store_close(server->store);
        server->blobs = blobs_close(server->blobs);
        io_threads_free(server);
        server->listener = listener_free(server->listener);
        server->router = router_free(server->router);
        server->presence = presence_free(server->presence);
        for (size_t i = 0; i < server->names_count; i++)
                free(server->names[i]);
        certificate_deinit(&server->certificate);
        state_deinit(&server->state);
        deinit_limiters(&server->limiters);
        tries_deinit(&server->tries);
        sodium_memzero(server->salt_key, sizeof(server->salt_key));
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
        log_notice("%s: stopping", sigabbrev_np(watcher->signum));
        ev_break(loop, EVBREAK_ALL);
}

static void on_hangup(struct ev_loop *loop, ev_signal *watcher, int events)
{
        Server *server = watcher->data;

        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_monotonic_us());
        (void)certificate_reload(&server->certificate); /* which has said what is wrong, and changed nothing */
        sd_notify(0, "READY=1");
}

static void on_watchdog(struct ev_loop *loop, ev_timer *watcher, int events)
{
        sd_notify(0, "WATCHDOG=1");
}

typedef struct Signals {
        ev_signal term, interrupt, hangup;
} Signals;

static void start_signals(Signals *signals, Server *server, struct ev_loop *loop)
{
        ev_signal_init(&signals->term, on_signal, SIGTERM);
        ev_signal_init(&signals->interrupt, on_signal, SIGINT);
        ev_signal_start(loop, &signals->term);
        ev_signal_init(&signals->hangup, on_hangup, SIGHUP);
        signals->hangup.data = server;
        ev_signal_start(loop, &signals->interrupt);
        ev_signal_start(loop, &signals->hangup);
}

static void stop_signals(Signals *signals, struct ev_loop *loop)
{
        ev_signal_stop(loop, &signals->term);
        ev_signal_stop(loop, &signals->interrupt);
        ev_signal_stop(loop, &signals->hangup);
        /* It ends soon, whoever asks again. */
        signal(SIGTERM, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
}

static void run(struct ev_loop *loop)
{
        uint64_t watchdog_us = 0;
        ev_timer watchdog;

        ev_timer_init(&watchdog, on_watchdog, 0, 0);
        if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
                ev_timer_set(&watchdog, (double)watchdog_us / 3e6, (double)watchdog_us / 3e6);
                ev_timer_start(loop, &watchdog);
        }
        sd_notify(0, "READY=1");
        ev_run(loop, 0);
        sd_notify(0, "STOPPING=1");
        ev_timer_stop(loop, &watchdog);
}

/* Signals are the main thread's: all others are started while they are blocked, and one that comes meanwhile
 * waits. */
static void block_signals(int how)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        pthread_sigmask(how, &set, NULL);
}

int server_check(const Config *config)
{
        Certificate certificate;
        int r = listener_check(config);

        if (r == 0 && config->invitation_file && access(config->invitation_file, R_OK) < 0) {
                log_error("invitation-file %s: %s", config->invitation_file, strerror(errno));
                return EXIT_CONFIG;
        }
        if (r != 0 || !config->certificate)
                return r;
        certificate_init(&certificate);
        r = certificate_load(&certificate, config->certificate, config->key);
        certificate_deinit(&certificate);
        return r;
}

int server_run(const Config *config)
{
        Server *server = calloc(1, sizeof(Server));
        struct ev_loop *loop = ev_default_loop(EVFLAG_NOSIGMASK);
        Signals signals;
        int r;

        if (!server || !loop) {
                free(server);
                return EXIT_INTERNAL;
        }
        server->config = config;
        server->state = STATE_INIT;
        certificate_init(&server->certificate);
        init_limiters(&server->limiters, config);
        tries_init(&server->tries, config);
        block_signals(SIG_BLOCK);
        start_signals(&signals, server, loop);
        r = server_up(server, loop);
        block_signals(SIG_UNBLOCK);
        if (r == 0) {
                run(loop);
                listener_stop(server->listener);
        }
        stop_signals(&signals, loop);
        server_down(server);
        ev_loop_destroy(loop);
        free(server);
        return r;
}
