/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/problem.h"

#include <errno.h>
#include <glib.h>
#include <libintl.h>
#include <string.h>

#include "wire/limits.h"

#define _(text)  gettext(text)
#define N_(text) text

static const struct {
        const char *name, *sentence;
} problems[] = {
                [PROBLEM_NONE] = {"", ""},
                [PROBLEM_FAILED] = {"Failed", N_("An internal failure. The journal of smd says more.")},
                [PROBLEM_NO_ACCOUNT] = {"NoAccount",
                                        N_("There is no account here. Register one, or log in to yours.")},
                [PROBLEM_LOCKED] = {"Locked", N_("The store is locked. Unlock it with your password.")},
                [PROBLEM_WRONG_PASSWORD] =
                                {"WrongPassword",
                                 N_("The password is wrong, or nobody has that name. Try again.")},
                [PROBLEM_NAME_TAKEN] = {"NameTaken",
                                        N_("Somebody has this name already. Choose another one.")},
                [PROBLEM_BAD_NAME] =
                                {"BadName",
                                 N_("This is not a user name. Use 2 to 32 of a-z 0-9 . _ -, beginning and "
                                    "ending with a letter or digit.")},
                [PROBLEM_UNKNOWN_RECIPIENT] = {"UnknownRecipient",
                                               N_("The server knows nobody of that name. Check the name.")},
                [PROBLEM_SERVER_UNREACHABLE] = {"ServerUnreachable",
                                                N_("The server cannot be reached. Check its address and "
                                                   "the network.")},
                [PROBLEM_CERTIFICATE_MISMATCH] =
                                {"CertificateMismatch",
                                 N_("The server's certificate is not the pinned one, or is not trusted. "
                                    "Nothing was sent. Ask the server's administrator for the right pin.")},
                [PROBLEM_BAD_TEXT] = {"BadText",
                                      N_("The text is empty, or is not UTF-8. Convert it first.")},
                [PROBLEM_TEXT_TOO_LONG] = {"TextTooLong",
                                           N_("The text is longer than 65,536 bytes. Send it in parts.")},
                [PROBLEM_MAILBOX_FULL] = {"MailboxFull",
                                          N_("The recipient's mailbox is full. Send it again when they have "
                                             "been online.")},
                [PROBLEM_RATE_LIMITED] = {"RateLimited", N_("The server asks to slow down.")},
                [PROBLEM_STORE_DAMAGED] = {"StoreDamaged",
                                           N_("The store is damaged or was tampered with. Remove it and log "
                                              "in again; an older copy would break conversations.")},
                [PROBLEM_DISK_FULL] = {"DiskFull", N_("The disk is full. Make room, then try again.")},
                [PROBLEM_PROTOCOL_TOO_OLD] = {"ProtocolTooOld",
                                              N_("This program is too old for the server. Update it.")},
                [PROBLEM_PROTOCOL_TOO_NEW] = {"ProtocolTooNew",
                                              N_("The server is too old for this program. Ask its "
                                                 "administrator to update it.")},
                [PROBLEM_KEY_CHANGED] =
                                {"KeyChanged",
                                 N_("The contact's key changed. Compare the safety number with them, "
                                    "then accept the key.")},
                [PROBLEM_REGISTRATION_CLOSED] = {"RegistrationClosed",
                                                 N_("The server takes no new accounts. Ask its "
                                                    "administrator.")},
                [PROBLEM_BAD_INVITATION] = {"BadInvitation",
                                            N_("The server wants an invitation, and this is none that it "
                                               "knows. Ask its administrator for one.")},
                [PROBLEM_ALREADY_REGISTERED] = {"AlreadyRegistered",
                                                N_("There is an account here already. Another account "
                                                   "needs another state folder.")},
                [PROBLEM_NOT_FOUND] = {"NotFound", N_("There is no such conversation or message.")},
                [PROBLEM_TOO_MANY_CALLS] = {"TooManyCalls",
                                            N_("Too many calls are under way. Wait for some to end.")},
                [PROBLEM_BAD_PASSWORD] = {"BadPassword",
                                          N_("A password has 8 to 1,024 bytes, and its file or "
                                             "pipe must end. Choose another one.")},
                [PROBLEM_STORE_TOO_NEW] =
                                {"StoreTooNew",
                                 N_("The store was made by a newer version. Update this program.")},
                [PROBLEM_INVALID_ARGUMENT] = {"InvalidArgument",
                                              N_("An argument or option has no meaning here.")},
                [PROBLEM_NOT_ALLOWED] =
                                {"NotAllowed",
                                 N_("This cannot be done to this message. Only texts of your own can be edited, "
                                    "100 times each, and only messages of your own deleted for everyone.")},
                [PROBLEM_BLOCKED] = {"Blocked", N_("You have blocked this contact. Unblock them first.")},
                [PROBLEM_KEYRING_UNAVAILABLE] =
                                {"KeyringUnavailable",
                                 N_("The desktop's keyring cannot be reached, is locked, or has no key for this "
                                    "account. Use the password.")},
                [PROBLEM_ACCOUNT_DELETED] = {"AccountDeleted",
                                             N_("They have deleted their account: nothing reaches them any "
                                                "more. What was written stays here.")},
                [PROBLEM_NO_VERIFICATION] =
                                {"NoVerification",
                                 N_("There is no such comparison with this contact now. Start a new one; "
                                    "with a new contact, after the first message.")},
                [PROBLEM_ATTACHMENT_TOO_LARGE] =
                                {"AttachmentTooLarge",
                                 N_("The file is larger than the server takes. Send it another way, or in parts.")},
                [PROBLEM_ATTACHMENT_GONE] =
                                {"AttachmentGone",
                                 N_("The server does not have the file any more. Ask the sender to send it again.")},
                [PROBLEM_ATTACHMENT_DAMAGED] =
                                {"AttachmentDamaged",
                                 N_("The file is not what the sender said it is, and nothing of it was kept. Fetch it "
                                    "again, or ask the sender to send it again.")},
                [PROBLEM_ATTACHMENT_NOT_HERE] = {"AttachmentNotHere",
                                                 N_("The file has not been fetched yet. Fetch it first.")},
                [PROBLEM_ATTACHMENT_UNREADABLE] =
                                {"AttachmentUnreadable",
                                 N_("The file could not be read to its end, or changed meanwhile. Send it again.")},
                [PROBLEM_ATTACHMENT_QUOTA] =
                                {"AttachmentQuota",
                                 N_("Your files take all the room that you have on the server. Delete messages with "
                                    "files, or wait until the server drops old ones.")},
                [PROBLEM_DIRECTORY_OFF] = {"DirectoryOff",
                                           N_("The server shows nobody its list of users. Ask people for their names.")},
                [PROBLEM_NOT_A_MEMBER] = {"NotAMember",
                                          N_("You are not in this group, or not any more. Ask an administrator "
                                             "of it to add you.")},
                [PROBLEM_NOT_AN_ADMIN] = {"NotAnAdmin",
                                          N_("Only an administrator of the group can do this. Ask one.")},
                [PROBLEM_UNKNOWN_MEMBER] = {"UnknownMember",
                                            N_("Nobody of this name is in the group. Look at its members.")},
                [PROBLEM_ALREADY_MEMBER] = {"AlreadyMember", N_("They are in the group already.")},
                [PROBLEM_LAST_ADMIN] = {"LastAdmin",
                                        N_("The group would have no administrator. Promote somebody else "
                                           "first.")},
                [PROBLEM_BAD_GROUP_NAME] =
                                {"BadGroupName",
                                 N_("This cannot be a group's name. Use 1 to 128 bytes of UTF-8, without control "
                                    "characters and without a space at either end.")},
                [PROBLEM_GROUP_FULL] =
                                {"GroupFull",
                                 N_("The group has as many members as it can have, these are too many at once, or "
                                    "somebody is in too many groups.")},
                [PROBLEM_NO_KEY_PACKAGE] =
                                {"NoKeyPackage",
                                 N_("They cannot be added yet: nobody of that name is on the server, or their "
                                    "program is too old for groups. Check the name; ask them to update.")},
                [PROBLEM_GROUP_BUSY] = {"GroupBusy",
                                        N_("Another change of the group is under way. Try again when it is "
                                           "done.")},
                [PROBLEM_OFFLINE] = {"Offline", N_("There is no connection to the server. The message "
                                                   "leaves by itself when "
                                                   "there is one.")},
                [PROBLEM_REPLACED] = {"Replaced",
                                      N_("Another program connected as this device. Reconnect to take the "
                                         "connection back.")},
                [PROBLEM_DEVICE_REMOVED] = {"DeviceRemoved",
                                            N_("The account was taken over by a login elsewhere, or the "
                                               "server does not know this device any more. What is here can "
                                               "still be read. To come back, delete the account on this "
                                               "machine only, and log in again.")},
};

