/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/arguments.h"

#define PASSWORD (OPTION_BIT(OPTION_PASSWORD_FILE) | OPTION_BIT(OPTION_PASSWORD_FD))
#define SERVER \
        (OPTION_BIT(OPTION_SERVER) | OPTION_BIT(OPTION_SERVER_PIN) | OPTION_BIT(OPTION_INSECURE_LOOPBACK))

const Option option_table[OPTION_COUNT] = {
                [OPTION_JSON] = {"json", NULL, N_("print JSON, one object a line")},
                [OPTION_HELP] = {"help", NULL, N_("show help")},
                [OPTION_VERSION] = {"version", NULL, N_("show the version")},
                [OPTION_YES] = {"yes", NULL, N_("do not ask")},
                [OPTION_PASSWORD_FILE] = {"password-file", "FILE", N_("read the password from FILE")},
                [OPTION_PASSWORD_FD] = {"password-fd", "N", N_("read the password from file descriptor N")},
                [OPTION_NEW_PASSWORD_FILE] = {"new-password-file", "FILE",
                                              N_("read the new password from FILE")},
                [OPTION_NEW_PASSWORD_FD] = {"new-password-fd", "N",
                                            N_("read the new password from file descriptor N")},
                [OPTION_LOCAL_ONLY] = {"local-only", NULL,
                                       N_("delete only what is here, and tell nobody")},
                [OPTION_REMEMBER] = {"remember", NULL, N_("let the desktop's keyring open it from now on")},
                [OPTION_SERVER] = {"server", "URL", N_("the server, wss://HOST[:PORT]")},
                [OPTION_SERVER_PIN] = {"server-pin", "PIN",
                                       N_("only the certificate with this pin is the server")},
                [OPTION_INVITATION_FILE] = {"invitation-file", "FILE",
                                            N_("read the invitation to the server from FILE")},
                [OPTION_INSECURE_LOOPBACK] = {"insecure-loopback", NULL,
                                              N_("allow ws:// to this machine, for tests")},
                [OPTION_NO_WAIT] = {"no-wait", NULL, N_("do not wait until the server has the message")},
                [OPTION_LIMIT] = {"limit", "N", N_("at most N messages, 0 for all; by default 50")},
                [OPTION_BEFORE] = {"before", "N", N_("only messages before number N")},
                [OPTION_AFTER] = {"after", "N", N_("only messages after number N, the oldest first")},
                [OPTION_SINCE] = {"since", "N", N_("begin after event number N, 0 for all; by default now")},
                [OPTION_CONVERSATION] = {"conversation", "NAME", N_("only events of this conversation")},
                [OPTION_OUTPUT] = {"output", "FILE", N_("write to FILE; - is standard output")},
                [OPTION_ENCRYPT] = {"encrypt", NULL, N_("encrypt with a password of its own")},
                [OPTION_DECRYPT] = {"decrypt", "FILE", N_("read an encrypted export instead")},
                [OPTION_EXEC] = {"exec", "COMMAND", N_("run COMMAND for each event, which is on its standard input")},
                [OPTION_STATE] = {"state", "FILE", N_("remember in FILE where to go on")},
                [OPTION_IN] = {"in", "NAME", N_("only messages of this conversation")},
                [OPTION_FOR_ME] = {"for-me", NULL, N_("only on this side")},
                [OPTION_ONLINE] = {"online", NULL, N_("only those who are connected")},
                [OPTION_REMOVE] = {"remove", NULL, N_("take it back")},
                [OPTION_FILE] = {"file", "FILE", N_("send FILE, with the text as its caption")},
                [OPTION_FORCE] = {"force", NULL, N_("overwrite a file that is there")},
                [OPTION_EMOJI] = {"emoji", NULL, N_("compare seven emoji with the contact, live")},
                [OPTION_CODE] = {"code", "DIGITS", N_("the safety number that the contact has; - reads it from standard input")},
                [OPTION_ALL] = {"all", NULL, N_("all who ask")},
};

