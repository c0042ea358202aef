/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/config.h"

#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/config-value.h"
#include "wire/limits.h"

typedef enum ConfigType {
        CONFIG_TEXT,
        CONFIG_LIST,
        CONFIG_COUNT,
        CONFIG_SIZE,
        CONFIG_DURATION,
        CONFIG_RATE,
        CONFIG_CHOICE,
} ConfigType;

typedef struct ConfigChoice {
        const char *name;
        uint64_t value;
} ConfigChoice;

typedef struct ConfigKey {
        const char *section, *name;
        ConfigType type;
        size_t offset;
        const char *fallback; /* the default, as one would write it; NULL: none */
        uint64_t min, max;    /* of counts, sizes (bytes) and durations (ms) */
        const ConfigChoice *choices;
} ConfigKey;

static const ConfigChoice policies[] = {
                {"open", WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_OPEN},
                {"invitation", WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_INVITATION},
                {"closed", WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_CLOSED},
                {},
};

static const ConfigChoice levels[] = {
                {"error", 3}, {"warning", 4}, {"notice", 5}, {"info", 6}, {"debug", 7}, {},
};

static const ConfigChoice switches[] = {{"yes", true}, {"no", false}, {}};

#define SECOND       UINT64_C(1000)
#define DAY          (24 * 60 * 60 * SECOND)
#define GIB          (UINT64_C(1) << 30)
#define FIELD(field) offsetof(Config, field)