const char *problem_name(Problem problem)
{
        return problems[problem].name;
}

Problem problem_from_name(const char *name)
{
        for (unsigned i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
                if (strcmp(problems[i].name, name) == 0)
                        return (Problem)i;
        return PROBLEM_FAILED;
}

const char *problem_sentence(Problem problem)
{
        return problem == PROBLEM_NONE ? "" : _(problems[problem].sentence);
}

char *sentence_when(const char *sentence, uint64_t retry_at_ms)
{
        g_autoptr(GDateTime) when = NULL;
        g_autofree char *time = NULL;

        if (retry_at_ms > 0)
                when = g_date_time_new_from_unix_local((gint64)(retry_at_ms + 999) / 1000);
        if (!when)
                return g_strdup(sentence);
        time = g_date_time_format(when, "%H:%M:%S");
        /* TRANSLATORS: a whole sentence, then a time of day, such as 14:05:31. */
        return g_strdup_printf(_("%s It is possible again after %s."), sentence, time);
}

char *problem_sentence_when(Problem problem, uint64_t retry_at_ms)
{
        return sentence_when(problem_sentence(problem), retry_at_ms);
}

Problem problem_from_result(int r)
{
        if (r >= 0)
                return (Problem)r;
        switch (r) {
        case -ENOSPC:
        case -EDQUOT:
                return PROBLEM_DISK_FULL;
        case -EBADMSG:
        case -EKEYREJECTED:
                return PROBLEM_STORE_DAMAGED;
        case -EPROTONOSUPPORT:
                return PROBLEM_STORE_TOO_NEW;
        default:
                return PROBLEM_FAILED;
        }
}

Problem problem_from_wire(Wire__ErrorCode code)
{
        static const Problem map[] = {
                        [WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED] = PROBLEM_FAILED,
                        [WIRE__ERROR_CODE__ERROR_CODE_MALFORMED] = PROBLEM_FAILED,
                        [WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED] = PROBLEM_PROTOCOL_TOO_NEW,
                        [WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_OLD] = PROBLEM_PROTOCOL_TOO_OLD,
                        [WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_NEW] = PROBLEM_PROTOCOL_TOO_NEW,
                        [WIRE__ERROR_CODE__ERROR_CODE_WRONG_SERVER_NAME] = PROBLEM_SERVER_UNREACHABLE,
                        [WIRE__ERROR_CODE__ERROR_CODE_OUT_OF_ORDER] = PROBLEM_FAILED,
                        [WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME] = PROBLEM_BAD_NAME,
                        [WIRE__ERROR_CODE__ERROR_CODE_NAME_TAKEN] = PROBLEM_NAME_TAKEN,
                        [WIRE__ERROR_CODE__ERROR_CODE_REGISTRATION_CLOSED] = PROBLEM_REGISTRATION_CLOSED,
                        [WIRE__ERROR_CODE__ERROR_CODE_BAD_INVITATION] = PROBLEM_BAD_INVITATION,
                        [WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD] = PROBLEM_WRONG_PASSWORD,
                        [WIRE__ERROR_CODE__ERROR_CODE_WRONG_KEY] = PROBLEM_DEVICE_REMOVED,
                        [WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED] = PROBLEM_RATE_LIMITED,
                        [WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT] = PROBLEM_UNKNOWN_RECIPIENT,
                        [WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE] =
                                        PROBLEM_FAILED, /* the outbox handles it itself */
                        [WIRE__ERROR_CODE__ERROR_CODE_MAILBOX_FULL] = PROBLEM_MAILBOX_FULL,
                        [WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE] = PROBLEM_TEXT_TOO_LONG,
                        [WIRE__ERROR_CODE__ERROR_CODE_TOO_MANY_PREKEYS] = PROBLEM_FAILED,
                        [WIRE__ERROR_CODE__ERROR_CODE_BUSY] = PROBLEM_RATE_LIMITED,
                        [WIRE__ERROR_CODE__ERROR_CODE_DIRECTORY_OFF] = PROBLEM_DIRECTORY_OFF,
                        [WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP] = PROBLEM_NOT_A_MEMBER,
                        [WIRE__ERROR_CODE__ERROR_CODE_GROUP_FULL] = PROBLEM_GROUP_FULL,
        };

        return (unsigned)code < sizeof(map) / sizeof(map[0]) ? map[code] : PROBLEM_FAILED;
}