const Verb verb_table[] = {
                {"register", "NAME", 1, 1, PASSWORD | SERVER | OPTION_BIT(OPTION_INVITATION_FILE),
                 N_("make an account on a server"), cmd_register},
                {"login", "NAME", 1, 1, PASSWORD | SERVER | OPTION_BIT(OPTION_YES),
                 N_("take an existing account over to this machine"), cmd_login},
                {"unlock", "", 0, 0, PASSWORD | OPTION_BIT(OPTION_REMEMBER),
                 N_("open the messages, and connect"), cmd_unlock},
                {"keyring", "forget", 1, 1, 0, N_("let the desktop's keyring forget the account"),
                 cmd_keyring},
                {"lock", "", 0, 0, 0, N_("disconnect, and close the messages"), cmd_lock},
                {"passwd", "", 0, 0,
                 PASSWORD | OPTION_BIT(OPTION_NEW_PASSWORD_FILE) | OPTION_BIT(OPTION_NEW_PASSWORD_FD),
                 N_("change the password"), cmd_passwd},
                {"status", "", 0, 0, 0, N_("show the account and its connection"), cmd_status},
                {"send", "NAME TEXT|-", 2, 2, OPTION_BIT(OPTION_NO_WAIT) | OPTION_BIT(OPTION_FILE),
                 N_("send a message; - reads the text from standard input"), cmd_send},
                {"reply", "ID TEXT|-", 2, 2, OPTION_BIT(OPTION_NO_WAIT) | OPTION_BIT(OPTION_FILE),
                 N_("answer a message"), cmd_reply},
                {"edit", "ID TEXT|-", 2, 2, 0, N_("change the text of a message of one's own"), cmd_edit},
                {"delete", "ID", 1, 1, OPTION_BIT(OPTION_FOR_ME) | OPTION_BIT(OPTION_YES),
                 N_("delete a message, at the other side as well"), cmd_delete},
                {"react", "ID [EMOJI]", 1, 2, OPTION_BIT(OPTION_REMOVE), N_("put an emoji to a message"), cmd_react},
                {"save", "ID", 1, 1, OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE),
                 N_("write the file of a message to a file"), cmd_save},
                {"timer", "NAME [TIME|off]", 1, 2, 0, N_("show or set how long messages stay after reading"), cmd_timer},
                {"group", "ACTION [GROUP] [NAME...]", 1, COMMAND_ARGUMENTS_MAX, OPTION_BIT(OPTION_YES),
                 N_("make groups, and change who is in them"), cmd_group},
                {"chat", "NAME", 1, 1, 0, N_("talk live"), cmd_chat},
                {"history", "NAME", 1, 1,
                 OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_BEFORE) | OPTION_BIT(OPTION_AFTER),
                 N_("show the messages of a conversation"), cmd_history},
                {"search", "WORD...", 1, 16, /* as many as the daemon takes */
                 OPTION_BIT(OPTION_IN) | OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_BEFORE),
                 N_("find messages by their words, the newest first"), cmd_search},
                {"export", "", 0, 0,
                 PASSWORD | OPTION_BIT(OPTION_CONVERSATION) | OPTION_BIT(OPTION_OUTPUT) |
                                 OPTION_BIT(OPTION_ENCRYPT) | OPTION_BIT(OPTION_DECRYPT) | OPTION_BIT(OPTION_YES),
                 N_("write all messages as lines of JSON"), cmd_export},
                {"watch", "", 0, 0, OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_CONVERSATION) | OPTION_BIT(OPTION_EXEC) |
                                 OPTION_BIT(OPTION_STATE),
                 N_("show events as they happen"), cmd_watch},
                {"contacts", "", 0, 0, OPTION_BIT(OPTION_ONLINE), N_("list the contacts"), cmd_contacts},
                {"find", "[BEGINNING]", 0, 1, 0, N_("ask the server for users by the beginning of their names"), cmd_find},
                {"trust", "NAME", 1, 1, OPTION_BIT(OPTION_YES), N_("accept a contact's changed key"),
                 cmd_trust},
                {"verify", "NAME", 1, 1,
                 OPTION_BIT(OPTION_EMOJI) | OPTION_BIT(OPTION_CODE) | OPTION_BIT(OPTION_YES) | OPTION_BIT(OPTION_REMOVE),
                 N_("make sure that a contact's key is theirs"), cmd_verify},
                {"session", "NAME", 1, 1, 0, N_("show the session with a contact: since when, how many messages"),
                 cmd_session},
                {"renew", "NAME", 1, 1, 0, N_("begin a new session with a contact"), cmd_renew},
                {"requests", "", 0, 0, 0, N_("show who has written for the first time, and what"), cmd_requests},
                {"accept", "NAME", 1, 1, 0, N_("accept somebody who asks"), cmd_accept},
                {"decline", "[NAME]", 0, 1, OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_YES), N_("turn somebody down who asks, and delete what they wrote"),
                 cmd_decline},
                {"block", "NAME", 1, 1, 0, N_("hear nothing more of a contact, who cannot tell"), cmd_block},
                {"unblock", "NAME", 1, 1, 0, N_("hear a blocked contact again"), cmd_unblock},
                {"mute", "NAME", 1, 1, 0, N_("be told of no messages of a conversation"), cmd_mute},
                {"unmute", "NAME", 1, 1, 0, N_("be told of them again"), cmd_unmute},
                {"pin", "NAME", 1, 1, 0, N_("show a conversation first"), cmd_pin},
                {"unpin", "NAME", 1, 1, 0, N_("show it where it belongs"), cmd_unpin},
                {"mark-read", "NAME", 1, 1, 0, N_("have read all of a conversation, and say so to whoever may know"), cmd_mark_read},
                {"mark-unread", "NAME", 1, 1, 0, N_("keep a conversation to come back to"), cmd_mark_unread},
                {"privacy", "NAME [SETTING [yes|no|default]]", 1, 3, 0,
                 N_("show what a contact may know of you, or change it"), cmd_privacy},
                {"settings", "[NAME [VALUE]]", 0, 2, 0, N_("show the settings, or change one"), cmd_settings},
                {"reconnect", "", 0, 0, 0, N_("connect to the server now"), cmd_reconnect},
                {"server", "[URL]", 0, 1, OPTION_BIT(OPTION_SERVER_PIN) | OPTION_BIT(OPTION_INSECURE_LOOPBACK),
                 N_("show where the server is, or say that it is somewhere else"), cmd_server},
                {"delete-account", "[NAME]", 0, 1,
                 PASSWORD | OPTION_BIT(OPTION_YES) | OPTION_BIT(OPTION_LOCAL_ONLY),
                 N_("delete the account, for ever"), cmd_delete_account},
                {"help", "[VERB]", 0, 1, 0, N_("show help, in full for one verb"), cmd_help},
                {NULL, NULL, 0, 0, 0, NULL, NULL},
};

