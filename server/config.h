/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "server/limiter.h"
#include "wire/messenger.pb-c.h"

/*
 * What the administrator can say, from the configuration file and the command line; smserver.conf(5) has it
 * key by key. The table in config.c is the one list of keys, with their ranges and defaults.
 */
enum {
        CONFIG_LIST_MAX = 16,
        CONFIG_THREADS_MAX = 64,
        CONFIG_PROBLEM_SIZE = 512,
        CONFIG_KEYS_MAX = 96,
};

typedef struct ConfigList {
        char *items[CONFIG_LIST_MAX];
        size_t count;
} ConfigList;

typedef struct Config {
        ConfigList listen;          /* HOST:PORT */
        ConfigList insecure_listen; /* plain ws://, loopback only */
        ConfigList names;           /* beside the built-in ones */
        char *certificate, *key;    /* PEM; NULL: made at first start */
        char *state;
        char *metrics; /* HOST:PORT; NULL: none */
        uint64_t threads;
        uint64_t log_level;

        uint64_t registration; /* Wire__RegistrationPolicy */
        char *invitation_file;

        uint64_t password_passes, password_memory_kib, password_threads, password_queue;

        uint64_t connections, connections_per_address;
        uint64_t authenticate_ms, keepalive_ms, silence_ms, slow_ms, message_ms;
        uint64_t payload_max;
        uint64_t unacked_messages, unacked_bytes;
        uint64_t mailbox_messages, mailbox_bytes, retention_ms;
        uint64_t dedupe_ms, dedupe_count;
        uint64_t store_queue, envelopes_in_flight;
        Rate registrations, wrong_passwords_account, wrong_passwords_address, salt_queries, authentications;
        Rate bundles_account, bundles_address, bundles_target, sends;
        Rate logins, uploads, sends_recipient, presence;
        Rate password_changes;
        Rate directory_rate, blob_puts, blob_gets;
        uint64_t blob_size, blob_account_bytes, blob_reserve;
        uint64_t directory; /* whether there is one */
        uint64_t wrong_password_pause_ms, reserved_ms;
        uint64_t presence_tickets, presence_grace_ms;

        uint64_t group_members, groups_per_account;
        Rate key_packages_account, key_packages_address, key_packages_target, group_changes, group_fetches;

        bool seen[CONFIG_KEYS_MAX]; /* of the table: what was said */
} Config;

/* With the defaults. */
void config_init(Config *config);
void config_deinit(Config *config);

/*
 * One value, as from the file. -EINVAL: problem says what is wrong and what to do, without the place;
 * -ENOMEM. From the command line (override) a later value replaces an earlier one.
 */
int config_set(Config *config, const char *section, const char *name, const char *value, bool override,
               char problem[static CONFIG_PROBLEM_SIZE]);

/* -EINVAL: problem is "FILE:LINE: ...". What can only be seen from the whole is config_check()'s. */
int config_read(Config *config, FILE *file, const char *path, char problem[static CONFIG_PROBLEM_SIZE]);
int config_read_file(Config *config, const char *path, char problem[static CONFIG_PROBLEM_SIZE]);
int config_check(const Config *config, char problem[static CONFIG_PROBLEM_SIZE]);
