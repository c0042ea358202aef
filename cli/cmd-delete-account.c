/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <string.h>

#include "cli/account-result.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/output.h"
#include "cli/password.h"
#include "cli/report.h"
#include "cli/terminal.h"

/* The name is typed, or given together with --yes: a word that does for any account would be too easily said. */
static ClientFailure confirm(const Command *command, const char *name)
{
        g_autofree char *safe = harmless_line(name);
        gboolean yes = FALSE;

        if (command->n_arguments > 0 && strcmp(command->arguments[0], name) != 0)
                return report_usage(_("The account here has another name. Nothing was deleted."));
        if (command_has(command, OPTION_YES) && command->n_arguments == 0)
                return report_usage(_("With --yes, give the name of the account to be deleted as well."));
        if (command_has(command, OPTION_YES))
                return CLIENT_FAILURE_NONE;
        if (command_has(command, OPTION_LOCAL_ONLY))
                output_note(_("All keys and messages of %s on this machine are destroyed. The account stays at the "
                              "server."),
                            safe);
        else
                output_note(_("The account %s is deleted at the server, with everything that waits there, and all "
                              "keys and messages on this machine are destroyed. Nobody can bring them back."),
                            safe);
        switch (terminal_confirm_word(_("Type the name of the account to go on: "), name, &yes)) {
        case TERMINAL_OK:
                if (yes)
                        return CLIENT_FAILURE_NONE;
                output_note("%s", _("Nothing was deleted."));
                return CLIENT_FAILURE_INTERRUPTED;
        case TERMINAL_NONE:
                return report_usage(_("There is no terminal to ask for agreement: use --yes and the name."));
        case TERMINAL_INTERRUPTED:
        case TERMINAL_TOO_LONG:
                break;
        }
        return CLIENT_FAILURE_INTERRUPTED;
}

static gboolean call(MessengerAccount *account, const Command *command, const ClientSecret *password,
                     GError **error)
{
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
        int fd = client_secret_to_descriptor(password, error);

        if (fd < 0)
                return FALSE;
        if (command_has(command, OPTION_LOCAL_ONLY))
                g_variant_dict_insert(&options, "local-only", "b", TRUE);

        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new_from_array(&fd, 1); /* owns it */

        return messenger_account_call_delete_sync(account, g_variant_new_handle(0),
                                                  g_variant_dict_end(&options), descriptors, NULL, NULL, error);
}

ClientFailure cmd_delete_account(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) before = connection ? bus_unlocked_account(connection, &error) : NULL;
        ClientFailure failure;

        if (!before)
                return report(error);
        failure = confirm(command, bus_string(before, "UserName"));
        if (failure != CLIENT_FAILURE_NONE)
                return failure;

        g_autoptr(ClientSecret) password = password_obtain(command, PASSWORD_EXISTING, &failure);

        if (!password)
                return failure;

        g_autoptr(MessengerAccount) account = bus_account(connection, &error);

        if (!account || !call(account, command, password, &error))
                return report(error);
        if (!command_has(command, OPTION_JSON))
                output_note("%s", command_has(command, OPTION_LOCAL_ONLY)
                                                  ? _("What was on this machine is deleted.")
                                                  : _("The account is deleted."));
        return account_result(connection, command, "State", "state");
}
