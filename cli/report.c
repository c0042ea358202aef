/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#include "cli/harmless.h"
#include "cli/output.h"

const char *report_hint(ClientFailure failure)
{
        switch (failure) {
        case CLIENT_FAILURE_NO_DAEMON:
                return _("See: systemctl --user status secure-messenger");
        case CLIENT_FAILURE_NO_ACCOUNT:
                return _("Make one: smctl register NAME --server URL");
        case CLIENT_FAILURE_LOCKED:
                return _("Open them: smctl unlock");
        case CLIENT_FAILURE_WRONG_PASSWORD:
                return _("Try again; nobody can recover it.");
        case CLIENT_FAILURE_NAME_TAKEN:
                return _("Choose another one; or, if it is yours: smctl login NAME");
        case CLIENT_FAILURE_BAD_NAME:
                return _("A name has 2 to 32 characters of a-z 0-9 . _ - and begins and ends with a letter "
                         "or digit.");
        case CLIENT_FAILURE_UNKNOWN_RECIPIENT:
                return _("Check the spelling.");
        case CLIENT_FAILURE_SERVER_UNREACHABLE:
                return _("Check the address and the network, and try again.");
        case CLIENT_FAILURE_CERTIFICATE_MISMATCH:
                return _("Ask the server's administrator for the pin, and do not go on without it: --server-pin PIN; with an account: "
                         "smctl server --server-pin PIN");
        case CLIENT_FAILURE_BAD_TEXT:
                return _("Nothing was sent.");
        case CLIENT_FAILURE_TEXT_TOO_LONG:
                return _("Send it in parts.");
        case CLIENT_FAILURE_MAILBOX_FULL:
                return _("Try again when they have been online.");
        case CLIENT_FAILURE_RATE_LIMITED:
                return _("Wait, and try again.");
        case CLIENT_FAILURE_BLOCKED:
                return _("To do so: smctl unblock NAME");
        case CLIENT_FAILURE_STORE_DAMAGED:
                return _("Remove its folder and log in again; see smd(8).");
        case CLIENT_FAILURE_DISK_FULL:
                return _("Make room, and try again.");
        case CLIENT_FAILURE_PROTOCOL_TOO_OLD:
        case CLIENT_FAILURE_STORE_TOO_NEW:
                return _("Install a newer version.");
        case CLIENT_FAILURE_PROTOCOL_TOO_NEW:
                return _("Ask the server's administrator for a newer one.");
        case CLIENT_FAILURE_KEY_CHANGED:
                return _("Compare the safety number with them, then: smctl trust NAME");
        case CLIENT_FAILURE_REGISTRATION_CLOSED:
                return _("Ask the server's administrator for an account.");
        case CLIENT_FAILURE_BAD_INVITATION:
                return _("Ask the server's administrator for one, and give it by --invitation-file FILE.");
        case CLIENT_FAILURE_ALREADY_REGISTERED:
                return _("See: smctl status");
        case CLIENT_FAILURE_NOT_FOUND:
                return _("See: smctl contacts");
        case CLIENT_FAILURE_NOT_ALLOWED:
                return _("Nothing was changed.");
        case CLIENT_FAILURE_TOO_MANY_CALLS:
                return _("Wait until some are done, and try again.");
        case CLIENT_FAILURE_BAD_PASSWORD:
                return _("Choose another one.");
        case CLIENT_FAILURE_KEYRING_UNAVAILABLE:
                return _("It cannot be reached, is locked, or has no key for this account. The password works.");
        case CLIENT_FAILURE_ACCOUNT_DELETED:
                return _("Nothing reaches them any more. What was written stays here.");
        case CLIENT_FAILURE_FAILED:
                return _("The daemon's log may say more: journalctl --user -u secure-messenger");
        case CLIENT_FAILURE_ATTACHMENT_TOO_LARGE:
                return _("Send it another way, or in parts.");
        case CLIENT_FAILURE_ATTACHMENT_GONE:
                return _("Ask the sender to send it again.");
        case CLIENT_FAILURE_ATTACHMENT_DAMAGED:
                return _("Try again, or ask the sender to send it again.");
        case CLIENT_FAILURE_ATTACHMENT_NOT_HERE:
                return _("Fetch it: smctl save ID");
        case CLIENT_FAILURE_ATTACHMENT_UNREADABLE:
                return _("Send it again.");
        case CLIENT_FAILURE_ATTACHMENT_QUOTA:
                return _("Delete messages with files, or wait until the server drops old ones.");
        case CLIENT_FAILURE_FILE_EXISTS:
                return _("Give another name by --output FILE, or overwrite it with --force.");
        case CLIENT_FAILURE_INVALID_ARGUMENT:
                return _("See: smctl help");
        case CLIENT_FAILURE_NO_VERIFICATION:
                return _("Begin one: smctl verify NAME --emoji; with a new contact, after a message.");
        case CLIENT_FAILURE_MISMATCH:
                return _("Write nothing that others must not read until you have met.");
        case CLIENT_FAILURE_NOT_COMPARED:
                return _("Nothing has changed. Begin again when both have time.");
        case CLIENT_FAILURE_DIRECTORY_OFF:
                return _("Ask people for their names.");
        case CLIENT_FAILURE_NOT_A_MEMBER:
                return _("Ask an administrator of it to add you. Yours are shown by: smctl group list");
        case CLIENT_FAILURE_NOT_AN_ADMIN:
                return _("Ask one of those whom this shows: smctl group info GROUP");
        case CLIENT_FAILURE_UNKNOWN_MEMBER:
                return _("See who is: smctl group info GROUP");
        case CLIENT_FAILURE_LAST_ADMIN:
                return _("Promote somebody else first: smctl group promote GROUP NAME");
        case CLIENT_FAILURE_BAD_GROUP_NAME:
                return _("Use 1 to 128 bytes of UTF-8, without control characters.");
        case CLIENT_FAILURE_GROUP_FULL:
        case CLIENT_FAILURE_ALREADY_MEMBER:
        case CLIENT_FAILURE_NO_KEY_PACKAGE:
                return _("Nobody was added.");
        case CLIENT_FAILURE_GROUP_BUSY:
                return _("Try again when it is done.");
        case CLIENT_FAILURE_USAGE:
                return _("See: smctl help");
        case CLIENT_FAILURE_NONE:
        case CLIENT_FAILURE_QUEUED:
        case CLIENT_FAILURE_INTERRUPTED:
                return "";
        }
        return "";
}