const Verb *verb_find(const char *name)
{
        for (const Verb *verb = verb_table; verb->name; verb++) {
                if (strcmp(verb->name, name) == 0)
                        return verb;
        }
        return NULL;
}

int verb_takes(const Verb *verb, OptionId option)
{
        uint64_t taken = verb->options | OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_HELP);

        return (taken & OPTION_BIT(option)) != 0;
}

/* Levenshtein's distance of two short words; long ones are far from everything. */
static unsigned distance(const char *a, const char *b)
{
        enum { WORD_MAX = 24 };
        unsigned row[WORD_MAX + 1];
        size_t width = strlen(b);

        if (width > WORD_MAX || strlen(a) > WORD_MAX)
                return WORD_MAX;
        for (unsigned i = 0; i <= width; i++)
                row[i] = i;
        for (unsigned i = 1; a[i - 1]; i++) {
                unsigned diagonal = row[0];

                row[0] = i;
                for (size_t j = 1; j <= width; j++) {
                        unsigned replaced = diagonal + (a[i - 1] != b[j - 1]);

                        diagonal = row[j];
                        row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
                }
        }
        return row[width];
}

typedef struct Nearest {
        const char *typed;
        const char *name;
        unsigned distance;
} Nearest;

static void nearest_try(Nearest *nearest, const char *name)
{
        /* Two slips at most, and at least half of the word has to be right. */
        unsigned found = strlen(nearest->typed) >= 2 && g_str_has_prefix(name, nearest->typed)
                                         ? 0
                                         : distance(nearest->typed, name);

        if (found <= 2 && found * 2 <= strlen(name) && found < nearest->distance) {
                nearest->distance = found;
                nearest->name = name;
        }
}

const char *verb_nearest(const char *typed)
{
        Nearest nearest = {.typed = typed, .distance = G_MAXUINT};

        for (const Verb *verb = verb_table; verb->name; verb++)
                nearest_try(&nearest, verb->name);
        return nearest.name;
}

const char *option_nearest(const char *typed)
{
        Nearest nearest = {.typed = typed, .distance = G_MAXUINT};

        for (size_t i = 0; i < OPTION_COUNT; i++)
                nearest_try(&nearest, option_table[i].name);
        return nearest.name;
}
