/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/failure.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ERROR_PREFIX "org.securemessenger.Messenger1.Error."

typedef struct Row {
        ClientFailure failure;
        const char *name;
        const char *sentence;
        gboolean daemon_tells_more; /* its text has particulars, and says what to do */
} Row;

static const Row rows[] = {
                {CLIENT_FAILURE_NONE, NULL, ""},
                {CLIENT_FAILURE_FAILED, "Failed", N_("Something went wrong inside."), TRUE},
                {CLIENT_FAILURE_USAGE, NULL, N_("This is not how it is used."), TRUE},
                {CLIENT_FAILURE_NO_DAEMON, NULL, N_("The messenger's daemon, smd, cannot be reached.")},
                {CLIENT_FAILURE_NO_ACCOUNT, "NoAccount", N_("There is no account on this machine yet.")},
                {CLIENT_FAILURE_LOCKED, "Locked", N_("The messages are locked.")},
                {CLIENT_FAILURE_WRONG_PASSWORD, "WrongPassword", N_("The password is wrong.")},
                {CLIENT_FAILURE_NAME_TAKEN, "NameTaken", N_("Somebody else has this name already.")},
                {CLIENT_FAILURE_BAD_NAME, "BadName", N_("This is not a user name.")},
                {CLIENT_FAILURE_UNKNOWN_RECIPIENT, "UnknownRecipient",
                 N_("The server knows nobody of this name.")},
                {CLIENT_FAILURE_SERVER_UNREACHABLE, "ServerUnreachable", N_("The server cannot be reached."),
                 TRUE},
                {CLIENT_FAILURE_CERTIFICATE_MISMATCH, "CertificateMismatch",
                 N_("The server's certificate is not the expected one: this may be somebody else's "
                    "server.")},
                {CLIENT_FAILURE_BAD_TEXT, "BadText", N_("The text is empty, or it is not UTF-8.")},
                {CLIENT_FAILURE_TEXT_TOO_LONG, "TextTooLong", N_("The text is longer than 65,536 bytes."), TRUE},
                {CLIENT_FAILURE_MAILBOX_FULL, "MailboxFull", N_("The recipient's mailbox is full.")},
                {CLIENT_FAILURE_RATE_LIMITED, "RateLimited", N_("The server asks to slow down."), TRUE},
                {CLIENT_FAILURE_STORE_DAMAGED, "StoreDamaged", N_("The local store is damaged.")},
                {CLIENT_FAILURE_DISK_FULL, "DiskFull", N_("The disk is full.")},
                {CLIENT_FAILURE_PROTOCOL_TOO_OLD, "ProtocolTooOld",
                 N_("This program is too old for the server.")},
                {CLIENT_FAILURE_PROTOCOL_TOO_NEW, "ProtocolTooNew",
                 N_("The server is too old for this program.")},
                {CLIENT_FAILURE_QUEUED, NULL, N_("The message is queued, and leaves by itself later.")},
                {CLIENT_FAILURE_KEY_CHANGED, "KeyChanged",
                 N_("The contact's key has changed, and nobody has accepted it.")},
                {CLIENT_FAILURE_REGISTRATION_CLOSED, "RegistrationClosed",
                 N_("The server takes no new accounts.")},
                {CLIENT_FAILURE_BAD_INVITATION, "BadInvitation",
                 N_("The server asks for an invitation, and this is not one that it accepts.")},
                {CLIENT_FAILURE_ALREADY_REGISTERED, "AlreadyRegistered",
                 N_("There is an account on this machine already.")},
                {CLIENT_FAILURE_NOT_FOUND, "NotFound", N_("There is no such conversation or message.")},
                {CLIENT_FAILURE_TOO_MANY_CALLS, "TooManyCalls", N_("Too many calls are under way.")},
                {CLIENT_FAILURE_BAD_PASSWORD, "BadPassword",
                 N_("A password has at least 8 characters, and at most 1,024 bytes.")},
                {CLIENT_FAILURE_STORE_TOO_NEW, "StoreTooNew",
                 N_("A newer version of the messenger made the local store.")},
                {CLIENT_FAILURE_INVALID_ARGUMENT, "InvalidArgument",
                 N_("The daemon does not accept one of the arguments."), TRUE},
                {CLIENT_FAILURE_NOT_ALLOWED, "NotAllowed",
                 N_("This cannot be done to this message: it is not yours, not of a kind that can be changed, or "
                    "was edited 100 times.")},
                {CLIENT_FAILURE_BLOCKED, "Blocked", N_("You have blocked this contact. Unblock them first.")},
                {CLIENT_FAILURE_KEYRING_UNAVAILABLE, "KeyringUnavailable",
                 N_("The desktop's keyring does not help.")},
                {CLIENT_FAILURE_ACCOUNT_DELETED, "AccountDeleted", N_("They have deleted their account.")},
                {CLIENT_FAILURE_NO_VERIFICATION, "NoVerification",
                 N_("There is no such comparison with this contact now, or no key of theirs is known yet.")},
                {CLIENT_FAILURE_MISMATCH, NULL,
                 N_("They differ: somebody may stand between the two of you.")},
                {CLIENT_FAILURE_NOT_COMPARED, NULL, N_("The comparison was cancelled, or took too long.")},
                {CLIENT_FAILURE_ATTACHMENT_TOO_LARGE, "AttachmentTooLarge",
                 N_("The file is larger than the server takes.")},
                {CLIENT_FAILURE_ATTACHMENT_GONE, "AttachmentGone",
                 N_("The server does not have the file any more.")},
                {CLIENT_FAILURE_ATTACHMENT_DAMAGED, "AttachmentDamaged",
                 N_("The file is not what its sender said, and nothing of it was kept.")},
                {CLIENT_FAILURE_ATTACHMENT_NOT_HERE, "AttachmentNotHere",
                 N_("The file has not been fetched yet.")},
                {CLIENT_FAILURE_ATTACHMENT_UNREADABLE, "AttachmentUnreadable",
                 N_("The file could not be read to its end, or changed meanwhile.")},
                {CLIENT_FAILURE_ATTACHMENT_QUOTA, "AttachmentQuota",
                 N_("Your files take all the room that you have on the server.")},
                {CLIENT_FAILURE_FILE_EXISTS, NULL,
                 N_("There is a file of this name already.")},
                {CLIENT_FAILURE_DIRECTORY_OFF, "DirectoryOff", N_("The server shows nobody its list of users.")},
                {CLIENT_FAILURE_NOT_A_MEMBER, "NotAMember", N_("You are not in this group, or not any more.")},
                {CLIENT_FAILURE_NOT_AN_ADMIN, "NotAnAdmin",
                 N_("Only an administrator of the group can do this.")},
                {CLIENT_FAILURE_UNKNOWN_MEMBER, "UnknownMember", N_("Nobody of this name is in the group."), TRUE},
                {CLIENT_FAILURE_ALREADY_MEMBER, "AlreadyMember", N_("They are in the group already."), TRUE},
                {CLIENT_FAILURE_LAST_ADMIN, "LastAdmin", N_("The group would have no administrator.")},
                {CLIENT_FAILURE_BAD_GROUP_NAME, "BadGroupName", N_("This cannot be a group's name."), TRUE},
                {CLIENT_FAILURE_GROUP_FULL, "GroupFull", N_("There is no room for so many in the group."), TRUE},
                {CLIENT_FAILURE_NO_KEY_PACKAGE, "NoKeyPackage", N_("They cannot be added yet."), TRUE},
                {CLIENT_FAILURE_GROUP_BUSY, "GroupBusy", N_("Another change of the group is under way."), TRUE},
                {CLIENT_FAILURE_INTERRUPTED, NULL, N_("Interrupted.")},
};