static const ConfigKey keys[] = {
                {"server", "listen", CONFIG_LIST, FIELD(listen)},
                {"server", "insecure-loopback", CONFIG_LIST, FIELD(insecure_listen)},
                {"server", "name", CONFIG_LIST, FIELD(names)},
                {"server", "certificate", CONFIG_TEXT, FIELD(certificate)},
                {"server", "key", CONFIG_TEXT, FIELD(key)},
                {"server", "state", CONFIG_TEXT, FIELD(state)},
                {"server", "metrics", CONFIG_TEXT, FIELD(metrics)},
                {"server", "threads", CONFIG_COUNT, FIELD(threads), "2", 1, CONFIG_THREADS_MAX},
                {"server", "log-level", CONFIG_CHOICE, FIELD(log_level), "info", .choices = levels},

                {"registration", "policy", CONFIG_CHOICE, FIELD(registration), "open", .choices = policies},
                {"registration", "reserve-names", CONFIG_DURATION, FIELD(reserved_ms), "90d", 0, 36500 * DAY},
                {"registration", "invitation-file", CONFIG_TEXT, FIELD(invitation_file)},

                {"passwords", "passes", CONFIG_COUNT, FIELD(password_passes), "2", 1, 100},
                {"passwords", "memory", CONFIG_SIZE, FIELD(password_memory_kib), "19M", 8 * 1024, GIB},
                {"passwords", "threads", CONFIG_COUNT, FIELD(password_threads), "1", 1, CONFIG_THREADS_MAX},
                {"passwords", "queue", CONFIG_COUNT, FIELD(password_queue), "64", 1, 100000},

                {"directory", "enabled", CONFIG_CHOICE, FIELD(directory), "no", .choices = switches},

                {"blobs", "size", CONFIG_SIZE, FIELD(blob_size), "105M", 0, 1024 * GIB},
                {"blobs", "account", CONFIG_SIZE, FIELD(blob_account_bytes), "1G", 0, 1024 * 1024 * GIB},
                {"blobs", "reserve", CONFIG_SIZE, FIELD(blob_reserve), "1G", 0, 1024 * 1024 * GIB},

                {"groups", "members", CONFIG_COUNT, FIELD(group_members), "2000", 0, WIRE_GROUP_MEMBERS_MAX},
                {"groups", "per-account", CONFIG_COUNT, FIELD(groups_per_account), "1000", 1, 100000},

                {"limits", "connections", CONFIG_COUNT, FIELD(connections), "16000", 1, 1000000},
                {"limits", "connections-per-address", CONFIG_COUNT, FIELD(connections_per_address), "256", 1,
                 1000000},
                {"limits", "authenticate-timeout", CONFIG_DURATION, FIELD(authenticate_ms), "30s", SECOND,
                 DAY},
                {"limits", "keepalive", CONFIG_DURATION, FIELD(keepalive_ms), "60s", SECOND, DAY},
                {"limits", "silence", CONFIG_DURATION, FIELD(silence_ms), "150s", 2 * SECOND, DAY},
                {"limits", "slow-reader", CONFIG_DURATION, FIELD(slow_ms), "60s", SECOND, DAY},
                {"limits", "message-timeout", CONFIG_DURATION, FIELD(message_ms), "2min", SECOND, DAY},
                {"limits", "payload", CONFIG_SIZE, FIELD(payload_max), "128K", 1024, WIRE_PAYLOAD_MAX},
                {"limits", "unacked-messages", CONFIG_COUNT, FIELD(unacked_messages), "512", 1, 65536},
                {"limits", "unacked-bytes", CONFIG_SIZE, FIELD(unacked_bytes), "4M", 1024, GIB},
                {"limits", "mailbox-messages", CONFIG_COUNT, FIELD(mailbox_messages), "20000", 1, 100000000},
                {"limits", "mailbox-bytes", CONFIG_SIZE, FIELD(mailbox_bytes), "256M", 1024, 1024 * GIB},
                {"limits", "retention", CONFIG_DURATION, FIELD(retention_ms), "30d", SECOND, 3650 * DAY},
                {"limits", "dedupe-time", CONFIG_DURATION, FIELD(dedupe_ms), "1h", 0, 30 * DAY},
                {"limits", "dedupe-envelopes", CONFIG_COUNT, FIELD(dedupe_count), "1000000", 0, 100000000},
                {"limits", "store-queue", CONFIG_COUNT, FIELD(store_queue), "20000", 16, 10000000},
                {"limits", "envelopes-in-flight", CONFIG_COUNT, FIELD(envelopes_in_flight), "1024",
                 WIRE_BATCH_MAX, 1000000},
                {"limits", "presence-tickets", CONFIG_COUNT, FIELD(presence_tickets), "2000000",
                 2 * WIRE_TICKETS_MAX, 1000000000},
                {"limits", "presence-grace", CONFIG_DURATION, FIELD(presence_grace_ms), "3s", 0, 60 * SECOND},
                {"limits", "registrations-per-address", CONFIG_RATE, FIELD(registrations), "100/h"},
                {"limits", "wrong-passwords-per-account", CONFIG_RATE, FIELD(wrong_passwords_account),
                 "10/15min"},
                {"limits", "wrong-passwords-per-address", CONFIG_RATE, FIELD(wrong_passwords_address),
                 "50/15min"},
                {"limits", "wrong-password-pause", CONFIG_DURATION, FIELD(wrong_password_pause_ms), "1s", 0,
                 60 * SECOND},
                {"limits", "password-changes-per-account", CONFIG_RATE, FIELD(password_changes), "20/h"},
                {"limits", "salt-queries-per-address", CONFIG_RATE, FIELD(salt_queries), "120/min"},
                {"limits", "authentications-per-address", CONFIG_RATE, FIELD(authentications), "1200/min"},
                {"limits", "bundles-per-account", CONFIG_RATE, FIELD(bundles_account), "600/h"},
                {"limits", "bundles-per-address", CONFIG_RATE, FIELD(bundles_address), "3000/h"},
                {"limits", "one-time-prekeys-per-account", CONFIG_RATE, FIELD(bundles_target), "200/h"},
                {"limits", "key-packages-per-account", CONFIG_RATE, FIELD(key_packages_account), "3000/h"},
                {"limits", "key-packages-per-address", CONFIG_RATE, FIELD(key_packages_address), "10000/h"},
                {"limits", "one-time-key-packages-per-account", CONFIG_RATE, FIELD(key_packages_target), "100/h"},
                {"limits", "group-changes-per-account", CONFIG_RATE, FIELD(group_changes), "600/h"},
                {"limits", "group-fetches-per-account", CONFIG_RATE, FIELD(group_fetches), "600/h"},
                {"limits", "uploads-per-account", CONFIG_RATE, FIELD(uploads), "120/h"},
                {"limits", "presence-per-account", CONFIG_RATE, FIELD(presence), "120/min"},
                {"limits", "directory-per-account", CONFIG_RATE, FIELD(directory_rate), "60/min"},
                {"limits", "blob-puts-per-account", CONFIG_RATE, FIELD(blob_puts), "20000/h"},
                {"limits", "blob-gets-per-account", CONFIG_RATE, FIELD(blob_gets), "60000/h"},
                {"limits", "logins-per-address", CONFIG_RATE, FIELD(logins), "60/15min"},
                {"limits", "sends-per-recipient", CONFIG_RATE, FIELD(sends_recipient), "2000/h"},
                {"limits", "sends-per-account", CONFIG_RATE, FIELD(sends), "6000/min"},
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

_Static_assert((int)KEYS <= (int)CONFIG_KEYS_MAX, "Config.seen has a place for each");

static void *field_of(Config *config, const ConfigKey *key)
{
        return (char *)config + key->offset;
}

static int set_text(char **field, const char *value)
{
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*field);
        *field = copy;
        return 0;
}

