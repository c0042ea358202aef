/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "client/failure.h"

/*
 * The command line is two tables: the options there are, and the verbs, each with the options that it takes.
 * Help, completions and smctl(1) follow them, and a test checks that they do.
 */
typedef enum OptionId {
        OPTION_JSON,
        OPTION_HELP,
        OPTION_VERSION,
        OPTION_YES,
        OPTION_PASSWORD_FILE,
        OPTION_PASSWORD_FD,
        OPTION_NEW_PASSWORD_FILE,
        OPTION_NEW_PASSWORD_FD,
        OPTION_LOCAL_ONLY,
        OPTION_REMEMBER,
        OPTION_SERVER,
        OPTION_SERVER_PIN,
        OPTION_INVITATION_FILE,
        OPTION_INSECURE_LOOPBACK,
        OPTION_NO_WAIT,
        OPTION_LIMIT,
        OPTION_BEFORE,
        OPTION_AFTER,
        OPTION_SINCE,
        OPTION_CONVERSATION,
        OPTION_IN,
        OPTION_OUTPUT,
        OPTION_ENCRYPT,
        OPTION_DECRYPT,
        OPTION_FOR_ME,
        OPTION_EXEC,
        OPTION_STATE,
        OPTION_REMOVE,
        OPTION_ONLINE,
        OPTION_FILE,
        OPTION_FORCE,
        OPTION_EMOJI,
        OPTION_CODE,
        OPTION_ALL,
        OPTION_COUNT,
} OptionId;

#define OPTION_BIT(id) (UINT64_C(1) << (id))

typedef struct Option {
        const char *name;  /* without the dashes */
        const char *value; /* what the value is called, or NULL: takes none */
        const char *help;
} Option;

extern const Option option_table[OPTION_COUNT];

typedef struct Command Command;

typedef struct Verb {
        const char *name;
        const char *arguments; /* as in the usage line */
        unsigned arguments_min, arguments_max;
        uint64_t options; /* OPTION_BITs; --json and --help go without saying */
        const char *help;
        ClientFailure (*run)(const Command *command);
} Verb;

extern const Verb verb_table[]; /* the last one has no name */

const Verb *verb_find(const char *name);
int verb_takes(const Verb *verb, OptionId option);

/* The name in a table that a mistyped one probably meant, or NULL. */
const char *verb_nearest(const char *typed);
const char *option_nearest(const char *typed);

ClientFailure cmd_accept(const Command *command);
ClientFailure cmd_block(const Command *command);
ClientFailure cmd_chat(const Command *command);
ClientFailure cmd_contacts(const Command *command);
ClientFailure cmd_delete(const Command *command);
ClientFailure cmd_edit(const Command *command);
ClientFailure cmd_decline(const Command *command);
ClientFailure cmd_export(const Command *command);
ClientFailure cmd_delete_account(const Command *command);
ClientFailure cmd_group(const Command *command);
ClientFailure cmd_find(const Command *command);
ClientFailure cmd_help(const Command *command);
ClientFailure cmd_history(const Command *command);
ClientFailure cmd_keyring(const Command *command);
ClientFailure cmd_lock(const Command *command);
ClientFailure cmd_login(const Command *command);
ClientFailure cmd_mark_read(const Command *command);
ClientFailure cmd_mark_unread(const Command *command);
ClientFailure cmd_mute(const Command *command);
ClientFailure cmd_passwd(const Command *command);
ClientFailure cmd_pin(const Command *command);
ClientFailure cmd_privacy(const Command *command);
ClientFailure cmd_react(const Command *command);
ClientFailure cmd_reconnect(const Command *command);
ClientFailure cmd_register(const Command *command);
ClientFailure cmd_reply(const Command *command);
ClientFailure cmd_renew(const Command *command);
ClientFailure cmd_requests(const Command *command);
ClientFailure cmd_save(const Command *command);
ClientFailure cmd_search(const Command *command);
ClientFailure cmd_send(const Command *command);
ClientFailure cmd_server(const Command *command);
ClientFailure cmd_session(const Command *command);
ClientFailure cmd_settings(const Command *command);
ClientFailure cmd_status(const Command *command);
ClientFailure cmd_timer(const Command *command);
ClientFailure cmd_trust(const Command *command);
ClientFailure cmd_unblock(const Command *command);
ClientFailure cmd_unlock(const Command *command);
ClientFailure cmd_unmute(const Command *command);
ClientFailure cmd_unpin(const Command *command);
ClientFailure cmd_verify(const Command *command);
ClientFailure cmd_watch(const Command *command);