/* Reasons that never end a call. */
static const struct {
        const char *name;
        const char *sentence;
} reasons[] = {
                {"Offline", N_("There is no connection to the server.")},
                {"Replaced", N_("The account is in use on another connection.")},
                {"DeviceRemoved", N_("The account was taken over by another device.")},
};

GQuark client_failure_quark(void)
{
        return g_quark_from_static_string("client-failure");
}

static const Row *row_of(ClientFailure failure)
{
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                if (rows[i].failure == failure)
                        return &rows[i];
        }
        return row_of(CLIENT_FAILURE_FAILED);
}

ClientFailure client_failure_from_name(const char *name)
{
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                if (rows[i].name && strcmp(rows[i].name, name) == 0)
                        return rows[i].failure;
        }
        return CLIENT_FAILURE_FAILED;
}

const char *client_failure_name(ClientFailure failure)
{
        return row_of(failure)->name;
}

const char *client_failure_name_at(size_t index)
{
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                if (rows[i].name && index-- == 0)
                        return rows[i].name;
        }
        return NULL;
}

const char *client_failure_sentence(ClientFailure failure)
{
        const char *sentence = row_of(failure)->sentence;

        return *sentence ? _(sentence) : "";
}

/* Errors by which the bus, or what starts services for it, says that there is no daemon to talk to. */
static gboolean is_unreachable(const char *name)
{
        static const char *const prefixes[] = {
                        "org.freedesktop.DBus.Error.ServiceUnknown",
                        "org.freedesktop.DBus.Error.NameHasNoOwner",
                        "org.freedesktop.DBus.Error.NoReply",
                        "org.freedesktop.DBus.Error.NoServer",
                        "org.freedesktop.DBus.Error.Disconnected",
                        "org.freedesktop.DBus.Error.Timeout",
                        "org.freedesktop.DBus.Error.TimedOut",
                        "org.freedesktop.DBus.Error.Spawn.",
                        "org.freedesktop.systemd1.",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
                if (g_str_has_prefix(name, prefixes[i]))
                        return TRUE;
        }
        return FALSE;
}

ClientFailure client_failure_of(const GError *error)
{
        if (!error)
                return CLIENT_FAILURE_NONE;
        if (error->domain == CLIENT_FAILURE)
                return (ClientFailure)error->code;

        g_autofree char *name = g_dbus_error_get_remote_error(error);

        if (!name) /* nobody on the bus said it: there is no bus, or it went away, or nothing was answered in
                      time */
                return error->domain == G_IO_ERROR || error->domain == G_DBUS_ERROR
                                       ? CLIENT_FAILURE_NO_DAEMON
                                       : CLIENT_FAILURE_FAILED;
        if (g_str_has_prefix(name, ERROR_PREFIX))
                return client_failure_from_name(name + strlen(ERROR_PREFIX));
        return is_unreachable(name) ? CLIENT_FAILURE_NO_DAEMON : CLIENT_FAILURE_FAILED;
}

char *client_failure_describe(const GError *error)
{
        const Row *row = row_of(client_failure_of(error));
        g_autoptr(GError) copy = g_error_copy(error);

        g_dbus_error_strip_remote_error(copy);
        if (row->daemon_tells_more && *copy->message)
                return g_strdup(copy->message);
        if (row->failure == CLIENT_FAILURE_NO_DAEMON)
                return g_strdup_printf("%s (%s)", _(row->sentence), copy->message);
        return g_strdup(client_failure_sentence(row->failure));
}

const char *client_reason_sentence(const char *name)
{
        if (!*name)
                return "";
        for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
                if (strcmp(reasons[i].name, name) == 0)
                        return _(reasons[i].sentence);
        }
        return client_failure_sentence(client_failure_from_name(name));
}