static void list_clear(ConfigList *list)
{
        for (size_t i = 0; i < list->count; i++)
                free(list->items[i]);
        *list = (ConfigList){};
}

/* Words, in one line or several. */
static int add_to_list(ConfigList *list, const char *value, char *problem)
{
        _cleanup_(freep) char *copy = strdup(value);
        char *rest = copy, *word;

        if (!copy)
                return -ENOMEM;
        while ((word = strsep(&rest, " \t,"))) {
                if (!*word)
                        continue;
                if (list->count == CONFIG_LIST_MAX) {
                        snprintf(problem, CONFIG_PROBLEM_SIZE, "more than %d are too many", CONFIG_LIST_MAX);
                        return -EINVAL;
                }
                list->items[list->count] = strdup(word);
                if (!list->items[list->count])
                        return -ENOMEM;
                list->count++;
        }
        return 0;
}

static int choose(const ConfigKey *key, const char *value, uint64_t *out, char *problem)
{
        size_t used;

        for (const ConfigChoice *i = key->choices; i->name; i++)
                if (strcmp(i->name, value) == 0) {
                        *out = i->value;
                        return 0;
                }
        used = (size_t)snprintf(problem, CONFIG_PROBLEM_SIZE, "'%.80s' is not one of", value);
        for (const ConfigChoice *i = key->choices; i->name; i++)
                used += (size_t)snprintf(problem + used, CONFIG_PROBLEM_SIZE - used, " %s", i->name);
        return -EINVAL;
}

static int set_number(const ConfigKey *key, const char *value, uint64_t *out, char *problem)
{
        const char *example;
        uint64_t number;
        int r;

        if (key->type == CONFIG_SIZE) {
                r = config_parse_size(value, &number);
                example = "a size, like 64K or 16M";
        } else if (key->type == CONFIG_DURATION) {
                r = config_parse_duration(value, &number);
                example = "a time, like 30s, 15min, 12h or 30d";
        } else {
                r = config_parse_count(value, &number);
                example = "a number";
        }
        if (r < 0) {
                snprintf(problem, CONFIG_PROBLEM_SIZE, "'%.80s' is not %s", value, example);
                return r;
        }
        if (number < key->min || number > key->max) {
                snprintf(problem, CONFIG_PROBLEM_SIZE, "'%.80s' is out of range: from %llu to %llu%s", value,
                         (unsigned long long)key->min, (unsigned long long)key->max,
                         key->type == CONFIG_SIZE       ? " bytes"
                         : key->type == CONFIG_DURATION ? " ms"
                                                        : "");
                return -EINVAL;
        }
        *out = key->offset == FIELD(password_memory_kib) ? number / 1024 : number;
        return 0;
}

static int set_field(Config *config, const ConfigKey *key, const char *value, char *problem)
{
        void *field = field_of(config, key);

        if (!*value) {
                snprintf(problem, CONFIG_PROBLEM_SIZE, "it needs a value");
                return -EINVAL;
        }
        switch (key->type) {
        case CONFIG_TEXT:
                return set_text(field, value);
        case CONFIG_LIST:
                return add_to_list(field, value, problem);
        case CONFIG_COUNT:
        case CONFIG_SIZE:
        case CONFIG_DURATION:
                return set_number(key, value, field, problem);
        case CONFIG_RATE:
                if (config_parse_rate(value, field) == 0)
                        return 0;
                snprintf(problem, CONFIG_PROBLEM_SIZE, "'%.80s' is not a rate, like 100/s, 10/15min, or off",
                         value);
                return -EINVAL;
        case CONFIG_CHOICE:
                return choose(key, value, field, problem);
        }
        return -EINVAL;
}

void config_init(Config *config)
{
        char problem[CONFIG_PROBLEM_SIZE];

        *config = (Config){};
        for (size_t i = 0; i < KEYS; i++)
                if (keys[i].fallback && set_field(config, &keys[i], keys[i].fallback, problem) < 0)
                        abort(); /* the table is wrong */
}

void config_deinit(Config *config)
{
        for (size_t i = 0; i < KEYS; i++) {
                if (keys[i].type == CONFIG_TEXT)
                        free(*(char **)field_of(config, &keys[i]));
                if (keys[i].type == CONFIG_LIST)
                        list_clear(field_of(config, &keys[i]));
        }
        *config = (Config){};
}

static bool section_is_known(const char *section)
{
        for (size_t i = 0; i < KEYS; i++)
                if (strcmp(keys[i].section, section) == 0)
                        return true;
        return false;
}