static char *words(const char *sentence, const char *hint)
{
        g_autofree char *raw = *hint ? g_strdup_printf("%s %s", sentence, hint) : g_strdup(sentence);

        return harmless_line(raw);
}

char *report_words(const GError *error)
{
        g_autofree char *sentence = client_failure_describe(error);
        ClientFailure failure = client_failure_of(error);
        /* Where the daemon's own words were chosen, they say what to do, too. */
        gboolean is_ours = strcmp(sentence, client_failure_sentence(failure)) == 0;

        return words(sentence, is_ours || failure == CLIENT_FAILURE_NO_DAEMON ? report_hint(failure) : "");
}

ClientFailure report(const GError *error)
{
        g_autofree char *line = report_words(error);

        output_note("%s", line);
        return client_failure_of(error);
}

ClientFailure report_failure(ClientFailure failure)
{
        g_autofree char *line = words(client_failure_sentence(failure), report_hint(failure));

        output_note("%s", line);
        return failure;
}

ClientFailure report_file(ClientFailure failure, const char *path, int error)
{
        g_autofree char *safe = harmless_line(path);

        if (error == ENOSPC || error == EDQUOT)
                return report_failure(CLIENT_FAILURE_DISK_FULL);
        output_note("%s: %s", safe, g_strerror(error));
        return failure;
}

ClientFailure report_queued(const char *recipient, const char *reason)
{
        g_autofree char *name = harmless_line(recipient);

        if (strcmp(reason, "KeyChanged") == 0) {
                output_note(_("%s The message is queued. Compare the safety number with them, then: smctl "
                              "trust %s"),
                            client_reason_sentence(reason), name);
                return CLIENT_FAILURE_KEY_CHANGED;
        }
        output_note("%s %s", client_failure_sentence(CLIENT_FAILURE_QUEUED), client_reason_sentence(reason));
        return CLIENT_FAILURE_QUEUED;
}

ClientFailure report_no_number(const char *contact)
{
        g_autofree char *name = harmless_line(contact);

        output_note(_("There is no safety number with %s: it comes with the first message between two people."), name);
        return CLIENT_FAILURE_NO_VERIFICATION;
}

ClientFailure report_usage(const char *sentence)
{
        g_autofree char *line = words(sentence, report_hint(CLIENT_FAILURE_USAGE));

        output_note("%s", line);
        return CLIENT_FAILURE_USAGE;
}