int config_set(Config *config, const char *section, const char *name, const char *value, bool override,
               char problem[static CONFIG_PROBLEM_SIZE])
{
        char why[CONFIG_PROBLEM_SIZE] = "";
        int r;

        for (size_t i = 0; i < KEYS; i++) {
                const ConfigKey *key = &keys[i];

                if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0)
                        continue;
                if (config->seen[i] && key->type != CONFIG_LIST && !override) {
                        snprintf(problem, CONFIG_PROBLEM_SIZE, "%s is given twice: remove one", name);
                        return -EINVAL;
                }
                config->seen[i] = true;
                r = set_field(config, key, value, why);
                if (r < 0)
                        snprintf(problem, CONFIG_PROBLEM_SIZE, "%s: %.400s", name,
                                 r == -ENOMEM ? "no memory" : why);
                return r;
        }
        if (section_is_known(section))
                snprintf(problem, CONFIG_PROBLEM_SIZE, "no such key in [%s]: '%.80s'; see smserver.conf(5)",
                         section, name);
        else if (*section)
                snprintf(problem, CONFIG_PROBLEM_SIZE, "no such section: [%.80s]; see smserver.conf(5)",
                         section);
        else
                snprintf(problem, CONFIG_PROBLEM_SIZE, "'%.80s' stands before the first [section]", name);
        return -EINVAL;
}

/* libinih tells no line numbers to its handler, and cuts long lines; so it reads through this. */
typedef struct Reading {
        Config *config;
        FILE *file;
        const char *path;
        unsigned line;
        int result;
        char *problem;
} Reading;

static void complain(Reading *reading, const char *why)
{
        if (reading->result < 0)
                return; /* the first is the one that is told */
        snprintf(reading->problem, CONFIG_PROBLEM_SIZE, "%.200s:%u: %.280s", reading->path, reading->line,
                 why);
        reading->result = -EINVAL;
}

static char *read_line(char *buffer, int size, void *stream)
{
        Reading *reading = stream;
        size_t length;

        if (reading->result < 0 || !fgets(buffer, size, reading->file))
                return NULL;
        reading->line++;
        length = strlen(buffer);
        if ((length == 0 || buffer[length - 1] != '\n') && !feof(reading->file)) {
                complain(reading, "the line is too long, or has a zero byte");
                return NULL;
        }
        return buffer;
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
        Reading *reading = user;
        char why[CONFIG_PROBLEM_SIZE];
        int r;

        r = config_set(reading->config, section, name, value ? value : "", false, why);
        if (r < 0)
                complain(reading, why);
        return r >= 0;
}

int config_read(Config *config, FILE *file, const char *path, char problem[static CONFIG_PROBLEM_SIZE])
{
        Reading reading = {.config = config, .file = file, .path = path, .problem = problem};
        int r;

        r = ini_parse_stream(read_line, &reading, handle, &reading);
        if (r > 0 && (reading.result == 0 || (unsigned)r < reading.line)) {
                reading.line = (unsigned)r;
                reading.result = 0;
                complain(&reading, "neither [section], nor key = value, nor a comment (# or ;)");
        }
        if (ferror(file) && reading.result == 0) { /* a folder, for one, which else would pass for an empty file */
                snprintf(problem, CONFIG_PROBLEM_SIZE, "%.300s: it cannot be read, or is not a file", path);
                return -EIO;
        }
        return r < 0 ? -ENOMEM : reading.result;
}

int config_read_file(Config *config, const char *path, char problem[static CONFIG_PROBLEM_SIZE])
{
        _cleanup_(fclosep) FILE *file = fopen(path, "re");

        if (!file) {
                int r = -errno;

                snprintf(problem, CONFIG_PROBLEM_SIZE, "%.300s: %s", path, strerror(-r));
                return r;
        }
        return config_read(config, file, path, problem);
}

int config_check(const Config *config, char problem[static CONFIG_PROBLEM_SIZE])
{
        const char *wrong = NULL;

        if (!config->certificate != !config->key)
                wrong = "certificate and key belong together: give both, or neither";
        else if (config->registration == WIRE__REGISTRATION_POLICY__REGISTRATION_POLICY_INVITATION &&
                 !config->invitation_file)
                wrong = "policy = invitation needs invitation-file in [registration]";
        else if (config->silence_ms <= config->keepalive_ms)
                wrong = "silence has to be longer than keepalive in [limits]";
        if (!wrong)
                return 0;
        snprintf(problem, CONFIG_PROBLEM_SIZE, "%s", wrong);
        return -EINVAL;
}
